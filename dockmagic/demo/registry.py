"""The pretended registry: a reference becomes an image of the catalogue, or the registry's own words why not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockmagic.demo.catalogue import CATALOGUE
from dockmagic.demo.clock import SECOND
from dockmagic.demo.identities import digest_of
from dockmagic.demo.images import Image, Layer
from dockmagic.demo.problems import Problem

if TYPE_CHECKING:
    from dockmagic.demo.catalogue import Catalogued
    from dockmagic.demo.references import Reference
    from dockmagic.demo.world import World

__all__ = ["fetch", "manifest_digest"]

_VARIANT = re.compile(r"v?\d+(?:\.\d+){0,3}(?:-(?:alpine|slim|bookworm))?|alpine|slim|bookworm")
_DAY = 86_400 * SECOND


def fetch(world: World, reference: Reference) -> Image:
    """The image that the registry has under a name; not yet among those of the engine. Raises Problem for none."""
    if reference.registry:
        host = reference.registry
        raise Problem(500, f'Get "https://{host}/v2/": dial tcp: lookup {host.partition(":")[0]}: no such host')
    known = CATALOGUE.get(reference.repository)
    if known is None:
        raise Problem(
            404,
            f"pull access denied for {reference.repository}, repository does not exist or may require 'docker login': "
            "denied: requested access to the resource is denied",
        )
    variant = "" if reference.tag in known.tags else reference.tag
    if reference.digest or (variant and not _VARIANT.fullmatch(variant)):
        raise Problem(404, f"manifest for {reference} not found: manifest unknown: manifest unknown")
    return _image(world, reference, known, variant)


def manifest_digest(image: Image) -> str:
    """The digest that the registry has for an image."""
    return "sha256:" + digest_of("manifest", image.id)


def _image(world: World, reference: Reference, known: Catalogued, variant: str) -> Image:
    small = 0.3 if "slim" in variant or "alpine" in variant else 1.0
    layers, history = [], []
    created = world.born - known.age * _DAY - (_DAY * 40 if variant else 0)
    identity = "sha256:" + digest_of("image", reference.repository, variant)
    for number, (size, command) in enumerate(known.layers):
        bytes_ = int(size * small)
        # the base is the same in all images that begin with it
        digest = digest_of("layer", command, bytes_, "" if number == 0 else variant)
        layers.append(Layer(f"sha256:{digest}", bytes_))
        history.append((created + number * SECOND, command, bytes_, ""))
    last = created + len(layers) * SECOND
    command = f"CMD {known.config.get('Cmd')}".replace("'", '"')
    history.append((last, command, 0, identity))
    image = Image(identity, last, tuple(layers), dict(known.config), tuple(history), release=known.release)
    image.digests = [f"{reference.repository}@{manifest_digest(image)}"]
    return image
