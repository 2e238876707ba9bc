"""builder prune: remove records of the build cache."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

from dockmagic.engine.prune_filters import PruneFilter
from dockmagic.options import Option
from dockmagic.pruning.flags import FORCE
from dockmagic.registry import command

if TYPE_CHECKING:
    import pandas as pd

    from dockmagic.engine.client import Engine

__all__ = ["builder_prune"]


@command(
    "builder prune", columns="prune.PRUNED", example="%dbuilder prune --keep-storage 10GB", button="Remove build cache"
)
def builder_prune(
    engine: Engine,
    *,
    all: Annotated[
        bool, Option("--all", "-a", help="Also those that images share, and what BuildKit has for itself")
    ] = False,
    filter: Annotated[
        PruneFilter, Option("--filter", help="until=24h: not used since then", metavar="KEY=VALUE", repeat=True)
    ] = (),
    force: Annotated[bool, FORCE] = False,
    keep_storage: Annotated[
        int | str, Option("--keep-storage", help="Only until no more bytes than these are left: 512MB", metavar="BYTES")
    ] = 0,
    tell: Callable[[str], None] = print,
) -> pd.DataFrame:
    """Records of the build cache that no build needs just now: shown, one row each, and with `force` removed.

    The filter `until` is about when a record was used last. Labels are taken as docker takes them and change nothing,
    which an EngineWarning says. `keep_storage` is a number of bytes or a text as 10GB, in powers of 1024 as in docker;
    the engine begins with what was used long ago and seldom. The rest is as in `container_prune`.

    API: GET /system/df, POST /build/prune.
    """
    from dockmagic.engine.container_spec.numbers import size
    from dockmagic.engine.prune_filters import prune_filters
    from dockmagic.engine.replies import objects
    from dockmagic.engine.system import system_disk_usage
    from dockmagic.pruning.run import run_prune
    from dockmagic.pruning.steps import record_step

    accepted = ("label", "label!", "until")
    filters = prune_filters(
        filter, command="builder prune", accepted=accepted, environ=os.environ, now_ns=time.time_ns()
    )
    keep = size(keep_storage)
    records = objects(system_disk_usage(engine, types=["build-cache"]).get("BuildCache"), "GET /system/df")
    step = record_step(engine, records, filters, all=all, keep_storage=keep)
    return run_prune(engine, [step], force=force, tell=tell)
