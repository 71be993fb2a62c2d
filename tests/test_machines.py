"""What a site tells machines: JSON, search engines' reviews, a feed, badges; and when it was."""

from __future__ import annotations

import copy
import json
import subprocess
from xml.etree import ElementTree

import pytest
import yaml
from conftest import ROOT
from jsonschema import Draft202012Validator

from checker.base import load
from checker.commands.check import run
from checker.pages.badge_picture import COLOURS, badge_picture
from checker.pages.feed import MOST, feed
from checker.pages.for_machines import as_json
from checker.pages.history import Event, events, history
from checker.pages.look_up import Site
from checker.pages.render import pages
from checker.pages.review import RATINGS, review
from checker.pages.words import BADGES
from checker.reference import reference
from checker.report.json import report
from checker.report.text import evidence

ADDRESS = "https://example.org/answers"
HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!-- <script>",
    "]]> & <b> \" ' ` \\",
    "a\u0000b\u0008c\u202ed\ufeff",
    "{{ config }} {% raw %}",
    "\ud83d\ude00 größer".encode("utf-16", "surrogatepass").decode("utf-16"),
]


@pytest.fixture(scope="session")
def results(canaries):
    base = load(canaries)
    return json.loads(report(run(base, sorted(base.claims), whole=False)[0]))


@pytest.fixture
def site(results):
    return Site(copy.deepcopy(results), ADDRESS)


def changed(site, **values):
    """A claim with a verdict that somebody says, and what else is given."""
    said = {"said_by": {next(iter(site.sources)): ["here"]}, "as_expected": True}
    claim = next(c for c in site.found["claims"] if c["verdict"] == "wrong")
    claim.update({**said, "formerly": [], **values})
    return claim


# JSON


def test_each_claim_and_each_question_is_json_under_its_own_address(site, results):
    made = {path: json.loads(text) for path, text in as_json(site).items()}
    schema = json.loads((ROOT / "checker" / "results.schema.json").read_text(encoding="utf-8"))
    of_claim = Draft202012Validator(
        {**schema["$defs"]["ClaimResult"], "$defs": schema["$defs"], "additionalProperties": True}
    )
    places = {"file": "", "line": 1, "column": 1}
    for id_, claim in site.claims.items():
        one = made[f"claims/{id_}.json"]
        assert one["url"] == f"{ADDRESS}/claims/{id_}/"
        assert {key: one[key] for key in claim.keys() - places.keys()} == {
            key: value for key, value in claim.items() if key not in places
        }
        assert not [*of_claim.iter_errors({**one, **places})]
    for id_ in site.questions:
        listed = made[f"questions/{id_}.json"]["claims"]
        assert {c["id"] for c in listed} == {
            c["id"] for c in site.claims.values() if c["question"] == id_
        }
    assert [c["id"] for c in made["claims/index.json"]["claims"]] == sorted(site.claims)
    assert {one["schema"] for one in made.values()} == {results["schema"]}


def test_an_earlier_name_leads_to_the_same(site):
    claim = changed(site, formerly=["an-old-name"])
    made = pages(site.found, reference(), ADDRESS)
    for ending in ("json", "svg"):
        assert made[f"claims/an-old-name.{ending}"] == made[f"claims/{claim['id']}.{ending}"]


def test_without_an_address_links_are_relative(results):
    made = as_json(Site(results))
    claim = json.loads(made["claims/index.json"])["claims"][0]
    assert claim["url"] == f"{claim['id']}/"


# reviews

REVIEWED = [
    ("wrong", {}, 1),
    ("correct", {"verdict": "correct"}, 5),
    ("depends", {"verdict": "depends"}, 3),
    ("no verdict", {"verdict": None, "why_not": "unproven"}, None),
    ("not testable", {"verdict": None, "why_not": "not-testable"}, None),
    ("not as expected", {"as_expected": False}, None),
    ("nobody says it", {"said_by": {}}, None),
    ("only asked", {"said_by": {}, "asked_by": {"page": ["here"]}}, None),
]


