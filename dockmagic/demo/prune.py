"""What the prunes remove, of each kind, with docker's rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.demo.durations import moment_or_duration
from dockmagic.demo.image_removal import delete
from dockmagic.demo.lifecycle import remove
from dockmagic.demo.networks import PREDEFINED, drop_network
from dockmagic.demo.volumes import ANONYMOUS, drop_volume, users_of_volumes

if TYPE_CHECKING:
    from dockmagic.demo.filters import Filters
    from dockmagic.demo.images import Image
    from dockmagic.demo.world import World

__all__ = ["PRUNE_FILTERS", "prune_containers", "prune_images", "prune_networks", "prune_volumes"]

PRUNE_FILTERS = {
    "containers": ("label", "label!", "until"),
    "images": ("dangling", "label", "label!", "until"),
    "networks": ("label", "label!", "until"),
    "volumes": ("all", "label", "label!"),
    "build": ("until", "id", "parent", "type", "description", "inuse", "shared", "private"),
}


def prune_containers(world: World, filters: Filters) -> dict[str, Any]:
    """Remove those that do not run."""
    limits = _limits(world, filters)
    gone = [
        each
        for each in world.containers
        if not each.running and _old(each.created, limits) and _labelled(filters, each.labels)
    ]
    for container in gone:
        remove(world, container, force=False, volumes=False)
    freed = sum(each.size_rw for each in gone)
    _record(world, "container", freed)
    return {"ContainersDeleted": [each.id for each in gone] or None, "SpaceReclaimed": freed}


def prune_networks(world: World, filters: Filters) -> dict[str, Any]:
    """Remove those that nothing runs in, never docker's own."""
    limits = _limits(world, filters)
    gone = [
        each
        for each in world.networks.values()
        if each.name not in PREDEFINED
        and not each.endpoints
        and _old(each.created, limits)
        and _labelled(filters, each.labels)
    ]
    for network in gone:
        drop_network(world, network)
    _record(world, "network", 0)
    return {"NetworksDeleted": [each.name for each in gone] or None}


def prune_volumes(world: World, filters: Filters, *, anonymous_only: bool) -> dict[str, Any]:
    """Remove those that no container has and that have no options of a driver; before API 1.42 named ones too."""
    everything = not anonymous_only or bool(filters.flag("all"))
    used = users_of_volumes(world)
    gone = [
        each
        for each in world.volumes.values()
        if each.name not in used
        and not each.options
        and (everything or ANONYMOUS in (each.labels or {}))
        and _labelled(filters, each.labels or {})
    ]
    for volume in gone:
        drop_volume(world, volume)
    freed = sum(each.size for each in gone)
    _record(world, "volume", freed)
    return {"VolumesDeleted": [each.name for each in gone], "SpaceReclaimed": freed}


def prune_images(world: World, filters: Filters) -> dict[str, Any]:
    """Remove those without a name, with dangling=false all that no container has."""
    limits = _limits(world, filters)
    dangling_only = filters.flag("dangling") is not False
    removed: list[dict[str, str]] = []
    before = _layers(world)
    for image in sorted(world.images.by_id.values(), key=lambda each: -each.created):
        if image.id not in world.images.by_id or not _old(image.created, limits):
            continue
        if not _labelled(filters, image.labels) or _is_used(world, image):
            continue
        names = world.images.names_of(image)
        if names and dangling_only:
            continue
        for name in names:
            world.images.untag(name)
            removed.append({"Untagged": name})
        removed += delete(world, image, prune=True)
    freed = sum(before.values()) - sum(_layers(world).values())
    _record(world, "image", freed)
    return {"ImagesDeleted": removed or None, "SpaceReclaimed": freed}


def _is_used(world: World, image: Image) -> bool:
    return any(each.image_id == image.id for each in world.containers) or any(
        each.parent == image.id for each in world.images.by_id.values()
    )


def _layers(world: World) -> dict[str, int]:
    return {layer.digest: layer.size for image in world.images.by_id.values() for layer in image.layers}


def _limits(world: World, filters: Filters) -> list[int]:
    return [moment_or_duration(text, world.timeline.now) for text in filters.get("until", ())]


def _old(created: int, limits: list[int]) -> bool:
    return all(created < limit for limit in limits)


def _labelled(filters: Filters, labels: dict[str, str]) -> bool:
    if "label!" in filters and filters.labels("label!", labels):
        return False
    return filters.labels("label", labels)


def _record(world: World, kind: str, freed: int) -> None:
    world.events.record(kind, "prune", "", {"reclaimed": str(freed)})
