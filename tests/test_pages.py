"""Pages say what the results say, and whatever anybody wrote reaches them as text only."""

from __future__ import annotations

import copy
import json
import re
import shlex
import shutil
from html.parser import HTMLParser
from pathlib import Path

import markdown
import pytest
import yaml
from conftest import ROOT

from checker.base import load
from checker.cli import main
from checker.commands.check import cache_of, run
from checker.models.registry import OPTIONS
from checker.pages import lists
from checker.pages.coincidence import coincidence
from checker.pages.escape import address, block, code, front_matter, plain, text
from checker.pages.fidelity import fidelity_page
from checker.pages.frameworks import STATES, decides, frameworks, state
from checker.pages.look_up import Site
from checker.pages.place import in_order
from checker.pages.place import part as part_of
from checker.pages.question import question_page
from checker.pages.render import FOLDERS, pages
from checker.pages.side_by_side import differs, side_by_side
from checker.pages.source import Row, source_page, summary
from checker.pages.words import BADGES, outcome
from checker.pages.write import write
from checker.reference import reference
from checker.report.json import report as as_json
from checker.results import results

EXTENSIONS = ["admonition", "attr_list", "def_list", "md_in_html", "tables", "toc",
              "pymdownx.highlight", "pymdownx.superfences", "pymdownx.snippets"]  # fmt: skip
HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=http://evil.example/x onerror=alert(1)>",
    "</code></pre></div><script>alert(1)</script>",
    "x](javascript:alert(1))",
    "[x](javascript:alert(1)) and ![x](http://evil.example/x.png)",
    "<javascript:alert(1)> <http://evil.example>",
    "| a | b |",
    "{{ config }} {% raw %}",
    "# heading { .cls #id onclick=alert(1) }",
    "x\n{: onclick=alert(1) }",
    "1. one",
    "- one",
    "> one",
    "a\n\n    b",
    "***",
    "===",
    '--8<-- "pyproject.toml"',
    '"><script>alert(1)</script>',
    "' onmouseover='alert(1)",
    "` `` ``` ~~~",
    "```html\n<b>x</b>\n```",
    "`<b>code</b>`",
    "**bold** _slanted_ num_units_x",
    "&lt;b&gt; &amp;copy; &#60;b&#62;",
    "\\* \\< \\`",
    "[TOC] [^1] [ref] *[HTML]: x",
    ":smile: ==x== ~~x~~ ^x^",
    "\x02wzxhzdk:0\x03 klzzwxh:0000",
    "‮detrever‬",
)


