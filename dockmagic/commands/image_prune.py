"""image prune: remove images that no container has."""

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

__all__ = ["image_prune"]


@command(
    "image prune", columns="prune.PRUNED", example="%dimage prune -a --filter until=240h", button="Remove unused images"
)
def image_prune(
    engine: Engine,
    *,
    all: Annotated[bool, Option("--all", "-a", help="All that no container has, not only those without a tag")] = False,
    filter: Annotated[PruneFilter, FILTER] = (),
    force: Annotated[bool, FORCE] = False,
    tell: Callable[[str], None] = print,
) -> pd.DataFrame:
    """Images without a tag that nothing is made from, with `all` every image that no container has: shown, or removed.

    One row per image, whose name is all its tags; layers of builds are no rows. With `all` engines also take tags from
    images that stay because a container or another image needs them: these are rows of the kind `tag`. `filter` takes
    `until`, `label` and `label!`, as in `container_prune`; so do `force`, `tell`, the errors and an interrupt. Images
    share layers: the sentence tells what is freed at most, and afterwards what the engine says.

    API: GET /images/json, GET /containers/json, GET /system/df (from API 1.42 on), POST /images/prune.
    """
    from dockmagic.engine.containers import container_list
    from dockmagic.engine.prune_filters import prune_filters
    from dockmagic.engine.system import BY_TYPE, system_disk_usage
    from dockmagic.engine.versions import numbers
    from dockmagic.frames.prunable.images import images_of_containers
    from dockmagic.pruning.lists import listed_images
    from dockmagic.pruning.run import run_prune
    from dockmagic.pruning.steps import image_step

    accepted = ("label", "label!", "until")
    filters = prune_filters(filter, command="image prune", accepted=accepted, environ=os.environ, now_ns=time.time_ns())
    images = listed_images(engine, filters)
    used = images_of_containers(container_list(engine, all=True))
    quick = numbers(engine.api_version) >= BY_TYPE  # before, it walks the files of containers and volumes too
    layers = system_disk_usage(engine, types=["image"]).get("LayersSize") if quick else None
    step = image_step(engine, images, used, filters, all=all, layers=layers)
    return run_prune(engine, [step], force=force, tell=tell)
