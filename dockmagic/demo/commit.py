"""`docker commit`: a container's files become an image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockmagic.demo.containers import record
from dockmagic.demo.identities import digest_of
from dockmagic.demo.images import Image, Layer

if TYPE_CHECKING:
    from dockmagic.demo.containers import Container
    from dockmagic.demo.references import Reference
    from dockmagic.demo.world import World

__all__ = ["commit"]


def commit(
    world: World, container: Container, reference: Reference | None, *, comment: str = "", pause: bool = True
) -> Image:
    """Make an image of a container, and name it; while that is done a container that runs is paused."""
    base = world.images.by_id.get(container.image_id)
    layers = base.layers if base else ()
    now = world.timeline.now
    identity = "sha256:" + digest_of("commit", container.id, now, world.identities.digest())
    layer = Layer("sha256:" + digest_of("layer", identity), container.size_rw)
    history = (*(base.history if base else ()), (now, " ".join(container.argv), container.size_rw, identity))
    config = {**container.config, "Image": container.image, "Hostname": ""}
    image = Image(identity, now, (*layers, layer), config, history, parent=base.id if base else "", comment=comment)
    image.files = frozenset(container.machine.files) if container.machine else container.files
    image.release = base.release if base else ""
    held = pause and container.status == "running"
    if held:
        record(world, "pause", container)
    world.images.add(image)
    if reference is not None:
        world.images.tag(image, reference)
    more = {"comment": comment, "imageID": image.id, "imageRef": str(reference or "")}
    record(world, "commit", container, **more)
    if held:
        record(world, "unpause", container)
    return image
