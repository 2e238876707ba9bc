"""Symbolic links are followed inside a directory as if it were the root: what a COPY of them needs besides.

Source: followlinks.go of tonistiigi/fsutil.
"""

from __future__ import annotations

import os
import posixpath
import re
from typing import TYPE_CHECKING

from dockmagic.builder.dockerignore import Ignore

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["followed"]

_WILDCARD = re.compile(r"(?:[^\\*?\[]|\\.)*[*?\[]", re.DOTALL)


def followed(root: str, paths: Iterable[str]) -> list[str]:
    """`paths` and what the links on their way lead to, as patterns to include; "." is everything.

    A path leads at most up to `root`. What does not exist stays as it is: it matches nothing.
    """
    found: set[str] = set()
    waiting = [_inside(path) for path in reversed(list(paths))]
    while waiting:
        waiting += reversed(_step(root, waiting.pop(), found))
    return ["."] if "." in found else sorted(found)


def _step(root: str, path: str, found: set[str]) -> list[str]:
    """Go along `path` up to its first link, and note how far it goes; what is to be followed from there."""
    current = ""
    parts = path.split("/")
    for number, part in enumerate(parts, start=1):
        current = f"{current}/{part}" if current else part
        targets = _targets(root, current)
        last = number == len(parts)
        if (last or targets is not None) and current in found:
            return []
        if targets is not None:
            found.add(current)
            return [_inside(posixpath.join(target, *parts[number:])) for target in targets]
    found.add(current)
    return []


def _targets(root: str, path: str) -> list[str] | None:
    """What the link or links at `path` lead to, None if there is none."""
    folder, name = posixpath.split(path)
    if not _WILDCARD.match(name):
        target = _target(root, path)
        return None if target is None else [target]
    match = Ignore([name])
    try:
        names = sorted(os.listdir(os.path.join(root, folder)), key=os.fsencode)  # noqa: PTH118, PTH208 - may be no text
    except (OSError, ValueError):
        return None
    links = (_target(root, posixpath.join(folder, each)) for each in names if match.excludes(each))
    return [target for target in links if target is not None] or None


def _target(root: str, path: str) -> str | None:
    try:
        target = os.readlink(os.path.join(root, path))  # noqa: PTH115, PTH118 - may be no text
    except (OSError, ValueError):  # no link, nothing there, or a name that none can have
        return None
    return posixpath.join("/", posixpath.dirname(path), target)


def _inside(path: str) -> str:
    """`path` below the root, "." for the root itself; .. does not leave it."""
    return posixpath.normpath("/" + path).lstrip("/") or "."
