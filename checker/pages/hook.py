"""MkDocs' hook: before each build, run the claims and write their pages.

So a bare ``mkdocs build`` in a fresh clone makes the whole site, and ``mkdocs serve`` follows
edits under ``claims/``.  What is broken or not as expected is marked on its page and named on
standard error; it never stops the build, and ``checker check`` is what fails.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.append(str(Path(__file__).resolve().parents[2]))  # a clone that nobody has installed

from mkdocs.exceptions import PluginError

from checker.base import load
from checker.commands.check import cache_of, run
from checker.loading import FileError
from checker.pages.history import history
from checker.pages.render import FOLDERS, pages
from checker.pages.write import write
from checker.reference import reference
from checker.report import json, text

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

ROOT = str(Path(__file__).resolve().parents[2])
# Outside of MkDocs' own loggers: a warning there would make a strict build fail.
log = logging.getLogger("checker.site")


def on_pre_build(*, config: MkDocsConfig) -> None:
    """Run what has changed, and write the pages that come out otherwise."""
    if ROOT not in sys.path:
        sys.path.append(ROOT)  # MkDocs took it out again, and claims are tried in new processes
    project = Path(config.config_file_path).parent
    try:
        base = load(project / "claims")
        found, _ = run(base, sorted(base.claims), cache_of(project / "claims"))
        address, repository = config.site_url or "", config.extra.get("repository") or ""
        made = pages(found, reference(), address, repository, history(project / "claims"))
        config.extra["feed"] = "claims/feed.xml" if "claims/feed.xml" in made else ""
        made["claims/results.json"] = json.report(found)
        write(made, Path(config.docs_dir), FOLDERS)
        config.mdx_configs["pymdownx.snippets"]["base_path"] = [config.docs_dir]
    except FileError as error:
        raise PluginError(str(error.finding)) from None
    except OSError as error:
        raise PluginError(f"the pages cannot be written: {error}") from None
    for line in marked(found):
        log.warning(line)


def marked(found: dict[str, Any]) -> Iterator[str]:
    """What the site marks, a line each."""
    for finding in found["findings"]:
        yield text.finding(finding)
    for claim in found["claims"]:
        if not claim["as_expected"]:
            came = claim["verdict"] or claim["why_not"]
            yield f"{claim['file']}: expected {claim['expected'] or 'nothing'}, came out {came}"
