"""volume prune: remove volumes that no container has."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

from dockmagic.engine.prune_filters import PruneFilter
from dockmagic.errors import UsageError
from dockmagic.options import Option
from dockmagic.pruning.flags import FORCE
from dockmagic.registry import command

if TYPE_CHECKING:
    import pandas as pd

    from dockmagic.engine.client import Engine

__all__ = ["volume_prune"]


@command(
    "volume prune",
    columns="prune.PRUNED",
    example="%dvolume prune --filter label!=keep",
    button="Remove unused volumes",
)
def volume_prune(
    engine: Engine,
    *,
    all: Annotated[bool, Option("--all", "-a", help="Also those with a name; before API 1.42 it is always so")] = False,
    filter: Annotated[
        PruneFilter,
        Option("--filter", help="Only what matches: label=a=b, label!=keep", metavar="KEY=VALUE", repeat=True),
    ] = (),
    force: Annotated[bool, FORCE] = False,
    tell: Callable[[str], None] = print,
) -> pd.DataFrame:
    """Volumes that no container has: shown, one row each, and with `force` removed.

    Only those that nobody named, with `all` named ones too; engines before API 1.42 (Docker 23) always remove both.
    Volumes of other drivers than `local`, and those with options of it (a share on another host), stay. `filter` takes
    `label`, `label!` and, from API 1.42 on, `all`; the rest is as in `container_prune`. To tell sizes the engine walks
    the files of all volumes.

    API: GET /system/df, POST /volumes/prune.
    """
    from dockmagic.engine.prune_filters import prune_filters
    from dockmagic.engine.replies import objects
    from dockmagic.engine.system import system_disk_usage
    from dockmagic.engine.versions import numbers
    from dockmagic.pruning.run import run_prune
    from dockmagic.pruning.steps import TELLS_ANONYMOUS, volume_step

    accepted = ("label", "label!", *(("all",) if numbers(engine.api_version) >= TELLS_ANONYMOUS else ()))
    filters = prune_filters(
        filter, command="volume prune", accepted=accepted, environ=os.environ, now_ns=time.time_ns()
    )
    if all and filters.all is not None:
        raise UsageError("--all and the filter all are the same: leave one of them out")
    volumes = objects(system_disk_usage(engine, types=["volume"]).get("Volumes"), "GET /system/df")
    step = volume_step(engine, volumes, filters, named=all or bool(filters.all))
    return run_prune(engine, [step], force=force, tell=tell)