@pytest.mark.parametrize(("changes", "rating"), [r[1:] for r in REVIEWED],
                         ids=[r[0] for r in REVIEWED])  # fmt: skip
def test_a_verdict_on_what_somebody_says_is_reviewed(changes, rating, site):
    claim = changed(site, **changes)
    made = review(site, claim)
    assert (made is not None) is (rating is not None)
    assert review(Site(site.found), claim) is None  # no address, no review
    if made:
        assert made["reviewRating"]["ratingValue"] == rating
        assert made["reviewRating"]["worstRating"] <= rating <= made["reviewRating"]["bestRating"]
        assert made["url"] == f"{ADDRESS}/claims/{claim['id']}/"
        assert made["claimReviewed"] == claim["claim"].replace("`", "")
        # what search engines ask for at least
        assert {"@context", "@type", "author", "itemReviewed"} <= made.keys()
        assert made["reviewRating"]["alternateName"] == BADGES[claim["verdict"]].word


def test_the_scale_is_published():
    page = (ROOT / "docs" / "how-a-claim-is-tried.md").read_text(encoding="utf-8")
    for verdict, rating in RATINGS.items():
        assert f"| {BADGES[verdict].word} | {rating} |" in page


@pytest.mark.parametrize("words", HOSTILE, ids=ascii)
def test_nothing_that_is_written_gets_out_of_a_review(words, site):
    claim = changed(site, claim=words, fact=words)
    head = pages(site.found, reference(), ADDRESS)[f"claims/{claim['id']}.md"].split("---\n")[1]
    made = yaml.safe_load(head)["review"]
    assert made == review(site, claim)
    assert made["claimReviewed"] == made["reviewBody"]


# the feed

EVENTS = [
    Event("2026-11-20", "NEW", "", "correct"),
    Event("2026-11-21", "NEW", "correct", "wrong"),
    Event("2026-11-22", "gone", "", "wrong"),
]
ATOM = {"a": "http://www.w3.org/2005/Atom"}


def of(claim):
    return [event._replace(claim=event.claim.replace("NEW", claim["id"])) for event in EVENTS]


def test_the_feed_has_new_and_changed_verdicts_the_newest_first(site):
    claim = changed(site, claim="It is so.", fact="It is not.")
    root = ElementTree.fromstring(feed(site, of(claim)))
    titles = [e.text for e in root.iterfind("a:entry/a:title", ATOM)]
    assert titles == ["Wrong (was: Correct): It is so.", "Correct: It is so."]
    assert [e.text for e in root.iterfind("a:entry/a:summary", ATOM)] == ["It is not."]
    assert root.find("a:updated", ATOM).text == "2026-11-21T00:00:00Z"
    ids = [e.text for e in root.iterfind(".//a:id", ATOM)]
    assert len(ids) == len({*ids}) == 3 and all(i.startswith(ADDRESS) for i in ids)
    many = [Event("2026-11-20", claim["id"], "", "wrong")] * (MOST + 1)
    assert feed(site, many).count("<entry>") == MOST


@pytest.mark.parametrize("words", HOSTILE, ids=ascii)
def test_nothing_that_is_written_breaks_feed_or_badge(words, site):
    claim = changed(site, claim=words, fact=words)
    [title, *_] = ElementTree.fromstring(feed(site, of(claim))).iterfind("a:entry/a:title", ATOM)
    assert title.text.startswith("Wrong (was: Correct): ")
    picture = ElementTree.fromstring(badge_picture(claim))
    assert {part.tag.split("}")[1] for part in picture.iter()} == {
        "svg", "title", "rect", "path", "g", "text",
    }  # fmt: skip


@pytest.mark.parametrize(("address", "told"), [("", EVENTS), (ADDRESS, [])])
def test_without_an_address_or_a_history_there_is_no_feed(address, told, site):
    claim = changed(site)
    found = [event._replace(claim=claim["id"]) for event in told]
    assert "claims/feed.xml" not in pages(site.found, reference(), address, history=found)
    assert "claims/feed.xml" in pages(site.found, reference(), ADDRESS, history=of(claim))


