"""The issue forms, and the links of the pages that fill them in."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from conftest import CANARIES, ROOT

from checker.base import load
from checker.commands.check import run
from checker.pages.render import pages
from checker.reference import reference

FORMS = {
    path.name: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in (ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml")
    if path.name != "config.yml"
}
KINDS = {"markdown", "input", "textarea", "dropdown", "checkboxes"}
REPOSITORY = "https://example.org/o/n"


def fields(form):
    return {part["id"]: part["type"] for part in form["body"] if part["type"] != "markdown"}


def wrong_links(made):
    """Links to a form that fill in what it does not have."""
    found = []
    for path, page in made.items():
        for link in re.findall(r"\((https://example.org/o/n/issues/new\?[^)]*)\)", page):
            asked = parse_qs(urlsplit(link).query)
            form = FORMS.get(asked.pop("template", [""])[0])
            asked.pop("title", None)
            texts = {n for n, kind in fields(form).items() if kind != "dropdown"} if form else set()
            if form is None or not {*asked} <= texts:
                found.append((path, link))
    return found


@pytest.fixture(scope="module")
def made():
    base = load(CANARIES)
    found, _ = run(base, ["wrong-about-a-number", "correct-by-control"], whole=False)
    (source,) = found["sources"]
    found["sources"] = [source | {"url": "https://example.org/page?a=b&c=d"}]
    return pages(found, reference(), repository=REPOSITORY)


@pytest.mark.parametrize("name", sorted(FORMS))
def test_a_form_is_one_that_github_takes(name):
    form = FORMS[name]
    assert form["name"] and form["description"] and form["body"]
    assert {part["type"] for part in form["body"]} <= KINDS
    ids = [part["id"] for part in form["body"] if part["type"] != "markdown"]
    assert len(ids) == len(set(ids)) and all(re.fullmatch("[a-z_]+", id_) for id_ in ids)
    for part in form["body"]:
        told = part["attributes"]
        assert told["value"] if part["type"] == "markdown" else told["label"]
        if part["type"] == "dropdown":
            assert len(told["options"]) == len(set(told["options"])) > 1
            assert all(isinstance(option, str) for option in told["options"])


def test_there_is_a_form_for_each_wish():
    assert {form["name"] for form in FORMS.values()} == {
        "This verdict is wrong",
        "Please settle this claim",
    }


def test_the_links_of_the_pages_fill_in_fields_that_there_are(made):
    assert wrong_links(made) == []
    claim, source = made["claims/wrong-about-a-number.md"], made["sources/page.md"]
    assert "template=wrong-verdict.yml" in claim and "claim=wrong-about-a-number" in claim
    assert "verdict=Wrong" in claim
    assert (
        "template=settle-a-claim.yml" in source
        and "page=https%3A%2F%2Fexample.org%2Fpage%3Fa%3Db%26c%3Dd" in source
    )


@pytest.mark.parametrize(
    "link",
    [
        "issues/new?template=wrong-verdict.yml&claims=a",
        "issues/new?template=another.yml&claim=a",
        "issues/new?title=a",
        "issues/new?template=settle-a-claim.yml&expected=wrong",  # a choice cannot be filled in
    ],
)
def test_a_link_that_fits_no_form_is_noticed(link):
    assert wrong_links({"a.md": f"[x]({REPOSITORY}/{link})"}) != []
