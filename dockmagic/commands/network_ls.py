"""network ls: the networks of an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from dockmagic.engine.filters import Filters
from dockmagic.options import Option
from dockmagic.registry import command

if TYPE_CHECKING:
    import pandas as pd

    from dockmagic.engine.client import Engine

__all__ = ["network_ls"]


@command("network ls", columns="networks.NETWORKS", quiet="id", example="%dnetwork ls --filter driver=bridge")
def network_ls(
    engine: Engine,
    *,
    filter: Annotated[
        Filters,
        Option(
            "--filter",
            "-f",
            help="Only what matches: name=web, driver=bridge, label=a=b (repeatable)",
            metavar="KEY=VALUE",
            repeat=True,
        ),
    ] = (),
    no_trunc: Annotated[bool, Option("--no-trunc", help="Ids in full")] = False,
) -> pd.DataFrame:
    """Networks, one row each, sorted by name as docker sorts them.

    Raises BadRequest with the engine's words for a filter it does not know. API: GET /networks.
    """
    from dockmagic.engine.networks import network_list
    from dockmagic.frames.networks import networks
    from dockmagic.frames.order import by_name
    from dockmagic.frames.schema import to_frame

    return to_frame(by_name(network_list(engine, filters=filter)), networks(no_trunc=no_trunc), engine=engine)
