"""system df: what takes room on the engine's disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from dockmagic.options import Option
from dockmagic.registry import command

if TYPE_CHECKING:
    import pandas as pd

    from dockmagic.engine.client import Engine

__all__ = ["system_df"]


@command("system df", columns="disk_usage.DISK_USAGE", example="%dsystem df -v", plot="plot_system_df")
def system_df(
    engine: Engine,
    *,
    verbose: Annotated[bool, Option("--verbose", "-v", help="One row per thing, with other columns")] = False,
) -> pd.DataFrame:
    """What images, containers, local volumes and the build cache take on disk, one row each, in bytes.

    With `verbose` one row per image, container, volume and record of the build cache, with the columns type, id, name,
    created, size, shared_size, links (how many containers or other records use it) and in_use: what is not in use is
    frame[~frame["in_use"]]. A container's size is that of its own layer.

    The engine walks its files, which may take long; it can be interrupted. Before Docker 23 it refuses (EngineFault) to
    do it twice at a time. API: GET /system/df.
    """
    from dockmagic.engine.system import system_disk_usage
    from dockmagic.frames.disk_usage import DISK_USAGE, DISK_USAGE_ITEMS, disk_usage_items, disk_usage_rows
    from dockmagic.frames.schema import to_frame

    usage = system_disk_usage(engine)
    if verbose:
        return to_frame(disk_usage_items(usage), DISK_USAGE_ITEMS, engine=engine)
    return to_frame(disk_usage_rows(usage), DISK_USAGE, engine=engine)
