"""The prunes that a `system prune` is, each with what those before it leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.engine.networks import network_list
from dockmagic.engine.replies import objects
from dockmagic.engine.system import system_disk_usage
from dockmagic.frames.prunable.images import images_of_containers
from dockmagic.pruning.lists import listed_images, used_networks
from dockmagic.pruning.steps import container_step, image_step, network_step, record_step, volume_step

if TYPE_CHECKING:
    from dockmagic.engine.client import Engine
    from dockmagic.engine.prune_filters import PruneFilters
    from dockmagic.pruning.run import Step

__all__ = ["system_steps"]


def system_steps(engine: Engine, filters: PruneFilters, *, all: bool, volumes: bool) -> list[Step]:
    """Containers, networks, volumes if they are wanted, images, build cache: the order of docker's command line."""

    def listed(key: str) -> list[dict[str, Any]]:
        return objects(usage.get(key), "GET /system/df")

    types = ["container", "image", *(["volume"] if volumes else []), "build-cache"]
    usage = system_disk_usage(engine, types=types)
    images, networks = listed_images(engine, filters), network_list(engine)
    first = container_step(engine, listed("Containers"), filters)
    gone = {row["key"] for row in first.rows}
    leaving = [each for each in listed("Containers") if str(each.get("Id")) in gone]
    staying = [each for each in listed("Containers") if str(each.get("Id")) not in gone]
    steps = [first, network_step(engine, networks, used_networks(engine, networks, staying), filters)]
    if volumes:
        steps.append(volume_step(engine, listed("Volumes"), filters, named=False, without=leaving))
    used, layers = images_of_containers(staying), usage.get("LayersSize")
    steps.append(image_step(engine, images, used, filters, all=all, layers=layers))
    images_go = any(row["kind"] == "image" for row in steps[-1].rows)
    return [*steps, record_step(engine, listed("BuildCache"), filters, all=all, images_go=images_go)]