class Seen(HTMLParser):
    """What a browser would make of a page: elements, attributes and text."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.said = [], [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data):
        self.said += data


def html_of(page):
    body = re.sub(r"\A---\n.*?\n---\n", "", page, flags=re.DOTALL)
    return markdown.markdown(body, extensions=EXTENSIONS)


def dangers(html):
    """What must never come out of a text: elements that load or run, handlers, odd addresses."""
    seen = Seen(html)
    bad = {"script", "img", "iframe", "object", "embed", "style", "link", "meta", "base", "form"}
    found = [tag for tag in seen.tags if tag in bad]
    for tag, name, value in seen.attributes:
        inner = name.startswith("on")
        away = name in ("href", "src") and re.match(r"(?!https?:)[a-z]+:", value.strip().lower())
        found += [f"{tag} {name}={value}"] if inner or away else []
    return found


@pytest.fixture(scope="session")
def found():
    """The results of our own claims, as results.json holds them."""
    base = load(ROOT / "claims")
    return json.loads(as_json(run(base, sorted(base.claims), cache_of(ROOT / "claims"))[0]))


@pytest.fixture(scope="session")
def odd(canaries):
    """Results in which every badge occurs."""
    base = load(canaries)
    return json.loads(as_json(run(base, sorted(base.claims))[0]))


@pytest.fixture(scope="session")
def made(found):
    return pages(found, reference())


# --- escaping


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_text_reads_as_itself(hostile):
    shown = re.sub("[\x02\x03\u202e\u202c\\s`]", "", hostile)  # backticks make code
    for html in (html_of(text(hostile)), html_of(f"| a |\n| --- |\n| {text(hostile)} |")):
        seen = Seen(html)
        assert set(seen.tags) <= {"p", "code", "table", "thead", "tbody", "tr", "th", "td"}
        assert shown in re.sub(r"[\s`]", "", seen.said)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_code_attributes_and_heads_are_safe(hostile):
    assert set(Seen(html_of(code(hostile))).tags) == {"p", "code"}
    assert set(Seen(html_of(block(hostile))).tags) == {"pre", "code"}
    assert Seen(f'<i title="{plain(hostile)}">').attributes[0][:2] == ("i", "title")
    assert len(Seen(f'<i title="{plain(hostile)}">').attributes) == 1
    head = yaml.safe_load(front_matter(title=hostile).strip("-\n"))
    assert not re.search("[<>\"']", head["title"])


def test_without_escaping_the_same_texts_would_be_dangerous():
    assert sum(bool(dangers(html_of(hostile))) for hostile in HOSTILE) >= 6
    assert '--8<-- "pyproject.toml"' in HOSTILE  # it would include a file


def test_a_block_of_code_keeps_its_lines():
    assert Seen(html_of(block("a:\n  - <b>\n\n```\n"))).said == "a:\n  - <b>\n\n```"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        ("https://example.org/a_(b)", "https://example.org/a_%28b%29"),
        ('https://example.org/"><script>', "https://example.org/%22%3E%3Cscript%3E"),
        ("javascript:alert(1)", ""),
        ("//example.org", ""),
        ("https://example.org/a b", ""),
        ("", ""),
    ],
)
def test_an_address_leads_out_and_nowhere_else(words, expected):
    assert address(words) == expected


def poisoned(value, path=()):
    """The same results with hostile words in the place of everything that a person wrote."""
    prose = {"claim", "fact", "taken_as", "says", "answer", "reason", "title", "description",
             "author", "date", "licence", "note", "read", "belief", "message", "tip",
             "why", "version", "model", "call"}  # fmt: skip
    everything = " ".join(HOSTILE)
    if isinstance(value, dict):
        made = {}
        for key, inner in value.items():
            wrote = path and path[-1] in ("said_by", "asked_by", "covers", "values", "matrices")
            name = f"{everything} {key}" if path and path[-1] in ("values", "depends") else key
            is_prose = (key in prose or wrote) and isinstance(inner, str)
            made[name] = everything if is_prose else poisoned(inner, (*path, key))
        return made
    if isinstance(value, list):
        wrote = len(path) >= 2 and path[-2] in ("said_by", "asked_by")
        return [everything if wrote else poisoned(inner, path) for inner in value]
    return everything if path and path[-1] == "test" else value


def test_hostile_results_make_harmless_pages(found):
    kinds = {outcome(claim): claim["id"] for claim in found["claims"]}  # one claim of each kind
    bad = poisoned(found)
    bad["claims"] = [claim for claim in bad["claims"] if claim["id"] in kinds.values()]
    bad["claims"] += [claim for claim in poisoned(found)["claims"] if "call" in claim["tried"]]
    bad["sources"][0]["url"] = "javascript:alert(1)"
    texts = {"observables": {"x": HOSTILE[0]}, "functions": {"f": f"f(x): {HOSTILE[1]}"}}
    made = pages(bad, {**reference(), **texts})
    assert len(made) > 15
    for path, page in made.items():
        if path.endswith(".json"):  # data: no browser reads it as HTML
            json.loads(page)
            continue
        assert dangers(html_of(page)) == [], path
        for line in page.splitlines():
            assert not re.match(r"\s*-+8<-+", line), path


def test_a_dangerous_page_would_be_noticed():
    assert dangers("<p><script>x</script></p>") == ["script"]
    assert dangers('<a href="JavaScript:x">') == ["a href=JavaScript:x"]
    assert dangers('<a href="https://example.org/" class="x">') == []
    assert dangers('<i onclick="x">') == ["i onclick=x"]


# --- pages as a function of results


def test_the_same_results_make_the_same_pages(found, made):
    before = copy.deepcopy(found)
    assert pages(found, reference()) == made
    assert pages(json.loads(as_json(found)), reference()) == made
    assert found == before


def test_other_results_make_other_pages(found, made):
    turned = copy.deepcopy(found)
    claim = next(c for c in turned["claims"] if c["id"] == "num-units-is-sequence-length")
    claim |= {"verdict": "correct", "fail": 0, "hold": 87}
    changed = {path for path, page in pages(turned, reference()).items() if page != made[path]}
    assert "claims/num-units-is-sequence-length.md" in changed
    assert "sources/blog-2018.md" in changed
    assert "claims/lstm-keeps-two-pieces.md" not in changed


def test_every_claim_source_and_question_has_a_page(found, made):
    for kind in ("claims", "questions", "sources"):
        for thing in found[kind]:
            assert f"{kind}/{thing['id']}.md" in made


def first_badge(page):
    return re.search(r'class="badge (\w+)"><span[^>]*>.</span> ([^<]+)<', page).groups()


def test_the_unrolled_network_is_drawn_for_the_question_that_it_answers(made):
    with_it = {path for path, page in made.items() if 'class="unrolled"' in page}
    assert with_it == {"claims/_parts/picture-num-units.md", "questions/num-units.md"}
    assert "_parts/picture-num-units.md" in (ROOT / "docs" / "index.md").read_text(encoding="utf-8")


def test_every_badge_is_the_outcome_of_its_claim(odd):
    made = pages(odd, reference())
    kinds = set()
    for claim in odd["claims"]:
        badge = BADGES[outcome(claim)]
        assert first_badge(made[f"claims/{claim['id']}.md"]) == (badge.kind, badge.word)
        kinds.add(badge.kind)
    assert kinds == {badge.kind for badge in BADGES.values()}


@pytest.mark.parametrize(
    ("id_", "kind", "word"),
    [
        ("correct-by-control", "correct", "Correct"),
        ("wrong-by-control", "wrong", "Wrong"),
        ("depends", "depends", "Depends"),
        ("undecided", "open", "Not settled (undecided)"),
        ("unproven-nothing-turns", "open", "Not settled (unproven)"),
        ("disputed", "open", "Not settled (disputed)"),
        ("error-everywhere", "open", "Not settled (could not be run)"),
        ("not-testable", "untestable", "Not testable"),
    ],
)
def test_no_badge_is_upside_down(id_, kind, word, odd):
    assert first_badge(pages(odd, reference())[f"claims/{id_}.md"]) == (kind, word)


def test_what_has_no_verdict_never_looks_like_one(odd):
    made = pages(odd, reference())
    verdicts = {BADGES[word].kind for word in ("correct", "wrong", "depends")}
    without = [c for c in odd["claims"] if c["verdict"] is None]
    assert len(without) > 5
    for claim in without:
        page = made[f"claims/{claim['id']}.md"]
        head = page.split("## Who says it")[0]
        assert first_badge(page)[0] not in verdicts
        assert "No counter-example" not in page
        assert "mallest counter-example" not in page
        assert claim["depends"] or not re.search(r'class="badge (correct|wrong|depends)', head)


def test_a_result_that_nobody_expected_is_marked_everywhere(odd):
    made = pages(odd, reference())
    surprises = [c for c in odd["claims"] if not c["as_expected"]]
    assert surprises
    listed = made["claims/index.md"]
    for claim in odd["claims"]:
        warned = "Do not rely on this yet" in made[f"claims/{claim['id']}.md"]
        assert warned is not claim["as_expected"]
        line = next(line for line in listed.splitlines() if f"claims/{claim['id']}.md)" in line)
        assert ("not as expected" in line) is not claim["as_expected"]


@pytest.mark.parametrize(
    ("id_", "grid", "shown"),
    [
        ("num-units-is-sequence-length", "Fails at 64 of 91", "Smallest counter-example"),
        ("units-is-not-time-steps", "No counter-example in ", "Tried where no two sizes"),
        ("cell-count-equals-time-steps", "comes out differently in its 3 cases", "If …"),
        ("value-128-was-arbitrary-or-empirical", "no experiment can decide", "The program is not"),
    ],
)
def test_the_first_screen_says_how_it_came_out(id_, grid, shown, made):
    top = made[f"claims/{id_}.md"].split("---\n")[2].split("## Who says it")[0]
    assert top.index("badge") < top.index("\n# ") < top.index(grid) < top.index(shown)


def test_parts_of_a_claims_page_stand_in_the_order_of_a_doubt(made):
    page = made["claims/num-units-is-sequence-length.md"]
    parts = ["In fact:", "Fails at", "<svg", 'class="values"', "Right instead", "Who says it",
             "How we take it", "The strongest reply", "Our answer", "Could it have failed",
             "**Control:**", "The real frameworks", "rests on", "What this claim's test gave",
             "Run it yourself", "checker show", "Why it looks right", "All settings tried",
             "Related claims", "Paste this under an answer"]  # fmt: skip
    places = [page.index(part) for part in parts]
    assert places == sorted(places)


def test_some_setting_is_said_as_such(odd):
    made = pages(odd, reference())
    assert "one is enough" in made["claims/some-correct.md"]
    assert "Smallest example" in made["claims/some-correct.md"]
    assert "Holds at none of" in made["claims/some-wrong.md"]


# --- real frameworks

RECORD = {"name": "torch", "title": "PyTorch", "version": "2.13.0", "date": "2026-11-22",
          "outcome": "holds", "why": "", "control": "", "values": {}, "stale": False,
          "decides": 12, "disagrees": []}  # fmt: skip
POINT = {"batch": 1, "timesteps": 2, "features": 1, "units": 3}
ON = {name: RECORD | {"name": name} for name in ("tensorflow", "keras", "torch", "onnx", "flax")}


def with_records(found, *records, **changes):
    """A correct claim of ours, with other records."""
    claim = next(c for c in found["claims"] if c["id"] == "lstm-keeps-two-pieces")
    return claim | {"frameworks": list(records)} | changes


def section(found, claim):
    return "\n\n".join(frameworks(Site(found), claim))


FAILING = {"hold": 27, "fail": 64, "verdict": "wrong"}
WITNESS = {"tried": {"test": "x", "for": "some setting"}}
CONDITIONAL = {"tried": {"test": "x", "exactly_when": "y"}, "fail": 1, "verdict": "depends"}
A_CALL = {"tried": {"framework": "torch", "call": "LSTM(1)", "test": "accepted"}, "settings": 0,
          "hold": 1, "fail": 0}  # fmt: skip
NO_REASON = "this run has no gates"
SAID = [
    ({}, {}, "holds", "**agrees** with our model: the test holds, decided at 12 settings"),
    (FAILING, {"outcome": "fails", "decides": 1}, "fails",
     "**agrees** with our model: the test fails, decided at 1 setting "),
    ({}, {"outcome": "fails", "disagrees": [POINT, POINT]}, "fails",
     "**disagrees** at 2 of 12 settings, first at batch 1, timesteps 2, features 1, units 3"),
    ({}, {"outcome": "not-applicable", "decides": 0, "why": NO_REASON}, "not-applicable",
     f"**does not apply**: {NO_REASON}"),
    ({}, {"outcome": "not-applicable", "decides": 0}, "not-applicable", "**does not apply** |"),
    ({}, {"outcome": "error", "decides": 3, "why": "it crashed"}, "error",
     "**could not be run**: it crashed"),
    ({}, {"outcome": "undecided", "decides": 0}, "undecided", "**decides nothing**"),
    ({}, {"decides": 0}, "undecided", "**decides nothing**"),
    ({}, {"stale": True}, "stale", "**stale**: run before the test was last changed"),
    ({}, {"stale": True, "outcome": "error"}, "stale", "**stale**"),
    ({}, {"outcome": "no such word"}, "undecided", "**decides nothing**"),
    (FAILING, {"decides": 3}, "undecided", "agrees at 3 settings, but none of them settles it"),
    (FAILING | WITNESS, {"outcome": "fails"}, "undecided", "none of them settles it"),
    (FAILING | WITNESS, {}, "holds", "**agrees**"),
    (CONDITIONAL, {}, "holds", "**agrees**"),
    (CONDITIONAL, {"outcome": "fails"}, "fails", "**agrees**"),
    (A_CALL, {"decides": 0}, "holds", "the test **holds**"),
    (A_CALL, {"outcome": "fails", "decides": 0}, "fails", "the test **fails**"),
    (A_CALL, {"outcome": "error", "why": "it fell"}, "error", "**could not be run**: it fell"),
    (A_CALL, {"stale": True}, "stale", "**stale**"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "record", "kind", "words"), SAID)
def test_a_record_is_worth_what_it_decides(changes, record, kind, words, found):
    claim = with_records(found, RECORD | record, **changes)
    assert state(claim, "torch") == kind
    rows = [line for line in section(found, claim).splitlines() if line.startswith("| PyTorch")]
    assert len(rows) == 1
    assert words in html_free(rows[0])
    assert ("**agrees**" in rows[0]) is words.startswith("**agrees**")
    assert decides(claim, "torch") or "**agrees**" not in rows[0]
    assert "2.13.0" in html_free(rows[0]) and "2026-11-22" in html_free(rows[0])


def html_free(markdown_text):
    """Without the entities of escaped words, which hide what is compared."""
    return re.sub(r"&#(\d+);", lambda mark: chr(int(mark[1])), markdown_text)


def test_every_framework_has_a_row_in_the_same_order(found):
    rows = [line for line in section(found, with_records(found)).splitlines() if "state" in line]
    titles = [about["title"] for about in found["frameworks"]]
    assert [row.split("| ")[1].strip() for row in rows] == titles
    assert all("not recorded yet" in row for row in rows)


def test_a_claim_about_a_call_has_a_row_for_its_framework_alone(found):
    claim = with_records(found, **A_CALL)
    assert section(found, claim).count('class="state') == 1
    assert state(claim, "torch") == "missing" and state(claim, "keras") == "not-applicable"
    assert "not recorded yet" in section(found, claim)


@pytest.mark.parametrize(
    ("records", "words"),
    [
        ([ON["keras"], ON["torch"]], "So the verdict rests on **Keras and PyTorch**."),
        ([ON["keras"], ON["torch"] | {"stale": True}], "So the verdict rests on **Keras**."),
        ([], "it rests on our own loop alone"),
        ([ON["torch"] | {"stale": True}], "it rests on our own loop alone"),
        ([ON["torch"] | {"outcome": "not-applicable", "decides": 0}], "on our own loop alone"),
        ([ON["torch"] | {"decides": 0}], "on our own loop alone"),
    ],
)
def test_shapes_and_counts_rest_on_the_frameworks_that_decide_them(records, words, found):
    said = section(found, with_records(found, *records, echo=True))
    assert words in said
    assert ('class="admonition note"' in said) is ("loop alone" in words)
    other = section(found, with_records(found, *records, echo=False))
    assert "shapes and counts" not in other
    assert ("rests on our model alone" in other) is ("loop alone" in words)


def test_frameworks_that_were_recorded_are_told(odd):
    made = pages(odd, reference())
    assert "**agrees**" in made["claims/correct-record-agrees.md"]
    assert "**stale**" in made["claims/correct-stale-record.md"]
    assert "**disagrees** at 1 of 1 setting" in made["claims/disputed.md"]
    assert "not recorded yet" in made["claims/wrong-by-control.md"]
    assert "**agrees**" not in made["claims/wrong-by-control.md"]


def test_what_a_call_gave_is_told_where_it_counts(odd):
    made = pages(odd, reference())
    fact = made["claims/fact-correct.md"]
    assert "the test **holds**" in fact and "with the call <code>BasicLSTMCell" in fact
    assert first_badge(made["claims/fact-unrecorded.md"])[1] == "Not settled (unrecorded)"
    assert "checker record tensorflow fact-correct" in html_free(fact)


def table_of(page):
    """The rows of the claims, by the name in their link."""
    rows = [line for line in page.splitlines() if "#the-real-frameworks" in line]
    return {re.search(r"claims/([a-z0-9-]+)\.md", row)[1]: row for row in rows}


def heard(row):
    return re.findall(r'class="heard">([^<]+)<', row)


def test_a_cell_for_each_claim_and_framework(found):
    page = side_by_side(Site(found))
    here_alone = {"experiment", "train"}
    tried = [c for c in found["claims"] if not here_alone & set(c["tried"])]
    with_a_row = {c["id"] for c in tried if c["settings"] or "call" in c["tried"]}
    rows = table_of(page)
    assert set(rows) == with_a_row
    for claim in found["claims"]:
        if claim["id"] in rows:
            words = [state(claim, about["name"]) for about in found["frameworks"]]
            assert heard(rows[claim["id"]]) == [STATES[word].word for word in words]
            assert f">{BADGES[outcome(claim)].icon}</span>" in rows[claim["id"]]


def numbers_of(page, word):
    row = next(line for line in page.splitlines() if f"**{word}**:" in line)
    return [int(number) for number in re.findall(r"(?<=\| )\d+(?= \|)", row)]


def test_the_legend_counts_every_cell_once(found):
    page = side_by_side(Site(found))
    cells = [heard(row) for row in table_of(page).values()]
    for kind in STATES.values():
        counted = [sum(row[n] == kind.word for row in cells) for n in range(5)]
        assert numbers_of(page, kind.word) == counted


@pytest.mark.parametrize(
    ("changes", "records", "apart"),
    [
        (CONDITIONAL, [ON["keras"], ON["torch"] | {"outcome": "fails"}], True),
        (CONDITIONAL, [ON["keras"], ON["torch"]], False),
        ({}, [ON["keras"], ON["torch"] | {"outcome": "fails", "disagrees": [POINT]}], True),
        (CONDITIONAL, [ON["keras"], ON["torch"] | {"outcome": "fails", "stale": True}], False),
        (FAILING, [ON["keras"], ON["torch"] | {"outcome": "fails"}], False),
        ({}, [ON["keras"], ON["torch"] | {"outcome": "error"}], False),
        ({}, [], False),
    ],
)
def test_a_row_is_marked_where_frameworks_differ(changes, records, apart, found):
    claim = with_records(found, *records, **changes)
    assert differs(claim) is apart
    page = side_by_side(Site(found | {"claims": [claim]}))
    assert ("frameworks differ</span>" in page) is apart
    assert ("No claim holds on one framework and fails on another" in page) is not apart


def test_a_framework_that_disagrees_is_marked_in_its_cell(found):
    against = ON["torch"] | {"outcome": "fails", "disagrees": [POINT]}
    claim = with_records(found, ON["keras"], against)
    row = table_of(side_by_side(Site(found | {"claims": [claim]})))[claim["id"]]
    assert heard(row)[1:3] == ["holds", "fails, unlike our model"]
    assert row.count("≠") == 1
    assert "PyTorch 2.13.0, 2026-11-22: fails, unlike our model" in html_free(row)


MEASURED = {"framework": "torch", "title": "PyTorch", "version": "2.13.0", "date": "2026-11-22",
            "model": "lstm", "cases": 4, "outputs": 2.2e-16, "states": 0.0, "gradients": None,
            "single": 1.3e-7}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "cells"),
    [
        ({}, ["2.2e−16", "0", "not recorded", "1.3e−7"]),
        ({"gradients": 1e-12}, ["2.2e−16", "0", "1.0e−12", "1.3e−7"]),
        ({"outputs": 2e-12}, ["2.0e−12, too far", "0", "not recorded", "1.3e−7"]),
        ({"states": 0.5, "single": 2e-5}, ["2.2e−16", "5.0e−1, too far", "not recorded",
                                           "2.0e−5, too far"]),
        ({"outputs": float("nan")}, ["nan, too far", "0", "not recorded", "1.3e−7"]),
    ],
)  # fmt: skip
def test_a_difference_above_its_limit_is_marked(changes, cells, found):
    page = fidelity_page(Site(found | {"fidelity": [MEASURED | changes]}))
    row = next(line for line in page.splitlines() if line.startswith("| lstm"))
    shown = [re.sub(r"<span aria.*?</span>|<[^>]+>|\*", "", cell) for cell in row.split(" | ")[2:]]
    assert [cell.removesuffix(" |") for cell in shown] == cells


def test_the_fidelity_page_says_the_worst_and_how_it_was_measured(found):
    rows = [MEASURED, MEASURED | {"framework": "keras", "title": "Keras", "outputs": 3e-15}]
    page = fidelity_page(Site(found | {"fidelity": rows}))
    assert "Over 8 recorded runs" in page and "3.0e−15 in outputs and states and 1.3e−7" in page
    assert page.index("## Keras") < page.index("## PyTorch")  # the order of all pages
    assert "complex step" in page and "1e−12" in page and "1e−5" in page
    assert "Nothing was measured" not in page
    assert "Nothing was measured" in fidelity_page(Site(found | {"fidelity": []}))


def test_asked_is_never_shown_as_said(found, made):
    asked = [c for c in found["claims"] if c["asked_by"] and not c["said_by"]]
    assert asked
    for claim in asked:
        page = made[f"claims/{claim['id']}.md"]
        assert "it is asked, not claimed" in page.replace("</span>", "")
        assert "Said on" not in page
    said = next(c for c in found["claims"] if c["said_by"] and not c["asked_by"])
    assert "not claimed" not in made[f"claims/{said['id']}.md"]


def test_copies_of_a_page_are_one_voice(found):
    claim = next(c for c in found["claims"] if len(c["said_by"]) == 3)
    page = pages(found, reference())[f"claims/{claim['id']}.md"]
    assert "Said on 2 pages. Copies of a page are not counted again." in page


def places_of(page):
    return re.findall(r"^(\S.*)\n:   ", page, re.MULTILINE)


def test_a_source_counts_each_claim_once_and_keeps_its_order(found):
    site = Site(found)
    page = source_page(site, site.sources["datascience-12964"])
    assert places_of(page)[0] == "title"
    assert page.index("### Title") < page.index("### Answer 1") < page.index("### Answer 4")
    said = [c for c in found["claims"] if "datascience-12964" in c["said_by"]]
    assert f"It makes {len(said)} claims" in page
    assert "%" not in page


def test_a_page_without_answers_has_no_headings_for_them(found):
    site = Site(found)
    page = source_page(site, site.sources["blog-2018"])
    assert "### " not in page and "paragraph 4, first sentence" in places_of(page)


PAGES = [
    ["title", "question, quoted documentation", "question, second sentence", "answer 1"],
    ["question", "comment under the question, case 2", "answer 2", "comment under answer 2"],
    ["comment under the question, case 3", "second comment under the question", "answer 1"],
    ["answer 2, third sentence", "answer 2, twelfth sentence", "answer 10, first sentence"],
    ["People also ask 4", "answer 1", "comment under answer 1", "answer 2"],
    ["people also ask, second question", "People also ask 3", "people also ask, fourth question"],
    ["People also ask 4, heading", "People also ask 4, first sentence",
     "people also ask, fourth question, code"],
    ["title", "first block quote, with its list", "second block quote, last clause",
     "paragraph 1, first sentence"],
    ["paragraph 4, first sentence", "paragraph 4, second sentence",
     "paragraph 4, both sentences together", "paragraphs 3 and 4 taken together", "paragraph 5",
     "references, item 1"],
    ["answer 2, second sentence", "answer 2, first paragraph, third sentence",
     "answer 2, second paragraph, first sentence", "answer 2, first item of the list",
     "answer 2, side note, first sentence"],
    ["answer 3, fourth paragraph", "answer 3, list", "answer 3, list item 2",
     "answer 3, last paragraph, presupposed"],
    ["answer 5, second paragraph, fourth sentence", "answer 5, second paragraph, fifth sentence",
     "answer 5, second paragraph, fourth and fifth sentence"],
    ["answer 5, second paragraph, thirteenth sentence",
     "answer 5, second paragraph, tenth, twelfth and thirteenth sentence",
     "answer 5, second paragraph, fourteenth sentence",
     "answer 5, second paragraph, fifteenth sentence"],
    ["answer 1, first paragraph", "answer 1, second paragraph, quoted comment",
     "answer 1, third paragraph", "comment under answer 1, by somebody", "answer 2"],
    ["solution 2, third paragraph", "side note, first sentence", "side note, second sentence"],
]  # fmt: skip


@pytest.mark.parametrize("places", PAGES)
def test_places_are_sorted_as_their_page_has_them(places):
    assert sorted(reversed(places), key=in_order) == places


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("title", "Title and question"),
        ("comment under the question, case 1", "Title and question"),
        ("people also ask, fourth question, code", "People also ask"),
        ("answer 2, third paragraph", "Answer 2"),
        ("comment under answer 2, by somebody", "Answer 2"),
        ("paragraph 4, first sentence", "Paragraph 4"),
    ],
)
def test_a_place_belongs_to_a_part_of_its_page(place, name):
    assert part_of(place) == name


def came_out(*verdicts):
    """A page that makes claims with these verdicts."""
    claims = [{"id": str(n), "verdict": v, "why_not": "not-testable", "contradicts": []}
              for n, v in enumerate(verdicts)]  # fmt: skip
    return [Row("here", claim, False) for claim in claims]


@pytest.mark.parametrize(
    ("verdicts", "words"),
    [
        (["correct", "wrong", "wrong"], "More of it came out wrong than correct."),
        (["correct", "wrong", "correct"], "More of it came out correct than wrong."),
        (["correct", "wrong", "depends"], "As much of it came out correct as wrong."),
        (["correct", None], "Nothing that was decided of it came out wrong."),
        (["wrong", "depends"], "Nothing that was decided of it came out correct."),
        (["depends", None], "What was decided of it depends on something."),
        ([None], "No experiment decided anything that it says."),
    ],
)
def test_a_source_is_summed_up_by_its_counts(verdicts, words):
    said = summary(came_out(*verdicts))
    assert words in said and f"It makes {len(verdicts)} claim" in said and "asks" not in said


def test_what_a_source_only_asks_is_counted_apart():
    said, asked = came_out("correct", "wrong")
    text = summary([said, asked._replace(asked=True)])
    assert "It makes 1 claim: 1 correct." in text
    assert "It only asks about 1 more claim: 1 wrong." in text
    assert summary([asked._replace(asked=True)]) == "It only asks about 1 claim: 1 wrong."


def test_claims_of_one_page_that_contradict_one_another_are_shown(found):
    clash = copy.deepcopy(found)
    first, second, third = [c for c in clash["claims"] if "blog-2018" in c["said_by"]][:3]
    first["contradicts"] = [second["id"], third["id"]]
    third["asked_by"], third["said_by"] = third["said_by"], {}
    site = Site(clash)
    page = source_page(site, site.sources["blog-2018"])
    assert "1 pair of its claims [cannot both be right]" in page
    pairs = page.split("## What cannot be right together\n")[1]
    assert first["id"] in pairs and second["id"] in pairs and third["id"] not in pairs
    marked = [line for line in page.splitlines() if "contradicted on this page" in line]
    assert {re.search(r"claims/([a-z0-9-]+)\.md", line)[1] for line in marked} == {
        first["id"], second["id"]}  # fmt: skip
    alone = source_page(Site(found), site.sources["blog-2018"])
    assert "contradicted" not in alone and "cannot both be right" not in alone


def test_a_copy_repeats_nothing_that_another_copy_has_already(found):
    site = Site(found)
    page = source_page(site, site.sources["stackoverflow-37901047"])
    listed = re.findall(r"^:   .*claims/([a-z0-9-]+)\.md", page, re.MULTILINE)
    copies = {"answers-mirror", "solutions-mirror"}
    said = {c["id"] for c in found["claims"] if copies & {*c["said_by"], *c["asked_by"]}}
    assert set(listed) == said
    assert "of this copy stand above already" in page
    assert page.index("five answers") < page.index("two solutions")


def test_the_counts_show_all_five_badges(found):
    counted = lists.counts(found)
    for word in ("correct", "wrong", "depends", "not settled", "not testable"):
        assert re.search(rf"\*\*\d+\*\* {word}", counted)
    numbers = [int(n) for n in re.findall(r"\*\*(\d+)\*\*", counted)]
    assert sum(numbers) == len(found["claims"]) == int(counted.split()[0])


def belief(rival):
    """A rival's name without the runs that it was put into."""
    return rival["name"].split(" in ")[0]


