"""start: start containers that do not run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from dockmagic.acting import Action, act_on_each
from dockmagic.options import Absent, Argument
from dockmagic.registry import command
from dockmagic.values import Names, object_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.errors import DockMagicError

__all__ = ["start"]

_START = Action("start", "started")
_LOGS = "It starts in the background; %dlogs reads what it writes"
_ABSENT = (
    Absent("--attach", "-a", instead=_LOGS),
    Absent("--interactive", "-i", instead=_LOGS),
    Absent("--detach-keys", instead=_LOGS),
    Absent("--checkpoint", instead="Checkpoints are an experiment of docker's"),
    Absent("--checkpoint-dir", instead="Checkpoints are an experiment of docker's"),
)


@command("start", columns="actions.ACTIONS", example="%dstart web worker-1", absent=_ABSENT, button="Start")
def start(
    engine: Engine,
    container: Annotated[
        Names, Argument("CONTAINER", help="Names or ids of containers", many=True, complete="container")
    ],
) -> pd.DataFrame:
    """Start containers, up to 8 at once, one row each; one that fails does not keep the others.

    `container` is a name, several, a frame's column or a frame with a column `id`. One that runs already is no failure:
    nothing changed. Raises UsageError for a name that cannot be one, before anything is started; what the engine says
    if all of them fail (NotFound, BadRequest for a command that is not there, Conflict for one that is paused,
    EngineFault for a port in use), else the rows with `ok` False tell. API: POST /containers/{id}/start.
    """
    from dockmagic.engine.containers import container_start
    from dockmagic.engine.start_failures import start_hint

    def act(engine: Engine, name: str) -> dict[str, Any]:
        return {"changed": container_start(engine, name)}

    def hint(names: Sequence[str], errors: Sequence[DockMagicError]) -> str:
        return start_hint(engine, names[0], errors[0])

    return act_on_each(engine, object_names(container, "a container"), _START, act, hint=hint)
