"""Containers: what each one is, and how one is found, renamed and removed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dockmagic.demo.listeners import Listeners
from dockmagic.demo.logs import Log
from dockmagic.demo.problems import Problem, bad_request, conflict, no_such_container
from dockmagic.demo.steps import Typed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockmagic.demo.clock import Timer
    from dockmagic.demo.health import Health
    from dockmagic.demo.programs import Program
    from dockmagic.demo.steps import Machine
    from dockmagic.demo.world import World

__all__ = ["Container", "Containers", "record", "rename"]

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")


@dataclass(slots=True, eq=False)
class Container:
    """One container. `status` is created, running, paused, restarting, exited or dead; times are nanoseconds."""

    id: str
    name: str
    image: str  # as it was asked for
    image_id: str
    created: int
    config: dict[str, Any]
    host_config: dict[str, Any]
    mounts: list[dict[str, Any]] = field(default_factory=list)
    networks: dict[str, dict[str, Any]] = field(default_factory=dict)
    status: str = "created"
    pid: int = 0
    exit_code: int = 0
    error: str = ""
    started: int = 0
    finished: int = 0
    restart_count: int = 0
    health: Health | None = None
    log: Log = field(default_factory=Log)
    ports: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    files: frozenset[str] = frozenset()  # paths that were there when it ended
    size_rw: int = 0
    removed: bool = False
    stopped_by_hand: bool = False
    exits: Listeners[Container] = field(default_factory=Listeners)
    removals: Listeners[Container] = field(default_factory=Listeners)
    execs: list[str] = field(default_factory=list)
    typed: Typed = field(default_factory=Typed)
    machine: Machine | None = None
    program: Program | None = None
    timers: list[Timer] = field(default_factory=list)
    load: float = 1.0  # how busy it is, of what its kind is usually
    load_since: int = 0  # when it became so
    worked: float = 0.0  # what it had done by then, in seconds of what its kind does

    @property
    def short(self) -> str:
        """The first 12 digits of its id."""
        return self.id[:12]

    @property
    def running(self) -> bool:
        """Whether it counts as running: paused and restarting ones do."""
        return self.status in {"running", "paused", "restarting"}

    @property
    def tty(self) -> bool:
        """Whether it has a terminal, and so no frames in its streams."""
        return bool(self.config.get("Tty"))

    @property
    def labels(self) -> dict[str, str]:
        """Its labels, those of its image too."""
        return self.config.get("Labels") or {}

    @property
    def argv(self) -> list[str]:
        """Entrypoint and command."""
        return [*(self.config.get("Entrypoint") or []), *(self.config.get("Cmd") or [])]


class Containers:
    """All containers, by id and by name."""

    def __init__(self) -> None:
        self.by_id: dict[str, Container] = {}
        self.names: dict[str, str] = {}

    def __iter__(self) -> Iterator[Container]:
        return iter(list(self.by_id.values()))

    def __len__(self) -> int:
        return len(self.by_id)

    def add(self, container: Container) -> None:
        """Keep a new one. Raises Problem where its name is in use."""
        self.check_name(container.name)
        self.by_id[container.id] = container
        self.names[container.name] = container.id

    def check_name(self, name: str) -> None:
        """Raise Problem for a name that is none, or that another container has."""
        if not _NAME.fullmatch(name):
            raise bad_request(f"Invalid container name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed")
        if name in self.names:
            raise conflict(
                f'Conflict. The container name "/{name}" is already in use by container "{self.names[name]}". '
                "You have to remove (or rename) that container to be able to reuse that name."
            )

    def find(self, name: str) -> Container:
        """A container by id, name, or the beginning of its id. Raises Problem where there is none."""
        key = name.removeprefix("/")
        if key in self.by_id:
            return self.by_id[key]
        if key in self.names:
            return self.by_id[self.names[key]]
        matching = [each for identity, each in self.by_id.items() if key and identity.startswith(key)]
        if len(matching) > 1:
            raise Problem(404, f"Multiple IDs found with provided prefix: {key}")
        if not matching:
            raise no_such_container(name)
        return matching[0]

    def drop(self, container: Container) -> None:
        """Forget a container; whoever waits for that hears of it."""
        del self.by_id[container.id]
        del self.names[container.name]
        container.removed = True
        container.removals.publish(container)


def record(world: World, action: str, container: Container, **more: str) -> None:
    """Record what happened to a container, with its labels as the engine does."""
    attributes = {**container.labels, **more, "image": container.image, "name": container.name}
    world.events.record("container", action, container.id, attributes, image=container.image)


def rename(world: World, container: Container, new: str) -> None:
    """Give it another name. Raises Problem for a name that is none, its own, or in use."""
    name = new.removeprefix("/")
    if not name:
        raise bad_request("Neither old nor new names may be empty")
    if name == container.name:
        raise bad_request("Renaming a container with the same name as its current name")
    try:
        world.containers.check_name(name)
    except Problem as problem:
        message = problem.message.replace(f"({name})", f"(/{name})")
        raise Problem(problem.status, f"Error when allocating new name: {message}") from problem
    del world.containers.names[container.name]
    old, container.name = container.name, name
    world.containers.names[name] = container.id
    record(world, "rename", container, oldName=f"/{old}")
