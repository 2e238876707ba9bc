"""`docker diff`: the files that a container has added, as far as its script has written some."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dockmagic.demo.containers import Container
    from dockmagic.demo.world import World

__all__ = ["changes"]

_CHANGED, _ADDED = 0, 1
_OF_SERVERS = {"nginx": "/run/nginx.pid", "postgres": "/run/postgresql/.s.PGSQL.5432.lock"}


def changes(world: World, container: Container) -> list[dict[str, Any]] | None:
    """The paths that were added, and the directories that have changed by it; None for none."""
    image = world.images.by_id.get(container.image_id)
    files = container.machine.files if container.machine else container.files
    added = set(files) - (image.files if image else frozenset())
    if container.started and container.argv and (written := _OF_SERVERS.get(_program(container))):
        added.add(written)
    folders = {folder for path in added for folder in _folders(path)} - added
    rows = [*((folder, _CHANGED) for folder in folders), *((path, _ADDED) for path in added)]
    return [{"Path": path, "Kind": kind} for path, kind in sorted(rows)] or None


def _program(container: Container) -> str:
    """The last part of the program's name, whatever entry point stands before it."""
    return next((posixpath.basename(word) for word in container.argv if posixpath.basename(word) in _OF_SERVERS), "")


def _folders(path: str) -> list[str]:
    """The directories that a path is in, but the root."""
    found = []
    while (path := posixpath.dirname(path)) not in {"/", ""}:
        found.append(path)
    return found
