"""A pull as the engine tells it: layer by layer, with bars that grow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from dockmagic.demo.catalogue import CATALOGUE
from dockmagic.demo.identities import number_of
from dockmagic.demo.references import parse_reference
from dockmagic.demo.registry import fetch, manifest_digest

if TYPE_CHECKING:
    from dockmagic.demo.images import Image, Layer
    from dockmagic.demo.references import Reference
    from dockmagic.demo.world import World

__all__ = ["Told", "download", "pull"]

Told: TypeAlias = Iterator[tuple[float, dict[str, Any]]]
"""Messages of a progress, each with the seconds to wait before it."""

_PIECES = 6
_BYTES_PER_SECOND = 120_000_000


def pull(world: World, name: str, tag: str = "") -> Told:
    """Fetch an image and name it; without a tag every one of its name.

    Raises Problem before the first message where the registry does not have it.
    """
    reference = parse_reference(name, tag)
    if tag or "@" in name or ":" in name.rpartition("/")[2]:
        return download(world, reference, fetch(world, reference))
    fetch(world, reference)  # whether there is anything at all is known before the first message
    return _every_tag(world, reference)


def _every_tag(world: World, reference: Reference) -> Told:
    """Without a tag an engine fetches all there are; its client always asks for one, unless it says --all-tags."""
    status = {}
    for tag in CATALOGUE[reference.repository].tags:
        each = reference._replace(tag=tag)
        for delay, message in download(world, each, fetch(world, each)):
            if message["status"].startswith("Status: "):
                status = {"status": message["status"].replace(str(each), reference.repository)}
            else:
                yield delay, message
    yield 0.0, status


def download(world: World, reference: Reference, image: Image) -> Told:
    """The messages of a pull; with the last one the image is there."""
    shown = reference.tag or reference.digest
    yield 0.0, {"status": f"Pulling from {reference.path}", "id": shown}
    have = {layer.digest for each in world.images.by_id.values() for layer in each.layers}
    missing = [layer for layer in image.layers if layer.digest not in have]
    for layer in image.layers:
        known = layer not in missing
        yield 0.0, {"status": "Already exists" if known else "Pulling fs layer", "progressDetail": {}, "id": _id(layer)}
    for layer in missing:
        yield from _download(layer)
    for layer in missing:
        yield from _bar("Extracting", layer, 0.3)
        yield 0.02, {"status": "Pull complete", "progressDetail": {}, "id": _id(layer)}
    yield 0.0, {"status": f"Digest: {manifest_digest(image)}"}
    newer = image.id not in world.images.by_id
    kept = world.images.add(image)
    if not newer and not set(image.digests) <= set(kept.digests):
        kept.digests = [*kept.digests, *image.digests]
    if world.images.tags.get(str(reference)) != kept.id:
        newer = True
        world.images.tags[str(reference)] = kept.id
        kept.tagged = world.timeline.now
    world.images.event("pull", kept, str(reference))
    words = "Downloaded newer image for" if newer else "Image is up to date for"
    yield 0.0, {"status": f"Status: {words} {reference}"}


def _download(layer: Layer) -> Told:
    yield from _bar("Downloading", layer, 1.0)
    for status in ("Verifying Checksum", "Download complete"):
        yield 0.0, {"status": status, "progressDetail": {}, "id": _id(layer)}


def _bar(status: str, layer: Layer, share: float) -> Told:
    """What a bar needs to grow; layers of a few kB have none in between."""
    pieces = _PIECES if layer.size > 100_000 else 1  # noqa: PLR2004 - bytes that arrive at once
    for piece in range(1, pieces + 1):
        current = layer.size * piece // pieces
        uneven = 0.7 + number_of(layer.digest, piece, below=60) / 100
        yield (
            share * uneven * layer.size / _BYTES_PER_SECOND / pieces + 0.01,
            {
                "status": status,
                "progressDetail": {"current": current, "total": layer.size},
                "progress": _text(current, layer.size),
                "id": _id(layer),
            },
        )


def _text(current: int, total: int) -> str:
    """The bar as text, which the engine sends too."""
    done = 50 * current // max(total, 1)
    bar = ("=" * done)[:49] + ">" if done else ">"
    return f"[{bar:<50}]  {current / 1e6:.4g}MB/{total / 1e6:.4g}MB"


def _id(layer: Layer) -> str:
    return layer.digest.removeprefix("sha256:")[:12]
