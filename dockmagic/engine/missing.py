"""What a person meant by a name that does not exist."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from dockmagic.engine.containers import container_list
from dockmagic.errors import DockMagicError, NotFound
from dockmagic.text import shown

if TYPE_CHECKING:
    from dockmagic.engine.client import Engine

__all__ = ["missing_container"]


def missing_container(engine: Engine, name: str, error: NotFound) -> NotFound:
    """`error` in the words of the person: which container, where, and which names are like it. Asks for the list.

    It is `error` itself if there is no list to be had: what went wrong first is what matters.
    """
    try:
        names = [each for container in container_list(engine, all=True) for each in _names(container.get("Names"))]
    except DockMagicError:
        return error
    near = difflib.get_close_matches(name, names, n=1)
    meant = f"Did you mean {shown(near[0])}?  " if near else ""
    friendly = NotFound(
        f'no container "{shown(name)}" on {engine.endpoint.display}',
        status=error.status,
        hint=f"{meant}%dps -a lists all {len(names)}.",
    )
    friendly.__cause__ = error
    return friendly


def _names(found: Any) -> list[str]:
    return [name.removeprefix("/") for name in found if isinstance(name, str)] if isinstance(found, list) else []
