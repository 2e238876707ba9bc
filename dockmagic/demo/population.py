"""What the demo begins with: the images of the catalogue, what builds have left, and as many containers as wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.demo.catalogue import DANGLING, PRESENT
from dockmagic.demo.clock import SECOND
from dockmagic.demo.creation import create_container
from dockmagic.demo.identities import digest_of, number_of
from dockmagic.demo.images import Image, Layer
from dockmagic.demo.lifecycle import start
from dockmagic.demo.references import parse_reference
from dockmagic.demo.registry import fetch

if TYPE_CHECKING:
    from dockmagic.demo.world import World

__all__ = ["begin", "crowd"]

_DAY = 86_400 * SECOND
_COMMANDS = (
    ("nginx", ["nginx", "-g", "daemon off;"]),
    ("redis:7", ["redis-server"]),
    ("busybox", ["sleep", "3600"]),
    ("python:3.13", ["python3", "-m", "http.server", "8000"]),
)
_RUNNING = 40


def begin(world: World) -> World:
    """Give it its images. They are there from the beginning: no event tells of them."""
    for name in PRESENT:
        reference = parse_reference(name)
        image = world.images.add(fetch(world, reference))
        image.tagged = image.created
        world.images.tags[str(reference)] = image.id
    for number, (name, size, days) in enumerate(DANGLING):
        world.images.add(_left_behind(world, number, name, size=size, created=world.born - days * _DAY))
    return world


def _left_behind(world: World, number: int, name: str, *, size: int, created: int) -> Image:
    """What a build made before a newer one took its name."""
    base = world.images.find(name)
    command = "/bin/sh -c pip install -r requirements.txt" if name.startswith("python") else "COPY dir:site in /"
    identity = "sha256:" + digest_of("left", number, command)
    layer = Layer("sha256:" + digest_of("left layer", number), size)
    history = (*base.history, (created, command, size, identity))
    return Image(identity, created, (*base.layers, layer), dict(base.config), history, parent="", release=base.release)


def crowd(world: World, count: int) -> None:
    """Make `count` containers more: some run, the others have ended, some of them badly."""
    for number in range(count):
        image, command = _COMMANDS[number % len(_COMMANDS)]
        labels = {"dockmagic.crowd": str(number), "team": ("blue", "green", "red")[number % 3]}
        body: dict[str, Any] = {"Image": image, "Cmd": command, "Labels": labels}
        container = create_container(world, body, name=f"crowd-{number:05d}")
        container.mounts = []
        if number < _RUNNING:
            start(world, container)
            continue
        age = (60 + number_of("crowd", number, below=20 * 86_400)) * SECOND
        container.created = world.timeline.now - age - 30 * SECOND
        container.started, container.finished = container.created + SECOND, world.timeline.now - age
        container.status = "exited"
        container.exit_code = (0, 0, 0, 1, 137)[number_of("code", number, below=5)]
