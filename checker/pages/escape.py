"""Nothing that somebody wrote into a YAML file reaches Markdown or HTML as anything but text.

Every mark that either of them could read becomes a numeric entity, which both show as itself.
"""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import quote

import yaml

_CODE_SPAN = re.compile(r"`([^`]+)`")
# Control characters (Markdown uses two of them inside) and those that turn the reading direction.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)
_PUNCTUATION = r"[!-/:-@\[-`{-~]"
# A point is a mark after a digit (a list), a hyphen is one unless it joins two letters (a rule).
_MARK = re.compile(rf"(?!(?<=[^\W\d_])-(?=[^\W\d_]))(?!(?<!\d)\.)(?![,;']){_PUNCTUATION}")
_ANY_MARK = re.compile(rf"{_PUNCTUATION}|\n")


def text(words: object) -> str:
    """Words as one line of Markdown that reads as itself; `code` between backticks becomes code."""
    parts = _CODE_SPAN.split(_one_line(words))
    return "".join(code(part) if odd % 2 else _escaped(part) for odd, part in enumerate(parts))


def plain(words: object) -> str:
    """Words for the inside of an HTML element or attribute, and for a title; without code."""
    return _ANY_MARK.sub(_entity, bare(words))


def bare(words: object) -> str:
    """Words as one line without marks of code, for whatever escapes them itself."""
    return _one_line(words).replace("`", "")


def code(words: object) -> str:
    """Inline code, in Markdown as in HTML."""
    return f"<code>{_ANY_MARK.sub(_entity, _one_line(words))}</code>"


def block(lines: str) -> str:
    """A block of code as one line of HTML, so that no line of it can open anything."""
    shown = _INVISIBLE.sub("", lines.rstrip("\n"))
    return f"<pre><code>{_ANY_MARK.sub(_entity, shown)}</code></pre>"


def front_matter(**values: Any) -> str:
    """The head of a page; the theme puts its texts into HTML as they are, so they are escaped."""
    safe = {
        name: html.escape(bare(value)) if isinstance(value, str) else value
        for name, value in values.items()
    }
    return f"---\n{yaml.safe_dump(safe, allow_unicode=True, width=10**6)}---\n"


def address(words: str) -> str:
    """An address as it may stand in a link; "" for what is no address, or could run."""
    if not re.fullmatch(r"https?://\S+", words):
        return ""
    return quote(words, safe=":/?&=#%+,@~")  # what Markdown or HTML could read becomes %…


def _one_line(words: object) -> str:
    return _INVISIBLE.sub("", " ".join(str(words).split()))


def _escaped(words: str) -> str:
    return _MARK.sub(_entity, words)


def _entity(mark: re.Match[str]) -> str:
    return f"&#{ord(mark[0])};"
