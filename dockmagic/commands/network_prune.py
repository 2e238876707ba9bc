"""network prune: remove networks that nothing is in."""

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

__all__ = ["network_prune"]


@command(
    "network prune",
    columns="prune.PRUNED",
    example="%dnetwork prune --filter until=24h",
    button="Remove unused networks",
)
def network_prune(
    engine: Engine,
    *,
    filter: Annotated[PruneFilter, FILTER] = (),
    force: Annotated[bool, FORCE] = False,
    tell: Callable[[str], None] = print,
) -> pd.DataFrame:
    """Networks in which no container runs: shown, one row each, and with `force` removed.

    Docker's own (bridge, host, none, ingress) stay, and so do those of a swarm's services. `filter` takes `until`,
    `label` and `label!`, as in `container_prune`; so do `force`, `tell`, the errors and an interrupt.

    API: GET /networks, GET /containers/json, POST /networks/prune; in a swarm GET /services and GET /networks/{id}.
    """
    from dockmagic.engine.containers import container_list
    from dockmagic.engine.networks import network_list
    from dockmagic.engine.prune_filters import prune_filters
    from dockmagic.pruning.lists import used_networks
    from dockmagic.pruning.run import run_prune
    from dockmagic.pruning.steps import network_step

    accepted = ("label", "label!", "until")
    filters = prune_filters(
        filter, command="network prune", accepted=accepted, environ=os.environ, now_ns=time.time_ns()
    )
    networks = network_list(engine)
    used = used_networks(engine, networks, container_list(engine, all=True))
    return run_prune(engine, [network_step(engine, networks, used, filters)], force=force, tell=tell)
