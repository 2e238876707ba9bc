"""What `rmi` removes, and what keeps it from that. Source: moby's `daemon/images/image_delete.go`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockmagic.demo.problems import conflict

if TYPE_CHECKING:
    from dockmagic.demo.containers import Container
    from dockmagic.demo.images import Image
    from dockmagic.demo.world import World

__all__ = ["Removed", "delete", "remove_image"]

Removed = list[dict[str, str]]


def remove_image(world: World, name: str, *, force: bool = False, prune: bool = True) -> Removed:
    """Untag and delete, as far as nothing stands in the way. Raises Problem where something does."""
    image, reference = world.images.find_named(name)
    names = world.images.names_of(image)
    removed: Removed = []
    if reference:
        if len(names) == 1 and not force and (user := _user(world, image, running=None)):
            raise conflict(
                f'conflict: unable to remove repository reference "{name}" (must force) - container '
                f"{user.short} is using its referenced image {image.short}"
            )
        removed += _untag(world, [reference])
        kept = len(names) > 1 or (_user(world, image, running=None) is not None and not _deletable(world, image, force))
        if kept or _has_children(world, image):
            return removed
    else:
        _check_id(world, image, names, force=force)
        removed += _untag(world, names)
    return removed + delete(world, image, prune=prune)


def delete(world: World, image: Image, *, prune: bool) -> Removed:
    """Delete an image, and with `prune` those below that only it was built on and that have no name."""
    removed: Removed = []
    current: Image | None = image
    while current is not None:
        del world.images.by_id[current.id]
        world.images.event("delete", current)
        removed.append({"Deleted": current.id})
        removed += _unshared_layers(world, current)
        parent = world.images.by_id.get(current.parent) if prune else None
        busy = parent is not None and (
            world.images.names_of(parent) or _has_children(world, parent) or _user(world, parent, running=None)
        )
        current = None if busy else parent
    return removed


def _deletable(world: World, image: Image, force: bool) -> bool:  # noqa: FBT001 - docker's own word
    return force and _user(world, image, running=True) is None


def _check_id(world: World, image: Image, names: list[str], *, force: bool) -> None:
    prefix = f"conflict: unable to delete {image.short}"
    if _has_children(world, image):
        raise conflict(f"{prefix} (cannot be forced) - image has dependent child images")
    if user := _user(world, image, running=True):
        raise conflict(f"{prefix} (cannot be forced) - image is being used by running container {user.short}")
    if force:
        return
    if len({each.rpartition(":")[0] for each in names}) > 1:
        raise conflict(f"{prefix} (must be forced) - image is referenced in multiple repositories")
    if user := _user(world, image, running=False):
        raise conflict(f"{prefix} (must be forced) - image is being used by stopped container {user.short}")


def _untag(world: World, references: list[str]) -> Removed:
    for reference in references:
        world.images.untag(reference)
    return [{"Untagged": reference} for reference in references]


def _user(world: World, image: Image, *, running: bool | None) -> Container | None:
    """A container made from the image: one that runs, one that does not, or any (None)."""
    users = (each for each in world.containers if each.image_id == image.id)
    return next((each for each in users if running is None or each.running == running), None)


def _has_children(world: World, image: Image) -> bool:
    return any(each.parent == image.id for each in world.images.by_id.values())


def _unshared_layers(world: World, image: Image) -> Removed:
    kept = {layer.digest for each in world.images.by_id.values() for layer in each.layers}
    return [{"Deleted": layer.digest} for layer in reversed(image.layers) if layer.digest not in kept]
