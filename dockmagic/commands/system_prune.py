"""system prune: remove all that is not used."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

from dockmagic.engine.prune_filters import PruneFilter
from dockmagic.options import Option
from dockmagic.pruning.flags import FILTER, FORCE
from dockmagic.registry import command

if TYPE_CHECKING:
    import pandas as pd

    from dockmagic.engine.client import Engine

__all__ = ["system_prune"]


@command("system prune", columns="prune.PRUNED", example="%dsystem prune --volumes", button="Remove what is not used")
def system_prune(
    engine: Engine,
    *,
    all: Annotated[bool, Option("--all", "-a", help="All images that no container has, and all build cache")] = False,
    filter: Annotated[PruneFilter, FILTER] = (),
    force: Annotated[bool, FORCE] = False,
    volumes: Annotated[bool, Option("--volumes", help="Also volumes that no container has")] = False,
    tell: Callable[[str], None] = print,
) -> pd.DataFrame:
    """Containers, networks, volumes (with `volumes`), images and build cache that are not used: shown, or removed.

    They are removed in this order, as by docker, and what becomes unused by it goes too: a volume of a container that
    goes, an image that only such containers have. Each is as in its own prune: `container_prune`, `network_prune`,
    `volume_prune` (named ones before API 1.42 only), `image_prune`, `builder_prune`. `filter` takes `until` (not with
    `volumes`), `label` and `label!`; the build cache has no labels, and an EngineWarning says so.

    If something fails or is interrupted in the middle, the error (or Interrupted) has the rows of what is gone as
    `frame`. The engine walks its files first, which may take long. API: GET /system/df, /images/json, /networks and
    POST /containers/prune, /networks/prune, /volumes/prune, /images/prune, /build/prune.
    """
    from dockmagic.engine.prune_filters import prune_filters
    from dockmagic.pruning.run import run_prune
    from dockmagic.pruning.system import system_steps

    accepted = ("label", "label!", *(() if volumes else ("until",)))
    name = f"system prune{' --volumes' if volumes else ''}"
    filters = prune_filters(filter, command=name, accepted=accepted, environ=os.environ, now_ns=time.time_ns())
    return run_prune(engine, system_steps(engine, filters, all=all, volumes=volumes), force=force, tell=tell)
