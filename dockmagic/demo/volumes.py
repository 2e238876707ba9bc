"""Volumes: names for directories that outlive containers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dockmagic.demo.clock import rfc3339
from dockmagic.demo.identities import number_of
from dockmagic.demo.problems import Problem, bad_request, conflict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockmagic.demo.containers import Container
    from dockmagic.demo.filters import Filters
    from dockmagic.demo.world import World

__all__ = [
    "ANONYMOUS",
    "VOLUME_FILTERS",
    "Volume",
    "create_volume",
    "drop_volume",
    "fill_volumes",
    "find_volume",
    "keep_written",
    "list_volumes",
    "mountpoint",
    "remove_volume",
    "users_of_volumes",
    "volume_json",
]

ANONYMOUS = "com.docker.volume.anonymous"
VOLUME_FILTERS = ("dangling", "driver", "label", "name")
_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")
_SHORTEST = 2


@dataclass(slots=True)
class Volume:
    """One volume of the driver "local"."""

    name: str
    created: int
    labels: dict[str, str] | None = None
    options: dict[str, str] | None = None
    size: int = 0


def create_volume(world: World, body: Mapping[str, Any]) -> Volume:
    """Make a volume; one of that name stays what it is. Raises Problem for a name or a driver that is none."""
    name, driver = str(body.get("Name") or ""), str(body.get("Driver") or "local")
    labels = dict(body.get("Labels") or {}) or None
    if not name:
        name, labels = world.identities.digest(), {**(labels or {}), ANONYMOUS: ""}
    if driver != "local":
        raise Problem(404, f'create {name}: error looking up volume plugin {driver}: plugin "{driver}" not found')
    if len(name) < _SHORTEST:
        raise bad_request("volume name is too short, names should be at least two alphanumeric characters")
    if not _NAME.fullmatch(name):
        raise bad_request(
            f'create {name}: "{name}" includes invalid characters for a local volume name, only '
            '"[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path'
        )
    if name not in world.volumes:
        world.volumes[name] = Volume(name, world.timeline.now, labels, dict(body.get("DriverOpts") or {}) or None)
        world.events.record("volume", "create", name, {"driver": "local"})
    return world.volumes[name]


def find_volume(world: World, name: str) -> Volume:
    """A volume by name. Raises Problem where there is none."""
    if name not in world.volumes:
        raise Problem(404, f"get {name}: no such volume")
    return world.volumes[name]


def remove_volume(world: World, name: str, *, force: bool) -> None:
    """Remove a volume. Raises Problem where there is none (not with `force`), or where a container has it."""
    if force and name not in world.volumes:
        return
    volume = find_volume(world, name)
    users = users_of_volumes(world).get(name, [])
    if users:
        raise conflict(f"remove {name}: volume is in use - [{', '.join(users)}]")
    drop_volume(world, volume)


def drop_volume(world: World, volume: Volume) -> None:
    """Remove a volume that nobody has."""
    del world.volumes[volume.name]
    world.events.record("volume", "destroy", volume.name, {"driver": "local"})


def fill_volumes(world: World, container: Container) -> None:
    """Whoever serves from a volume has written to it."""
    for mount in container.mounts:
        volume = world.volumes.get(mount.get("Name", ""))
        if volume is not None:
            volume.size = volume.size or 4096 * number_of("volume", volume.name, below=20_000)


def keep_written(world: World, container: Container) -> None:
    """What a container wrote is in its volumes, or in its own layer."""
    if container.machine is None:
        return
    for path, size in container.machine.written.items():
        below = [each for each in container.mounts if f"{path}/".startswith(f"{each['Destination'].rstrip('/')}/")]
        deepest = max(below, key=lambda each: len(each["Destination"]), default=None)
        if deepest is None:
            container.size_rw += size
        elif volume := world.volumes.get(deepest.get("Name", "")):
            volume.size += size
    container.machine.written.clear()


def users_of_volumes(world: World) -> dict[str, list[str]]:
    """Volume -> ids of the containers that have it, running or not."""
    users: dict[str, list[str]] = {}
    for container in world.containers:
        for mount in container.mounts:
            if mount.get("Name"):
                users.setdefault(mount["Name"], []).append(container.id)
    return users


def list_volumes(world: World, filters: Filters) -> list[dict[str, Any]]:
    """The rows of `docker volume ls`."""
    dangling = filters.flag("dangling")
    used = users_of_volumes(world) if dangling is not None else {}
    return [
        volume_json(world, volume)
        for volume in sorted(world.volumes.values(), key=lambda each: each.name)
        if filters.pattern("name", volume.name)
        and filters.exact("driver", "local")
        and filters.labels("label", volume.labels or {})
        and (dangling is None or dangling != (volume.name in used))
    ]


def mountpoint(world: World, name: str) -> str:
    """Where the files of a volume would be."""
    return f"{world.root}/volumes/{name}/_data"


def volume_json(world: World, volume: Volume) -> dict[str, Any]:
    """A volume as the API shows it."""
    return {
        "CreatedAt": rfc3339(volume.created // 1_000_000_000 * 1_000_000_000),
        "Driver": "local",
        "Labels": volume.labels,
        "Mountpoint": mountpoint(world, volume.name),
        "Name": volume.name,
        "Options": volume.options,
        "Scope": "local",
    }
