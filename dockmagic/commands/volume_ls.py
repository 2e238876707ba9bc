"""volume ls: the volumes of an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from dockmagic.engine.filters import Filters
from dockmagic.options import Option
from dockmagic.registry import command

if TYPE_CHECKING:
    import pandas as pd

    from dockmagic.engine.client import Engine

__all__ = ["volume_ls"]


@command("volume ls", columns="volumes.VOLUMES", quiet="name", example="%dvolume ls --filter dangling=true")
def volume_ls(
    engine: Engine,
    *,
    filter: Annotated[
        Filters,
        Option(
            "--filter",
            "-f",
            help="Only what matches: name=data, dangling=true, label=a=b (repeatable)",
            metavar="KEY=VALUE",
            repeat=True,
        ),
    ] = (),
    cluster: Annotated[bool, Option("--cluster", help="Only those of a swarm; none before API 1.42")] = False,
) -> pd.DataFrame:
    """Volumes, one row each, sorted by name as docker sorts them.

    What the engine warns of (a driver that did not answer) is shown as EngineWarning. Raises BadRequest with the
    engine's words for a filter it does not know. API: GET /volumes.
    """
    from dockmagic.engine.volumes import volume_list
    from dockmagic.frames.order import by_name
    from dockmagic.frames.schema import to_frame
    from dockmagic.frames.volumes import VOLUMES

    found = volume_list(engine, filters=filter)
    if cluster:  # engines have no filter for it
        found = [volume for volume in found if isinstance(volume.get("ClusterVolume"), dict)]
    return to_frame(by_name(found), VOLUMES, engine=engine)
