"""The columns of `ps`: one container per row."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from dockmagic.frames.ids import id_of, short_id
from dockmagic.frames.ports import port_texts
from dockmagic.frames.references import parse_reference
from dockmagic.frames.schema import Category, Column

if TYPE_CHECKING:
    from dockmagic.frames.schema import Row, Schema

__all__ = ["CONTAINERS", "container_name", "containers"]

_STATE = Category(("created", "running", "paused", "restarting", "removing", "exited", "dead"))
_HEALTHS = Category(("starting", "healthy", "unhealthy"))

_EXIT_CODE = re.compile(r"(?:Exited|Restarting) \((-?\d{1,10})\)", re.ASCII)
_HEALTH = re.compile(r"\((?:health: )?(starting|healthy|unhealthy)\)$")


def containers(*, no_trunc: bool) -> Schema:
    """The schema, with ids and images as `--no-trunc` wants them or not."""
    return (
        Column("id", id_of("Id", no_trunc=no_trunc), "str", "12 digits, or all 64 with --no-trunc"),
        Column("name", container_name, "str", "the container's own name"),
        Column("image", (lambda row: row.get("Image") or None) if no_trunc else _image, "str", "what it was made from"),
        Column("command", "Command", "str", "entrypoint and arguments"),
        Column("created", "Created", "datetime64[us, UTC]", "when it was made"),
        Column("state", "State", _STATE, "created, running, paused, restarting, removing, exited, dead"),
        Column("status", "Status", "str", "the engine's words: Up 3 hours (healthy)"),
        Column("health", _health, _HEALTHS, "starting, healthy or unhealthy; NA without a health check"),
        Column("exit_code", _exit_code, "Int64", "of the process that ended; NA while it runs"),
        Column("ports", _ports, "list", "texts as docker ps shows them"),
        Column("networks", _networks, "list", "names of the networks it is attached to"),
        Column("mounts", _mounts, "list", "names of volumes, or paths on the host"),
        Column("labels", "Labels", "dict", "label to value"),
        Column("project", _label("com.docker.compose.project"), "str", "its project in docker compose"),
        Column("service", _label("com.docker.compose.service"), "str", "its service in docker compose"),
        Column("size_rw", "SizeRw", "Int64", "bytes written to its own layer; NA without --size"),
        Column("size_root_fs", "SizeRootFs", "Int64", "bytes of all its layers; NA without --size"),
        Column(
            "image_id",
            id_of("ImageID", no_trunc=no_trunc),
            "str",
            "12 digits, or all with the hash's name with --no-trunc",
        ),
    )


def container_name(row: Row) -> str | None:
    """Its own name: those with a slash inside are links of other containers to it."""
    names = row.get("Names")
    if not isinstance(names, list):
        return None
    if len(names) == 1 and isinstance(names[0], str):
        return names[0].removeprefix("/")
    own = [name.removeprefix("/") for name in names if isinstance(name, str)]
    for name in own:
        if "/" not in name:
            return name
    return own[0] if own else None


def _image(row: Row) -> str | None:
    image, image_id = row.get("Image"), row.get("ImageID")
    if not isinstance(image, str) or not image:
        return None
    return _shown_image(image, image_id if isinstance(image_id, str) else None)


@lru_cache(maxsize=1024)  # a thousand containers are made from a few images
def _shown_image(image: str, image_id: str | None) -> str:
    """As `docker ps`: a digest is cut off, an image without a name is its short id."""
    if image_id is not None and short_id(image_id) == short_id(image):
        return short_id(image)
    return str(parse_reference(image)._replace(digest=""))


def _health(row: Row) -> str | None:
    health = row.get("Health")
    status = health.get("Status") if isinstance(health, dict) else None
    if isinstance(status, str) and status:  # from API 1.52 on
        return None if status == "none" else status
    told = row.get("Status")
    return _told_health(told) if isinstance(told, str) else None


@lru_cache(maxsize=1024)  # as many containers say the same of themselves
def _told_health(status: str) -> str | None:
    found = _HEALTH.search(status)
    return found[1] if found else None


def _exit_code(row: Row) -> int | None:
    told = row.get("Status")
    return _told_exit_code(told) if isinstance(told, str) else None


@lru_cache(maxsize=1024)
def _told_exit_code(status: str) -> int | None:
    found = _EXIT_CODE.match(status)
    return int(found[1]) if found else None


def _ports(row: Row) -> list[str]:
    ports = row.get("Ports")
    return port_texts(ports) if isinstance(ports, list) and ports else []


def _networks(row: Row) -> list[str]:
    settings = row.get("NetworkSettings")
    networks = settings.get("Networks") if isinstance(settings, dict) else None
    if not isinstance(networks, dict):
        return []
    return sorted(networks) if len(networks) > 1 else [*networks]


def _mounts(row: Row) -> list[str]:
    mounts = row.get("Mounts")
    if not isinstance(mounts, list):
        return []
    return [str(mount.get("Name") or mount.get("Source") or "") for mount in mounts if isinstance(mount, dict)]


def _label(name: str) -> Any:
    def value(row: Row) -> Any:
        labels = row.get("Labels")
        return labels.get(name) if isinstance(labels, dict) else None

    return value


CONTAINERS = containers(no_trunc=False)
"""As most see it; `containers(no_trunc=True)` has the same columns."""
