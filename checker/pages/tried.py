"""How a claim was tried: its YAML, and the command that tries it again."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from checker.pages.escape import block
from checker.pages.words import Data

KEYS = ("framework", "call", "experiment", "model", "at", "where", "runs", "train", "arms", "test",
        "for", "exactly_when", "control", "depends")  # fmt: skip


def as_yaml(tried: Mapping[str, Any], runs: Sequence[str]) -> str:
    """The tried part of a claim as in a file; the first run is the base, so their order counts."""
    ordered = {key: tried[key] for key in KEYS if key in tried}
    if "runs" in ordered:
        ordered["runs"] = {name: ordered["runs"][name] for name in runs if name in ordered["runs"]}
    return yaml.dump(
        ordered, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=88
    ).rstrip()


def run_it_yourself(claim: Data) -> Iterator[str]:
    """The commands that try it again, and what they try."""
    framework = claim["tried"].get("framework")
    if not claim["settings"] and not framework:
        return
    yield "## Run it yourself"
    commands = [f"checker show {claim['id']}"]
    if framework:
        commands.append(f"checker record {framework} {claim['id']}")
    if set(claim["tried"]) <= {"test", "control"}:
        commands.append(f"checker try {shlex.quote(claim['tried'].get('test', ''))}")
    if claim["shown"] and not {"experiment", "train"} & {*claim["tried"]}:
        commands.append(f"checker reproduce {claim['id']}")
    yield block("\n".join(commands))
    yield "What it tries, as it stands in the claim's file:"
    yield block(as_yaml(claim["tried"], claim["runs"]))


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