def answers_of(page):
    """The misreadings of a question's page, each with the claims that are listed with it."""
    part = page.split("## Which experiment speaks")[-1].split("### What is not told apart")[0]
    return {
        title.lower().replace(" ", "-"): set(
            re.findall(r"^- .*claims/([a-z0-9-]+)\.md", body, re.M)
        )
        for title, body in re.findall(r"^### (.*)\n((?:(?!###).*\n)*)", part, re.MULTILINE)
    }


def test_the_competing_answers_say_what_the_results_say(found):
    right = {rival["name"]: rival["makes_true"] for rival in found["rivals"]}
    seen = 0
    for question in found["questions"]:
        claims = [c for c in found["claims"] if c["question"] == question["id"]]
        about = {name for claim in claims for name in claim["linked"]}
        turned = {(belief(r), c["id"]) for c in claims for r in c["rivals"] if r["turned"]}
        shown = answers_of(question_page(Site(found), question)) if about else {}
        assert set(shown) == about
        for name, listed in shown.items():
            assert listed == {right[name], *(id_ for rival, id_ in turned if rival == name)}
        seen += len(shown)
    assert seen >= 18


def test_a_test_that_singles_out_one_answer_is_marked(found):
    page = question_page(Site(found), next(q for q in found["questions"] if q["id"] == "units"))
    marked = re.findall(r"claims/([a-z0-9-]+)\.md\) \(on this one alone\)", page)
    claims = {c["id"]: c for c in found["claims"]}
    about = {name for claim in claims.values() if claim["question"] == "units"
             for name in claim["linked"]}  # fmt: skip
    assert marked
    for id_ in marked:
        turned = {belief(r) for r in claims[id_]["rivals"] if r["turned"]}
        assert len(turned & about) == 1


