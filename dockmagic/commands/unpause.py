"""unpause: let paused containers go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from dockmagic.acting import Action, act_on_each
from dockmagic.errors import EngineFault
from dockmagic.options import Argument
from dockmagic.registry import command
from dockmagic.values import Names, object_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.errors import DockMagicError

__all__ = ["unpause"]

_UNPAUSE = Action("unpause", "unpaused")


@command("unpause", columns="actions.ACTIONS", example="%dunpause web worker-1", button="Unpause")
def unpause(
    engine: Engine,
    container: Annotated[
        Names, Argument("CONTAINER", help="Names or ids of containers", many=True, complete="container")
    ],
) -> pd.DataFrame:
    """Let the processes of paused containers go on, up to 8 at once, one row each.

    `container` is a name, several, a frame's column or a frame with a column `id`; one that fails does not keep the
    others. Raises UsageError for a name that cannot be one, before anything is done; what the engine says if all of
    them fail (NotFound, EngineFault for one that is not paused), else the rows with `ok` False tell.
    API: POST /containers/{id}/unpause.
    """
    from dockmagic.engine.containers import container_unpause

    def act(engine: Engine, name: str) -> dict[str, Any]:
        container_unpause(engine, name)
        return {"changed": True}

    return act_on_each(engine, object_names(container, "a container"), _UNPAUSE, act, hint=_hint)


def _hint(_: Sequence[str], errors: Sequence[DockMagicError]) -> str:
    if isinstance(errors[0], EngineFault) and "not paused" in errors[0].message:
        return "%dps --filter status=paused lists what is paused."
    return ""
