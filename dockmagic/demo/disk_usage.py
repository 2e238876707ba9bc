"""`docker system df`: what images, containers and volumes take."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from dockmagic.demo.container_json import container_row
from dockmagic.demo.image_json import image_row
from dockmagic.demo.volumes import users_of_volumes, volume_json

if TYPE_CHECKING:
    from collections.abc import Collection

    from dockmagic.demo.world import World

__all__ = ["disk_usage"]

_TYPED = (1, 42)


def disk_usage(world: World, kinds: Collection[str], *, version: tuple[int, int]) -> dict[str, Any]:
    """The reply, of all kinds or those asked for; what was not asked for is null."""

    def wanted(kind: str) -> bool:
        return not kinds or kind in kinds

    layers = {layer.digest: layer.size for image in world.images.by_id.values() for layer in image.layers}
    reply: dict[str, Any] = {
        "LayersSize": sum(layers.values()) if wanted("image") else 0,
        "Images": _images(world, version) if wanted("image") else None,
        "Containers": [container_row(world, each, size=True) for each in world.containers]
        if wanted("container")
        else None,
        "Volumes": _volumes(world) if wanted("volume") else None,
        "BuildCache": [] if wanted("build-cache") else None,
    }
    return reply | ({"BuilderSize": 0} if version < _TYPED else {})


def _images(world: World, version: tuple[int, int]) -> list[dict[str, Any]]:
    shown = list(world.images.by_id.values())
    names, children = world.images.tags_by_image(), world.images.children()
    uses = Counter(layer.digest for image in shown for layer in image.layers)
    containers = Counter(container.image_id for container in world.containers)
    rows = []
    for image in sorted(shown, key=lambda each: -each.created):
        tags = names.get(image.id, [])
        if not tags and image.id in children:
            continue
        shared = sum(layer.size for layer in image.layers if uses[layer.digest] > 1)
        numbers = {"Containers": containers[image.id], "SharedSize": shared}
        rows.append(image_row(image, tags, version=version) | numbers)
    return rows


def _volumes(world: World) -> list[dict[str, Any]]:
    users = users_of_volumes(world)
    return [
        volume_json(world, volume) | {"UsageData": {"RefCount": len(users.get(name, ())), "Size": volume.size}}
        for name, volume in sorted(world.volumes.items())
    ]
