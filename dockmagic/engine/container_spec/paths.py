"""Paths of this side: where a dot and a tilde lead."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dockmagic.errors import UsageError
from dockmagic.text import shown

if TYPE_CHECKING:
    from dockmagic.engine.container_spec.values import Here

__all__ = ["absolute", "expanded"]


def expanded(path: str, here: Here) -> str:
    """A path whose ~ is home: the shell's work on a command line. What else only a shell can read is refused."""
    home = here.environ.get("HOME") or here.environ.get("USERPROFILE")
    if home and (path == "~" or path.startswith("~/")):
        return home + path[1:]
    if path.startswith(("$", "~")):
        raise UsageError(f"no shell reads {shown(path)!r} here: write the path, or {{name}} for a Python value")
    return path


def absolute(path: str, here: Here) -> str:
    """A path that starts at the root."""
    return os.path.abspath(os.path.join(here.directory, expanded(path, here)))  # noqa: PTH100, PTH118 - keeps a ".."