# what nobody has tried


@pytest.mark.parametrize("why", ["unrecorded", "error", None])
def test_a_fact_is_told_where_it_was_tried(why, site):
    verdict = None if why else "wrong"
    claim = changed(site, fact="So it is.", verdict=verdict, why_not=why, reason="not yet run")
    page = pages(site.found, reference(), ADDRESS)[f"claims/{claim['id']}.md"]
    assert ("So it is" in page) is (why is None)
    assert any("So it is." in line for line in evidence(claim)) is (why is None)


# badges


def test_a_badge_can_be_read_on_light_and_dark_pages():
    assert {badge.kind for badge in BADGES.values()} == {*COLOURS}
    for colour in COLOURS.values():
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        assert 1.05 / (luminance + 0.05) >= 4.5


def test_a_badge_says_the_verdict_and_what_nobody_should_rely_on_is_not_settled(site):
    assert "✗ Wrong" in badge_picture(changed(site)).replace("&#10007;", "✗")
    assert "Not settled" in badge_picture(changed(site, as_expected=False))


# history

FIRST = ["\0002026-11-20", "+++ b/claims/q/one.yml", "+expected: wrong"]
LOGS = [
    ("a new claim", FIRST, [("2026-11-20", "one", "", "wrong")]),
    ("another verdict",
     [*FIRST, "\0002026-11-21", "+++ b/claims/q/one.yml", "-expected: wrong", "+expected: correct"],
     [("2026-11-20", "one", "", "wrong"), ("2026-11-21", "one", "wrong", "correct")]),
    ("written again as it was", [*FIRST, "\0002026-11-21", "+++ b/claims/p/one.yml",
     "+expected: wrong"], [("2026-11-20", "one", "", "wrong")]),
    ("two in a commit", [*FIRST, "+++ b/claims/q/two.yml", "+untestable: opinion"],
     [("2026-11-20", "one", "", "wrong"), ("2026-11-20", "two", "", "not-testable")]),
    ("taken out", [*FIRST, "\0002026-11-21", "+++ /dev/null", "-expected: wrong"],
     [("2026-11-20", "one", "", "wrong")]),
    ("no word for a verdict", ["\0002026-11-20", "+++ b/claims/q/one.yml", "+expected: <b>"], []),
    ("nothing", [""], []),
]  # fmt: skip


@pytest.mark.parametrize(("log", "expected"), [row[1:] for row in LOGS], ids=[r[0] for r in LOGS])
def test_what_happened_is_read_out_of_a_log(log, expected):
    assert [tuple(event) for event in events(log)] == expected


def test_the_history_of_a_repository_is_told_and_that_of_a_part_of_it_is_not(tmp_path):
    def git(*words, at=tmp_path / "whole"):
        subprocess.run(
            ["git", "-C", str(at), "-c", "user.name=n", "-c", "user.email=e@example.org", *words],
            check=True, capture_output=True,
        )  # fmt: skip

    file = tmp_path / "whole" / "claims" / "q" / "one.yml"
    file.parent.mkdir(parents=True)
    assert history(tmp_path / "whole" / "claims") == []
    git("init", "-q")
    for verdict in ("wrong", "correct"):
        file.write_text(f"claim: It is so.\nexpected: {verdict}\n", encoding="utf-8")
        git("add", ".")
        git("commit", "-qm", verdict)
    told = history(tmp_path / "whole" / "claims")
    assert [(e.claim, e.before, e.now) for e in told] == [
        ("one", "", "wrong"), ("one", "wrong", "correct"),
    ]  # fmt: skip
    git("clone", "-q", "--depth", "1", f"file://{tmp_path / 'whole'}", str(tmp_path / "part"))
    assert history(tmp_path / "part" / "claims") == []