def test_answers_that_nothing_tells_apart_are_named(found):
    alike = copy.deepcopy(found)
    question = next(q for q in alike["questions"] if q["id"] == "layers")
    names = [rival["name"] for rival in alike["rivals"][:3]]
    for claim in alike["claims"]:
        first = any(r["turned"] for r in claim["rivals"] if belief(r) == names[0])
        for rival in claim["rivals"]:
            if belief(rival) in names:
                rival["turned"] = first and belief(rival) != names[2]
    one, two, three = [f"“{name.replace('-', ' ').capitalize()}”" for name in names]
    page = question_page(Site(alike), question)
    assert f"tells {one} from {two}. **Nothing" in page
    assert f"tells our model from {three}. **Nothing" in page
    assert f"tells our model from {one}" not in page
    assert "Nothing: each of these misreadings" not in page
    elsewhere = next(c for c in alike["claims"] if c["question"] != "layers")
    elsewhere["rivals"].append(
        {"name": names[2], "turned": True, "outcome": "fails", "linked": True}
    )
    page = question_page(Site(alike), question)
    assert f"tells our model from {three}. Tests of other questions do." in page


def test_what_nobody_can_test_is_counted_and_listed_apart(found):
    for question in found["questions"]:
        claims = [c for c in found["claims"] if c["question"] == question["id"]]
        without = {c["id"] for c in claims if c["why_not"] == "not-testable"}
        page = question_page(Site(found), question)
        tried, _, apart = page.partition("## What no experiment can decide")
        assert f"What people say: {len(claims) - len(without)} claim" in tried
        assert "ot testable" not in tried.split("## What people say")[1]
        assert set(re.findall(r"claims/([a-z0-9-]+)\.md", apart)) == without
        assert apart.startswith(f": {len(without)} claim") if without else apart == ""


