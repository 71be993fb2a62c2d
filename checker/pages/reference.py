"""The pages of reference: keys, the language, models and rules, made from the texts in the code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from checker.pages import language
from checker.pages.escape import block, code, front_matter, text

Reference = Mapping[str, Any]


def keys(offered: Reference) -> str:
    """Every key of every file."""
    return _page("Keys", "Every key of the files under `claims/`.", _keys(offered["keys"]))


def names(offered: Reference) -> str:
    """Every observable and every function."""
    parts = [
        "## To look at",
        language.observables(offered["observables"]),
        "## To do with it",
        language.functions(offered["functions"]),
    ]
    lead = "What a test can look at and what it can do with it; there is nothing else."
    return _page("Observables and functions", lead, parts)


def models(offered: Reference) -> str:
    """Every kind of model and every option."""
    kinds = [
        f"| {code(kind)} | {language.prose(what)} |" for kind, what in offered["kinds"].items()
    ]
    options = [
        f"| {code(name)} | {text(one['text'])} | {_values(one)} | {', '.join(one['kinds'])} |"
        for name, one in offered["options"].items()
    ]
    parts = [
        "## Kinds",
        _table("| `kind` | What it is |", kinds),
        "## Options",
        _table("| Option | What it says | Values | Of |", options),
    ]
    lead = "What stands under `model`; a list of values enumerates an option."
    return _page("Models and their options", lead, parts)


def training(offered: Reference) -> str:
    """Every task, what is measured, and how one trains unless told otherwise."""
    tasks = [
        f"| {code(name)} | {text(one['text'])} | "
        f"{', '.join(code(f'{key}: {value}') for key, value in one['options'].items())} |"
        for name, one in offered["tasks"].items()
    ]
    measures = [f"| {code(name)} | {text(what)} |" for name, what in offered["measures"].items()]
    usual = [
        f"| {code(key['name'])} | {text(key['text'])} | {code(key['default'])} |"
        if key["default"] != ""
        else f"| {code(key['name'])} | {text(key['text'])} | |"
        for key in offered["training"]
    ]
    parts = [
        "## Tasks",
        _table("| `task` | What is learned | Its own keys, and their defaults |", tasks),
        "## To look at",
        "One figure for each arm and seed; a test counts seeds: "
        f"{code('share(many.test_accuracy > 0.9) > 0.5')}.",
        _table("| Name | What it is |", measures),
        "## Keys and their defaults",
        "`kind`, `layers`, `forget_bias` and `reset` stand under `model`.",
        _table("| Key | What it says | Unless named |", usual),
    ]
    lead = "What stands under `train`, and what a test can look at when it is done."
    return _page("Training", lead, parts)


def rules(offered: Reference) -> str:
    """Every rule that a file has to keep, with what it refuses and what passes."""
    lead = (
        "What `checker lint` asks of the files. "
        "Each finding ends with the name of its rule, in brackets."
    )
    return _page("Rules", lead, _rules(offered["rules"]))


def _keys(files: Mapping[str, Any]) -> Iterator[str]:
    for title, found in files.items():
        yield f"## {title}"
        rows = [f"| {code(k['name'])} | {_said(k)} | {_example(k)} |" for k in found]
        yield _table("| Key | What it holds | Such as |", rows)


def _said(key: Mapping[str, str]) -> str:
    needed = "**Must be there.** " if key["needed"] else ""
    return needed + text(key["text"])


def _example(key: Mapping[str, str]) -> str:
    return code(key["example"]) if key["example"] else ""


def _values(option: Mapping[str, Any]) -> str:
    words = [str(value).lower() if isinstance(value, bool) else value for value in option["values"]]
    kinds = {"int": "a whole number", "float": "a number", "bool": "true or false"}
    return ", ".join(code(word) for word in words) or kinds[option["type"]]


def _rules(rules: Mapping[str, Any]) -> Iterator[str]:
    yield "## file-format"
    yield (
        "A file is YAML 1.2 as an editor reads it, without tags, anchors and aliases, and has the "
        "[keys that there are](keys.md), each once and each with a value of its kind."
    )
    for name, rule in rules.items():
        yield f"## {name}"
        yield language.prose(rule["text"])
        for title, example in (("Refused:", rule["refused"]), ("Passes:", rule["passes"])):
            if example:
                yield title
                yield block(example)


def _table(head: str, rows: list[str]) -> str:
    rule = "|" + " --- |" * (head.count("|") - 1)
    return language.table([head, rule, *rows])


def _page(title: str, lead: str, parts: Iterator[str] | list[str]) -> str:
    head = front_matter(title=title)
    return "\n\n".join([head, f"# {title}", lead, *parts]) + "\n"
