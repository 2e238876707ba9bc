"""container prune: remove containers that do not run."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

from dockmagic.engine.prune_filters import PruneFilter
from dockmagic.pruning.flags import FILTER, FORCE
from dockmagic.registry import command

if TYPE_CHECKING:
    import pandas as pd

    from dockmagic.engine.client import Engine

__all__ = ["container_prune"]


@command(
    "container prune",
    columns="prune.PRUNED",
    example="%dcontainer prune --filter until=24h",
    button="Remove containers that do not run",
)
def container_prune(
    engine: Engine,
    *,
    filter: Annotated[PruneFilter, FILTER] = (),
    force: Annotated[bool, FORCE] = False,
    tell: Callable[[str], None] = print,
) -> pd.DataFrame:
    """Containers that do not run: shown, one row each, and with `force` removed.

    Those are created, exited or dead; one that is paused runs. `filter` takes `until` (made before then: a duration or
    a time as in `logs`, to the second), `label` and `label!`, `pruneFilters` of docker's config.json is added as in
    docker. `tell` is called with the sentence that sums it up. The engine answers when all is done, however long that
    takes; an interrupt ends the waiting, not what it does.

    Raises UsageError for a filter that is none and a config.json that cannot be read, Conflict while another prune is
    under way. API: GET /containers/json, POST /containers/prune.
    """
    from dockmagic.engine.containers import container_list
    from dockmagic.engine.prune_filters import prune_filters
    from dockmagic.frames.prunable.containers import AT_REST
    from dockmagic.pruning.run import run_prune
    from dockmagic.pruning.steps import container_step

    accepted = ("label", "label!", "until")
    filters = prune_filters(
        filter, command="container prune", accepted=accepted, environ=os.environ, now_ns=time.time_ns()
    )
    containers = container_list(engine, all=True, size=True, filters={"status": AT_REST})
    return run_prune(engine, [container_step(engine, containers, filters)], force=force, tell=tell)
