"""stop: stop containers that run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from dockmagic.acting import Action, act_on_each
from dockmagic.engine.batch import WIDTH_OF_STOPS
from dockmagic.options import Argument, Option
from dockmagic.registry import command
from dockmagic.values import Names, object_names

if TYPE_CHECKING:
    import pandas as pd

    from dockmagic.engine.client import Engine

__all__ = ["stop"]

_STOP = Action("stop", "stopped", width=WIDTH_OF_STOPS)


@command("stop", columns="actions.ACTIONS", example="%dstop -t 5 web worker-1", button="Stop")
def stop(
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
    """Stop containers, up to 32 at once, one row each; one that fails does not keep the others.

    `container` is a name, several, a frame's column or a frame with a column `id`. One that does not run is no failure:
    nothing changed. There is no limit on the wait but the containers' own; an interrupt ends it, and they go on
    stopping. Raises UsageError for a name that cannot be one, before anything is stopped; what the engine says if all
    of them fail (NotFound), else the rows with `ok` False tell. API: POST /containers/{id}/stop.
    """
    from dockmagic.engine.containers import container_stop
    from dockmagic.engine.stop_options import stop_options

    names = object_names(container, "a container")
    options = stop_options(engine, timeout=timeout, signal=signal)

    def act(engine: Engine, name: str) -> dict[str, Any]:
        return {"changed": container_stop(engine, name, **options)}

    return act_on_each(engine, names, _STOP, act)