def test_a_short_answer_that_rests_on_too_little_says_so(found):
    bad = copy.deepcopy(found)
    question = next(q for q in bad["questions"] if q["id"] == "num-units")
    question["answer"][0]["holds"] = False
    assert (
        "Not all of these are correct"
        in pages(bad, reference())["claims/_parts/answer-num-units.md"]
    )
    assert "Not all" not in pages(found, reference())["claims/_parts/answer-num-units.md"]


def setting(outcome, **sizes):
    return {"setting": sizes, "outcome": outcome}


@pytest.mark.parametrize(
    ("trials", "words"),
    [
        ([setting("yes", t=1, u=1), setting("no", t=1, u=2), setting("yes", t=2, u=2)], "equal"),
        ([setting("yes", t=1, u=1), setting("yes", t=1, u=2), setting("no", t=2, u=2)], "is"),
        ([setting("yes", t=1, u=1), setting("no", t=2, u=2), setting("no", t=1, u=1)], ""),
        ([setting("yes", t=1, u=1)], ""),
        ([setting("no", t=1, u=1)], ""),
    ],
)
def test_the_coincidence_is_the_one_there_is(trials, words):
    assert (words in coincidence(trials)) if words else coincidence(trials) == ""


def test_the_real_coincidence_is_named(made):
    page = Seen(html_of(made["claims/num-units-is-sequence-length.md"])).said
    assert "exactly those where timesteps and units are equal" in page


