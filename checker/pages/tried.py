"""How a claim was tried: its YAML, the command that tries it again, and the real frameworks."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from checker.pages.escape import block, plain
from checker.pages.words import Data, many, setting

_SAME = (
    " It gives what {cell} gave when that was recorded, within 1e-12, and every test run compares "
    "the two again ([how](../how-a-claim-is-tried.md#how-near-the-model-is-to-tensorflow))."
)
_BASIC = "TensorFlow 2.21's own `BasicLSTMCell`"
_OTHER = "the real cell (TensorFlow 2.21's or PyTorch 2.13's)"
KEYS = ("experiment", "model", "at", "where", "runs", "test", "for", "exactly_when", "control",
        "depends")  # fmt: skip


def as_yaml(tried: Mapping[str, Any], runs: Sequence[str]) -> str:
    """The tried part of a claim as in a file; the first run is the base, so their order counts."""
    ordered = {key: tried[key] for key in KEYS if key in tried}
    if "runs" in ordered:
        ordered["runs"] = {name: ordered["runs"][name] for name in runs if name in ordered["runs"]}
    return yaml.dump(
        ordered, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=88
    ).rstrip()


def frameworks(claim: Data) -> Iterator[str]:
    """What real frameworks gave, as far as it was recorded."""
    if not claim["settings"] or "experiment" in claim["tried"]:
        return
    yield "## The real frameworks"
    shown = claim["shown"] or {"runs": {}}
    models = [run["model"] for run in shown["runs"].values()]
    basic = all(m["kind"] == "lstm" and m.get("layout") == "tensorflow1" for m in models)
    same = _SAME.format(cell=_BASIC if basic else _OTHER) if models else ""
    yield f"The model that was tried is ours, in numpy.{same}"
    if not claim["frameworks"]:
        yield "This claim's own test has **not been recorded yet** on a real framework."
    for record in claim["frameworks"]:
        yield f"- {_recorded(record)}"


def run_it_yourself(claim: Data) -> Iterator[str]:
    """The commands that try it again, and what they try."""
    if not claim["settings"]:
        return
    yield "## Run it yourself"
    commands = [f"checker show {claim['id']}"]
    if set(claim["tried"]) <= {"test", "control"}:
        commands.append(f"checker try {shlex.quote(claim['tried'].get('test', ''))}")
    if claim["shown"] and "experiment" not in claim["tried"]:
        commands.append(f"checker reproduce {claim['id']}")
    yield block("\n".join(commands))
    yield "What it tries, as it stands in the claim's file:"
    yield block(as_yaml(claim["tried"], claim["runs"]))


def _recorded(record: Data) -> str:
    what = f"{plain(record['name'])} {plain(record['version'])}, recorded {plain(record['date'])}"
    if record["stale"]:
        return f"{what}: **recorded before the test was last changed**, so it says nothing now."
    if not record["disagrees"]:
        return f"{what}: **agrees** at every setting that was recorded."
    first = setting(record["disagrees"][0])
    times = many(len(record["disagrees"]), "setting")
    return f"{what}: **disagrees** at {times}, first at {first}."


class _Dumper(yaml.SafeDumper):
    """Short collections on one line, as people write them."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _mapping(dumper: _Dumper, data: Mapping[str, Any]) -> yaml.Node:
    node = dumper.represent_mapping("tag:yaml.org,2002:map", data.items())
    node.flow_style = not any(isinstance(value, dict) for value in data.values())
    if data and node.flow_style:
        node.flow_style = len(str(data)) <= 70 and not set(data) & set(KEYS)
    return node


_Dumper.add_representer(dict, _mapping)
