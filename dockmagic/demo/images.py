"""Images and their layers, and the names that lead to them."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from dockmagic.demo.problems import Problem, no_such_image
from dockmagic.demo.references import parse_reference

if TYPE_CHECKING:
    from dockmagic.demo.clock import Timeline
    from dockmagic.demo.events import Events
    from dockmagic.demo.references import Reference

__all__ = ["Image", "Images", "Layer"]

_HEX = re.compile(r"(?:sha256:)?([0-9a-f]{1,64})")


class Layer(NamedTuple):
    """Files that images share: an id and bytes."""

    digest: str
    size: int


@dataclass(slots=True)
class Image:
    """One image. `history` is the newest last, as (time, what made it, bytes, id of the image it then was)."""

    id: str
    created: int
    layers: tuple[Layer, ...]
    config: dict[str, Any]
    history: tuple[tuple[int, str, int, str], ...] = ()
    parent: str = ""
    comment: str = ""
    release: str = ""
    digests: list[str] = field(default_factory=list)
    tagged: int = 0
    files: frozenset[str] = frozenset()  # paths that a build put there

    @property
    def size(self) -> int:
        """Bytes of all its layers."""
        return sum(layer.size for layer in self.layers)

    @property
    def short(self) -> str:
        """The first 12 digits of its id."""
        return self.id.removeprefix("sha256:")[:12]

    @property
    def labels(self) -> dict[str, str]:
        """Its labels."""
        return self.config.get("Labels") or {}


class Images:
    """All images, by id, and the names that lead to them."""

    def __init__(self, timeline: Timeline, events: Events) -> None:
        self.by_id: dict[str, Image] = {}
        self.tags: dict[str, str] = {}
        self._timeline, self._events = timeline, events

    def add(self, image: Image) -> Image:
        """Keep an image; one with the same id stays the one it was."""
        return self.by_id.setdefault(image.id, image)

    def find(self, name: str) -> Image:
        """An image by reference, or by its id or the beginning of that. Raises Problem where there is none."""
        if name.startswith("sha256:") or re.fullmatch(r"[0-9a-f]{64}", name):
            return self._by_prefix(name, name)
        reference = parse_reference(name)
        if reference.digest:
            found = next((each for each in self.by_id.values() if str(reference) in each.digests), None)
            if found is None:
                raise no_such_image(name)
            return found
        if str(reference) in self.tags:
            return self.by_id[self.tags[str(reference)]]
        return self._by_prefix(name, str(reference))

    def find_named(self, name: str) -> tuple[Image, str]:
        """An image, and the reference that `name` is; "" where it is an id."""
        image = self.find(name)
        if name.startswith("sha256:") or image.id.removeprefix("sha256:").startswith(name):
            return image, "" if str(_maybe(name) or "") not in self.tags else str(parse_reference(name))
        return image, str(parse_reference(name))

    def tag(self, image: Image, reference: Reference) -> None:
        """Let `reference` lead to `image`, wherever it led before."""
        self.tags[str(reference)] = image.id
        image.tagged = self._timeline.now
        self.event("tag", image, str(reference))

    def untag(self, reference: str) -> None:
        """Forget a name."""
        image = self.by_id[self.tags.pop(reference)]
        self.event("untag", image)

    def event(self, action: str, image: Image, name: str = "") -> None:
        """Record what happened to an image."""
        self._events.record("image", action, image.id, {**image.labels, "name": name or image.id})

    def tags_by_image(self) -> dict[str, list[str]]:
        """Image id -> names, in one pass over all."""
        names: dict[str, list[str]] = defaultdict(list)
        for reference, image_id in self.tags.items():
            names[image_id].append(reference)
        return {image_id: sorted(each) for image_id, each in names.items()}

    def names_of(self, image: Image) -> list[str]:
        """The names that lead to an image."""
        return sorted(reference for reference, image_id in self.tags.items() if image_id == image.id)

    def children(self) -> set[str]:
        """The ids of images that another one was built on."""
        return {image.parent for image in self.by_id.values() if image.parent}

    def _by_prefix(self, name: str, shown: str) -> Image:
        found = _HEX.fullmatch(name)
        if found is None:
            raise no_such_image(shown)
        matching = [image for key, image in self.by_id.items() if key.removeprefix("sha256:").startswith(found[1])]
        if len(matching) > 1:
            raise Problem(404, f"Multiple IDs found with provided prefix: {found[1]}")
        if not matching:
            raise no_such_image(shown)
        return matching[0]


def _maybe(name: str) -> Reference | None:
    try:
        return parse_reference(name)
    except Problem:
        return None
