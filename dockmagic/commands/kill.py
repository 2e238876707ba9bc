"""kill: send containers a signal, by default the one that ends them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from dockmagic.acting import Action, act_on_each, listed
from dockmagic.errors import BadRequest, Conflict, EngineFault
from dockmagic.options import Argument, Option
from dockmagic.registry import command
from dockmagic.values import Names, object_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.errors import DockMagicError

__all__ = ["kill"]

_KILL = Action("kill", "killed")


@command("kill", columns="actions.ACTIONS", example="%dkill -s HUP web", button="Kill")
def kill(
    engine: Engine,
    container: Annotated[
        Names, Argument("CONTAINER", help="Names or ids of containers", many=True, complete="container")
    ],
    *,
    signal: Annotated[
        str | int, Option("--signal", "-s", help="Its name or number (default: KILL)", metavar="SIGNAL")
    ] = "KILL",
) -> pd.DataFrame:
    """Send containers a signal, up to 8 at once, one row each; one that fails does not keep the others.

    `container` is a name, several, a frame's column or a frame with a column `id`. Raises UsageError for a name that
    cannot be one, before anything is sent; what the engine says if all of them fail (NotFound, BadRequest for a signal
    that there is not, Conflict for one that does not run), else the rows with `ok` False tell.
    API: POST /containers/{id}/kill.
    """
    from dockmagic.engine.containers import container_kill
    from dockmagic.engine.stop_options import signal_name

    names = object_names(container, "a container")
    wanted = signal_name(signal)

    def act(engine: Engine, name: str) -> dict[str, Any]:
        container_kill(engine, name, signal=wanted)
        return {"changed": True}

    return act_on_each(engine, names, _KILL, act, hint=_hint)


def _hint(names: Sequence[str], errors: Sequence[DockMagicError]) -> str:
    if isinstance(errors[0], (BadRequest, EngineFault)) and "signal" in errors[0].message:
        return "A signal is a name such as TERM, HUP or USR1, or a number."
    if isinstance(errors[0], Conflict):
        return f"%dstart {listed(names)} starts what does not run; %dps lists what runs."
    return ""
