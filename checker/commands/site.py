"""``checker site``: check all claims and build the site."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from checker.commands.naming import UsageError


def site(folder: Path) -> int:
    """Build the site of the project that the folder of claims belongs to, into ``site/``.

    Claims that are not as expected, or cannot be read, are marked on the site and named here.
    """
    try:
        from mkdocs.commands.build import build
        from mkdocs.config import load_config
        from mkdocs.exceptions import MkDocsException
    except ImportError:
        raise UsageError("the site needs MkDocs: pip install 'checked-answers[site]'") from None
    config_file = folder.resolve().parent / "mkdocs.yml"
    if not config_file.is_file():
        raise UsageError(f"there must be a mkdocs.yml beside {folder}")
    logger, shown = logging.getLogger("mkdocs"), logging.StreamHandler()
    shown.setLevel(logging.WARNING)
    logger.addHandler(shown)
    try:
        config = load_config(str(config_file), strict=True)
        config.plugins.on_startup(command="build", dirty=False)
        build(config)
        config.plugins.on_shutdown()
    except MkDocsException as error:
        raise UsageError(f"the site cannot be built: {error}") from None
    finally:
        logger.removeHandler(shown)
    print(f"the site is in {Path(config.site_dir)}", file=sys.stderr)
    return 0
