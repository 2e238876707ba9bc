"""Paths in a pretended file system: which ones are known, and what a directory has in it. Contents are not kept."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

__all__ = ["absolute", "children", "copied"]


def absolute(path: str, workdir: str) -> str:
    """A path from the root on."""
    return "/" + posixpath.normpath(posixpath.join("/", workdir, path)).lstrip("/")


def children(files: Collection[str], folder: str) -> list[str]:
    """The names in a directory, as far as something is known below it."""
    below = folder.rstrip("/") + "/"
    return sorted({path[len(below) :].partition("/")[0] for path in files if path.startswith(below)})


def copied(found: Iterable[str], source: str, target: str, workdir: str) -> set[str]:
    """Where COPY puts the files that it found for one of its sources."""
    base = posixpath.normpath(f"/{source}").lstrip("/")
    to_folder = target.endswith(("/", "/.")) or target == "."
    place = absolute(target, workdir)
    placed = set()
    for path in found:
        if base in {"", "."}:
            placed.add(posixpath.join(place, path))
        elif path.startswith(f"{base}/"):
            placed.add(posixpath.join(place, path[len(base) + 1 :]))
        elif to_folder or path != base:
            placed.add(posixpath.join(place, posixpath.basename(path)))
        else:
            placed.add(place)
    return placed
