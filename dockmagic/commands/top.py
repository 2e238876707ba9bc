"""top: the processes of a container."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from dockmagic.errors import Conflict, NotFound
from dockmagic.options import Argument
from dockmagic.registry import command
from dockmagic.text import shown
from dockmagic.values import object_name

if TYPE_CHECKING:
    import pandas as pd

    from dockmagic.engine.client import Engine

__all__ = ["top"]


@command("top", columns="processes.PROCESSES", example="%dtop web -o pid,rss,args")
def top(
    engine: Engine,
    container: Annotated[str, Argument("CONTAINER", help="Its name or id", complete="container")],
    ps_args: Annotated[Sequence[str], Argument("PS_OPTION", help="For the ps of the engine's host", rest=True)] = (),
) -> pd.DataFrame:
    """Processes of a container that runs, one row each.

    The columns are the titles that `ps` on the engine's host prints, in lower case, all of them text: without
    `ps_args` those of `ps -ef`. With them there must be the process number among the titles.
    Raises NotFound; Conflict if the container does not run; EngineFault with the words of `ps` for options that it does
    not take. API: GET /containers/{id}/top.
    """
    from dockmagic.engine.containers import container_top
    from dockmagic.engine.missing import missing_container
    from dockmagic.frames.processes import process_columns, process_rows
    from dockmagic.frames.schema import to_frame

    name = object_name(container, "a container")
    try:
        reply = container_top(engine, name, ps_args=[ps_args] if isinstance(ps_args, str) else ps_args)
    except NotFound as error:
        raise missing_container(engine, name, error) from error
    except Conflict as error:
        raise Conflict(
            f'container "{shown(name)}" on {engine.endpoint.display} does not run, so it has no processes',
            status=error.status,
            hint="%dps -a tells the state of each container.",
        ) from error
    return to_frame(process_rows(reply), process_columns(reply), engine=engine)
