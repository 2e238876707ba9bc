"""`docker import -`: an archive becomes an image of one layer; its files are counted and not kept."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

from dockmagic.demo.build_context import read_context
from dockmagic.demo.build_steps import changed_config
from dockmagic.demo.dockerfile import parse_dockerfile
from dockmagic.demo.identities import digest_of
from dockmagic.demo.images import Image, Layer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockmagic.demo.references import Reference
    from dockmagic.demo.world import World

__all__ = ["import_image"]


def import_image(
    world: World, archive: IO[bytes], reference: Reference | None, *, changes: Sequence[str] = (), message: str = ""
) -> Image:
    """Make an image of a tar and name it. Raises Problem for what is no tar, and for `changes` that cannot be."""
    files = read_context(archive, dockerfile="").files
    config: dict[str, Any] = {"Env": None, "Cmd": None, "Labels": None}
    if changes:
        for instruction in parse_dockerfile("\n".join(["FROM scratch", *changes]))[1:]:
            config = changed_config(instruction, config, {})
    size = sum(file.size for file in files.values())
    now = world.timeline.now
    comment = message or "Imported from -"
    identity = "sha256:" + digest_of("import", now, world.identities.digest())
    layer = Layer("sha256:" + digest_of("import layer", *sorted(files.items())), size)
    image = Image(identity, now, (layer,), config, ((now, "", size, identity),), comment=comment)
    world.images.add(image)
    if reference is not None:
        world.images.tag(image, reference)
    world.images.event("import", image)
    return image