def test_an_earlier_name_leads_on(found):
    renamed = copy.deepcopy(found)
    renamed["claims"][0]["formerly"] = ["an-earlier-name", "index", "../../x"]
    made = pages(renamed, reference())
    assert f"redirect: ../{renamed['claims'][0]['id']}/" in made["claims/an-earlier-name.md"]
    assert "# All claims" in made["claims/index.md"]
    assert not any(".." in path for path in made)


def test_what_a_claim_covers_stands_on_its_page_and_has_none_of_its_own(found):
    covering = copy.deepcopy(found)
    covering["claims"][0]["covers"] = {"the-same": "The same, in <b>other</b> words."}
    made = pages(covering, reference())
    page = Seen(html_of(made[f"claims/{covering['claims'][0]['id']}.md"])).said
    assert "The same in other words." in page and "“The same, in <b>other</b> words.”" in page
    assert "claims/the-same.md" not in made


def test_a_broken_claim_has_a_page_that_says_so(found):
    bad = copy.deepcopy(found)
    bad["broken"] = [{"id": "broken-one", "question": "num-units"}]
    place = {"file": "claims/num-units/broken-one.yml", "line": 3, "column": 1}
    bad["findings"] = [place | {"message": "there is no key 'tset'", "tip": "did you mean test?"}]
    made = pages(bad, reference())
    page = Seen(html_of(made["claims/broken-one.md"])).said
    assert "claims/num-units/broken-one.yml:3:1 there is no key 'tset'" in page
    assert first_badge(made["claims/broken-one.md"])[0] == "open"
    assert "broken-one" in made["claims/index.md"]
    assert "broken-one.md" in made["questions/num-units.md"]
    counts = [pages(results, reference())["claims/_parts/counts.md"] for results in (found, bad)]
    before, after = (int(re.search(r"\*\*(\d+)\*\* not settled", count)[1]) for count in counts)
    assert after == before + 1


