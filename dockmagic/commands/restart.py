"""restart: stop containers and start them again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from dockmagic.acting import Action, act_on_each
from dockmagic.engine.batch import WIDTH_OF_STOPS
from dockmagic.options import Argument, Option
from dockmagic.registry import command
from dockmagic.values import Names, object_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.errors import DockMagicError

__all__ = ["restart"]

_RESTART = Action("restart", "restarted", width=WIDTH_OF_STOPS)


@command("restart", columns="actions.ACTIONS", example="%drestart -t 5 web worker-1", button="Restart")
def restart(
    engine: Engine,
    container: Annotated[
        Names, Argument("CONTAINER", help="Names or ids of containers", many=True, complete="container")
    ],
    *,
    timeout: Annotated[
        int | None,
        Option(
            "--timeout",
            "-t",
            help="Seconds until one that goes on is killed (usually 10); -1: never",
            metavar="SECONDS",
            parse=int,
            also=("--time",),
        ),
    ] = None,
    signal: Annotated[
        str | int | None,
        Option("--signal", "-s", help="What it gets first, instead of its own (API 1.42)", metavar="SIGNAL"),
    ] = None,
) -> pd.DataFrame:
    """Stop containers and start them again, up to 32 at once, one row each; one that fails does not keep the others.

    `container` is a name, several, a frame's column or a frame with a column `id`. One that does not run is started.
    There is no limit on the wait but the containers' own; an interrupt ends it, and the engine goes on. Raises
    UsageError for a name that cannot be one, before anything is stopped; what the engine says if all of them fail
    (NotFound, EngineFault for a port in use), else the rows with `ok` False tell. API: POST /containers/{id}/restart.
    """
    from dockmagic.engine.containers import container_restart
    from dockmagic.engine.start_failures import start_hint
    from dockmagic.engine.stop_options import stop_options

    names = object_names(container, "a container")
    options = stop_options(engine, timeout=timeout, signal=signal)

    def act(engine: Engine, name: str) -> dict[str, Any]:
        container_restart(engine, name, **options)
        return {"changed": True}

    def hint(names: Sequence[str], errors: Sequence[DockMagicError]) -> str:
        return start_hint(engine, names[0], errors[0])

    return act_on_each(engine, names, _RESTART, act, hint=hint)
