"""ps: the containers of an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from dockmagic.engine.filters import Filters
from dockmagic.errors import UsageError
from dockmagic.options import Option
from dockmagic.registry import command
from dockmagic.text import shown

if TYPE_CHECKING:
    import pandas as pd

    from dockmagic.engine.client import Engine

__all__ = ["ps"]


@command("ps", columns="containers.CONTAINERS", quiet="id", example="%dps -a --filter label=com.example.app=web")
def ps(
    engine: Engine,
    *,
    all: Annotated[bool, Option("--all", "-a", help="Also containers that do not run")] = False,
    filter: Annotated[
        Filters,
        Option(
            "--filter",
            "-f",
            help="Only what matches: name=web, status=exited, label=a=b (repeatable)",
            metavar="KEY=VALUE",
            repeat=True,
        ),
    ] = (),
    last: Annotated[
        int | None, Option("--last", "-n", help="The N made last, running or not", metavar="N", parse=int)
    ] = None,
    latest: Annotated[bool, Option("--latest", "-l", help="The one made last, running or not")] = False,
    size: Annotated[bool, Option("--size", "-s", help="Sizes in bytes; the engine walks their files")] = False,
    no_trunc: Annotated[bool, Option("--no-trunc", help="Ids and images in full")] = False,
) -> pd.DataFrame:
    """Containers, one row each: those that run, or all of them.

    `filter` takes docker's texts ("status=exited") or {"status": ["exited", "dead"]}.
    Raises UsageError for what is no filter or number, BadRequest with the engine's words for a filter that it does not
    know. API: GET /containers/json.
    """
    from dockmagic.engine.containers import container_list
    from dockmagic.frames.containers import containers
    from dockmagic.frames.schema import to_frame

    if last is not None and (isinstance(last, bool) or not isinstance(last, int)):
        raise UsageError(f"last is a whole number, not {shown(repr(last))}")
    limit = 1 if latest and (last is None or last < 0) else last
    rows = container_list(engine, all=all, limit=limit if limit and limit > 0 else None, size=size, filters=filter)
    if size:  # the engine leaves a size of 0 out
        rows = [{"SizeRw": 0, "SizeRootFs": 0, **row} for row in rows]
    return to_frame(rows, containers(no_trunc=no_trunc), engine=engine)