def test_links_to_a_repository_exist_only_where_one_is_known(found):
    with_one = pages(found, reference(), repository="https://example.org/o/n")
    page = with_one["claims/lstm-keeps-two-pieces.md"]
    assert "https://example.org/o/n/edit/main/claims/memory/lstm-keeps-two-pieces.yml" in page
    assert "https://example.org/o/n/issues/new?template=wrong-verdict.yml" in page
    for repository in ("", "javascript:alert(1)"):
        page = pages(found, reference(), repository=repository)["claims/lstm-keeps-two-pieces.md"]
        assert "Edit this claim" not in page and "I disagree" not in page


def test_the_sentence_to_paste_names_the_page(found):
    made = pages(found, reference(), "https://example.org/site/")
    page = Seen(html_of(made["claims/lstm-keeps-two-pieces.md"])).said
    assert "(https://example.org/site/claims/lstm-keeps-two-pieces/)" in page
    assert "ADDRESS" in pages(found, reference())["claims/lstm-keeps-two-pieces.md"]


# --- writing


def test_what_has_not_changed_is_not_written_again(tmp_path):
    assert write({"claims/a.md": "1", "claims/b.md": "1"}, tmp_path, FOLDERS) == [
        "claims/a.md",
        "claims/b.md",
    ]
    before = (tmp_path / "claims/a.md").stat().st_mtime_ns
    assert write({"claims/a.md": "1", "claims/b.md": "2"}, tmp_path, FOLDERS) == ["claims/b.md"]
    assert (tmp_path / "claims/a.md").stat().st_mtime_ns == before
    assert (tmp_path / "claims/b.md").read_text() == "2"


