"""rm: remove containers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

from dockmagic.acting import Action, act_on_each, listed
from dockmagic.errors import Conflict, NotFound
from dockmagic.options import Argument, Option
from dockmagic.registry import command
from dockmagic.values import Names, object_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.errors import DockMagicError

__all__ = ["rm"]

_RM = Action("rm", "removed")
_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_./-]*")  # those of containers and their links, and ids


@command("rm", columns="actions.ACTIONS", example="%drm -f web worker-1", button="Remove…")
def rm(
    engine: Engine,
    container: Annotated[
        Names, Argument("CONTAINER", help="Names or ids of containers", many=True, complete="container")
    ],
    *,
    force: Annotated[bool, Option("--force", "-f", help="Kill those that run; a missing one is no failure")] = False,
    volumes: Annotated[bool, Option("--volumes", "-v", help="Also remove their anonymous volumes")] = False,
    link: Annotated[bool, Option("--link", "-l", help="Remove the link of that name, not the container")] = False,
) -> pd.DataFrame:
    """Remove containers, up to 8 at once, one row each; one that fails does not keep the others.

    `container` is a name, several, a frame's column or a frame with a column `id`. With `force` a container that is
    not there is no failure: nothing changed; with a name that none can have it is one. Raises UsageError for an empty
    name, before anything is removed; what the engine says if all of them fail (NotFound, Conflict), else the rows with
    `ok` False tell. API: DELETE /containers/{id}.
    """
    from dockmagic.engine.containers import container_remove

    def remove(engine: Engine, name: str) -> dict[str, Any]:
        try:
            container_remove(engine, name, force=force, volumes=volumes, link=link)
        except NotFound:
            if not force or not _NAME.fullmatch(name):
                raise
            return {"changed": False}
        return {"changed": True}

    return act_on_each(engine, object_names(container, "a container"), _RM, remove, hint=_hint)


def _hint(names: Sequence[str], errors: Sequence[DockMagicError]) -> str:
    if any(isinstance(error, Conflict) for error in errors):
        return f"%drm -f {listed(names)} kills those that run."
    return ""
