"""Write pages, and touch as little as possible: `mkdocs serve` builds again on every change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path


def write(pages: Mapping[str, str], docs: Path, folders: Iterable[str]) -> list[str]:
    """Make the folders below ``docs`` hold exactly these pages; returns what was changed.

    A page that says the same already is not written again; a file that is no page any more, such
    as that of a claim that was taken out, is deleted.
    """
    changed = []
    for path, text in pages.items():
        file, new = docs / path, text.encode()
        if not file.is_file() or file.read_bytes() != new:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(new)
            changed.append(path)
    for folder in folders:
        changed += _delete_orphans(docs, docs / folder, pages)
    return sorted(changed)


def _delete_orphans(docs: Path, folder: Path, pages: Mapping[str, str]) -> list[str]:
    deleted = []
    for file in sorted(folder.rglob("*"), reverse=True):  # what is inside a folder comes first
        path = file.relative_to(docs).as_posix()
        if file.is_dir() and not file.is_symlink():
            if not any(file.iterdir()):
                file.rmdir()
        elif path not in pages:
            file.unlink()
            deleted.append(path)
    return deleted
