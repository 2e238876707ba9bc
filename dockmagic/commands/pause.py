"""pause: hold containers where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from dockmagic.acting import Action, act_on_each, listed
from dockmagic.errors import Conflict
from dockmagic.options import Argument
from dockmagic.registry import command
from dockmagic.values import Names, object_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.errors import DockMagicError

__all__ = ["pause"]

_PAUSE = Action("pause", "paused")


@command("pause", columns="actions.ACTIONS", example="%dpause web worker-1", button="Pause")
def pause(
    engine: Engine,
    container: Annotated[
        Names, Argument("CONTAINER", help="Names or ids of containers", many=True, complete="container")
    ],
) -> pd.DataFrame:
    """Stop the processes of containers where they are, up to 8 at once, one row each.

    `container` is a name, several, a frame's column or a frame with a column `id`; one that fails does not keep the
    others. Raises UsageError for a name that cannot be one, before anything is done; what the engine says if all of
    them fail (NotFound, Conflict for one that does not run or is paused already), else the rows with `ok` False tell.
    API: POST /containers/{id}/pause.
    """
    from dockmagic.engine.containers import container_pause

    def act(engine: Engine, name: str) -> dict[str, Any]:
        container_pause(engine, name)
        return {"changed": True}

    return act_on_each(engine, object_names(container, "a container"), _PAUSE, act, hint=_hint)


def _hint(names: Sequence[str], errors: Sequence[DockMagicError]) -> str:
    if isinstance(errors[0], Conflict) and "already paused" in errors[0].message:
        return f"%dunpause {listed(names)} lets them go on."
    if isinstance(errors[0], Conflict):
        return "%dps lists what runs."
    return ""
