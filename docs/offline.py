"""Who reads the pages fetches nothing from elsewhere: the build fails where one would."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.errors import ExtensionError

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_LOADED = re.compile(r"""<(?:script|link|img|iframe|source)\b[^>]*\s(?:src|href)=["']((?:https?:)?//[^"']+)""")


def setup(app: Sphinx) -> None:
    """Look at the pages when they are written."""
    app.connect("build-finished", _check)


def _check(app: Sphinx, failure: Exception | None) -> None:
    """Raise ExtensionError with the first page that loads something, and what."""
    for path in [] if failure else sorted(Path(app.outdir).rglob("*.html")):
        for address in _LOADED.findall(path.read_text(encoding="utf-8")):
            raise ExtensionError(f"{path.name} loads {address}: ship it, or leave it out")
