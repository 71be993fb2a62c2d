"""How names, members of groups and labels are written in a script."""

from __future__ import annotations

from collections.abc import Sequence


def quoted(label: str) -> str:
    """A label as a word of Python."""
    return f'"{label}"' if '"' not in label else repr(label)


def listed(members: Sequence[str]) -> str:
    """What a loop over members runs over: letters in one word, other names in a tuple."""
    if all(len(member) == 1 for member in members):
        return f'"{"".join(members)}"'
    return f"({', '.join(chr(34) + member + chr(34) for member in members)},)"


def counter(members: Sequence[str]) -> str:
    """The variable of a loop over members: g for gates, s for states."""
    if all(len(member) == 1 for member in members):
        return "s" if {*members} <= {"h", "c"} else "g"
    return "name"


def stem(slots: Sequence[str]) -> tuple[str, list[str]]:
    """What slots have in common up to a dot, and the rest of each."""
    words = [slot.split(".") for slot in slots]
    same = 0
    while all(len(w) > same + 1 and w[same] == words[0][same] for w in words):
        same += 1
    return ".".join(words[0][:same]), [".".join(w[same:]) for w in words]