def test_orphans_are_deleted_and_nothing_else(tmp_path):
    write({"claims/a.md": "1", "claims/deep/b.md": "1"}, tmp_path, FOLDERS)
    by_hand = tmp_path / "index.md"
    by_hand.write_text("by hand")
    assert write({"claims/a.md": "1"}, tmp_path, FOLDERS) == ["claims/deep/b.md"]
    assert not (tmp_path / "claims/deep").exists()
    assert by_hand.read_text() == "by hand"


# --- hand-written pages

GUIDE = (ROOT / "docs" / "add-a-claim.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r'```yaml title="([^"]+)"\n(.*?)```', GUIDE, re.DOTALL))
SESSIONS = re.findall(r"```console\n\$ (checker .*?)\n(.*?)```", GUIDE, re.DOTALL)


@pytest.fixture(scope="session")
def with_examples(tmp_path_factory):
    """Our claims, and beside them those of the guide."""
    folder = tmp_path_factory.mktemp("guide") / "claims"
    shutil.copytree(ROOT / "claims", folder)
    for name, content in EXAMPLES.items():
        path = folder.parent / name
        assert not path.exists(), f"{name} is no example any more"
        path.write_text(content, encoding="utf-8")
    return folder


def test_every_example_of_the_guide_is_valid_and_comes_out_as_it_says(with_examples):
    base = load(with_examples)
    ids = [Path(name).stem for name in EXAMPLES if "_sources" not in name]
    found, findings = run(base, ids, cache_of(ROOT / "claims"))
    assert findings == []
    tried = {c["id"]: c for c in found["claims"]}
    assert len(ids) >= 6
    for id_ in ids:
        assert tried[id_]["as_expected"], (id_, tried[id_]["reason"])
        assert tried[id_]["told_apart_by"] in (None, "control", "alternative")


def test_a_wrong_example_would_be_noticed(with_examples, tmp_path):
    folder = tmp_path / "claims"
    shutil.copytree(with_examples, folder)
    path = folder / "batches" / "sequences-of-a-batch-are-separate.yml"
    right = path.read_text()
    path.write_text(right.replace("expected: correct", "expected: wrong"))
    assert run(load(folder), [path.stem])[1] != []  # a wrong claim needs instead and reply
    path.write_text(right.replace("outputs[0:1]", "outputs[1:2]"))
    assert not run(load(folder), [path.stem])[0]["claims"][0]["as_expected"]


@pytest.mark.parametrize(("command", "shown"), SESSIONS, ids=lambda s: s.split("\n")[0])
def test_a_command_of_the_guide_prints_what_the_guide_shows(command, shown, capsys):
    arguments = [*shlex.split(command)[1:], "--claims", str(ROOT / "claims")]
    assert main(arguments) == 0
    printed = capsys.readouterr().out.splitlines()
    assert shown.strip() and all(line in printed for line in shown.splitlines())


def test_the_guide_has_sessions():
    assert len(SESSIONS) >= 3


def test_options_that_the_guide_names_exist():
    sentence = next(line for line in GUIDE.splitlines() if "`kind`" in line and "options" in line)
    named = set(re.findall(r"`(\w+)`", sentence.split("options")[1]))
    assert named and named <= set(OPTIONS)


def test_the_language_is_listed_completely(made):
    for part, texts in (("observables", reference()["observables"]),
                        ("functions", reference()["functions"])):  # fmt: skip
        page = Seen(html_of(made[f"claims/_parts/{part}.md"])).said
        assert all(re.search(rf"\b{name}\b", page) for name in texts)
        assert f"_parts/{part}.md" in GUIDE


def test_results_keep_the_order_of_runs(found):
    claim = next(c for c in found["claims"] if c["id"] == "lstm-keeps-two-pieces")
    assert claim["runs"][0] == "whole"
    page = Seen(html_of(pages(found, reference())["claims/lstm-keeps-two-pieces.md"])).said
    assert page.index("  whole: {}") < page.index("  start:") < page.index("  both:")


def test_results_without_any_claim_still_make_pages(tmp_path):
    (tmp_path / "claims").mkdir()
    made = pages(results(load(tmp_path / "claims"), [], []), reference())
    assert "0 claims" in made["claims/index.md"]
