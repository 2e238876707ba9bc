"""The columns of `system df`: one kind of thing per row, or one thing."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from dockmagic.frames.containers import container_name
from dockmagic.frames.ids import id_of
from dockmagic.frames.references import parse_reference
from dockmagic.frames.schema import Column
from dockmagic.masking import masked

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockmagic.frames.schema import Row, Schema

__all__ = ["DISK_USAGE", "DISK_USAGE_ITEMS", "disk_usage_items", "disk_usage_rows"]

_IMAGES = "Images"
_RUNNING = frozenset({"running", "paused", "restarting"})
_NONE = "<none>"

DISK_USAGE: Schema = (
    Column("type", "type", "str", "Images, Containers, Local Volumes or Build Cache"),
    Column("total", "total", "Int64", "how many there are"),
    Column("active", "active", "Int64", "how many are in use"),
    Column("size", "size", "Int64", "bytes, what is shared counted once"),
    Column("reclaimable", "reclaimable", "Int64", "bytes of those not in use, without what they share"),
)

DISK_USAGE_ITEMS: Schema = (
    Column("type", "type", "str", "Images, Containers, Local Volumes or Build Cache"),
    Column("id", id_of("id"), "str", "12 digits; NA for volumes"),
    Column("name", "name", "str", "an image's first reference, a container's or volume's name, what a build step did"),
    Column("created", "created", "datetime64[us, UTC]", "when it was made"),
    Column("size", "size", "Int64", "bytes; of a container those written to its own layer"),
    Column("shared_size", "shared_size", "Int64", "bytes of these that others have too; NA where nothing is shared"),
    Column("links", "links", "Int64", "how many use it: containers, or other records of the build cache"),
    Column("in_use", "in_use", "bool", "whether a container or a build has it, or it is a container that runs"),
)
"""With --verbose."""


def disk_usage_rows(usage: Row) -> list[dict[str, Any]]:
    """The four rows of `docker system df`, from a reply of GET /system/df.

    Up to API 1.51 it lists all things; from 1.52 on it counts them as well, and need not list them. Source:
    `diskUsageResultFromLegacyAPI` of moby/moby, docker's from version 29 on. The reclaimable bytes of images are those
    that one unused image has for itself; docker before 29 counts the layers that several share as well.
    """
    items = disk_usage_items(usage)
    return [_row(kind, [item for item in items if item["type"] == kind], usage) for kind in _READ]


def _row(kind: str, items: list[dict[str, Any]], usage: Row) -> dict[str, Any]:
    if _READ[kind].listed not in usage and (counted := _usage(usage, kind)):  # which leaves a count of 0 out
        keys = ("TotalCount", "ActiveCount", "TotalSize", "Reclaimable")
        total, active, size, reclaimable = (_counted(counted.get(key, 0)) for key in keys)
        return {"type": kind, "total": total, "active": active, "size": size, "reclaimable": reclaimable}
    return {
        "type": kind,
        "total": len(items),
        "active": sum(item["in_use"] for item in items),
        "size": _counted(usage.get("LayersSize", 0)) if kind == _IMAGES else sum(item["own"] or 0 for item in items),
        "reclaimable": sum(item["own"] or 0 for item in items if item["idle"]),
    }


def disk_usage_items(usage: Row) -> list[dict[str, Any]]:
    """The rows of `docker system df -v`: images, containers, volumes, records of the build cache.

    Besides the columns: `own`, the bytes that nothing else shares, None if the engine does not tell, and `idle`,
    whether it is known not to be in use.
    """
    return [{"type": kind, **item} for kind, (_, _, read) in _READ.items() for item in read(_listed(usage, kind))]


def _images(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = []
    for image in found:
        size, shared, links = (_counted(image.get(key)) for key in ("Size", "SharedSize", "Containers"))
        rows.append(
            {
                "id": image.get("Id"),
                "name": _first_reference(image.get("RepoTags")),
                "created": image.get("Created"),
                "size": size,
                "shared_size": shared,
                "links": links,
                "in_use": bool(links),
                "own": None if size is None or shared is None else size - shared,
                "idle": links == 0,
            }
        )
    return rows


def _containers(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = []
    for container in found:
        size = _counted(container.get("SizeRw", 0))  # the engine leaves a size of 0 out
        runs = str(container.get("State")) in _RUNNING
        row = {"id": container.get("Id"), "name": container_name(container), "created": container.get("Created")}
        rows.append(row | {"size": size, "in_use": runs, "own": size, "idle": not runs})
    return rows


def _volumes(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = []
    for volume in found:
        usage = volume.get("UsageData")
        known = usage if isinstance(usage, dict) else {}
        size, links = _counted(known.get("Size")), _counted(known.get("RefCount"))
        row = {"name": volume.get("Name"), "created": volume.get("CreatedAt"), "size": size, "links": links}
        rows.append(row | {"in_use": bool(links), "own": size, "idle": links == 0})
    return rows


def _records(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of the build cache, those used last at the end, as in docker."""
    children = Counter(parent for record in found for parent in _parents(record))
    rows = []
    for record in sorted(found, key=lambda record: (str(record.get("LastUsedAt") or ""), str(record.get("ID")))):
        size, shared, in_use = _counted(record.get("Size")), record.get("Shared") is True, record.get("InUse") is True
        rows.append(
            {
                "id": record.get("ID"),
                "name": masked(record.get("Description")),  # a repository's address may hold a password
                "created": record.get("CreatedAt"),
                "size": size,
                "shared_size": size if shared else 0,
                "links": children[str(record.get("ID"))],
                "in_use": in_use,
                "own": 0 if shared else size,
                "idle": not in_use,
            }
        )
    return rows


class _Kind(NamedTuple):
    """Where a reply tells of a kind of thing, and how its items are read."""

    listed: str
    usage: str  # from API 1.52 on; the items are below it where `verbose` is asked for
    read: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]


_READ: dict[str, _Kind] = {
    _IMAGES: _Kind("Images", "ImageUsage", _images),
    "Containers": _Kind("Containers", "ContainerUsage", _containers),
    "Local Volumes": _Kind("Volumes", "VolumeUsage", _volumes),
    "Build Cache": _Kind("BuildCache", "BuildCacheUsage", _records),
}


def _usage(usage: Row, kind: str) -> dict[str, Any]:
    found = usage.get(_READ[kind].usage)
    return found if isinstance(found, dict) else {}


def _listed(usage: Row, kind: str) -> list[dict[str, Any]]:
    key = _READ[kind].listed
    found = usage[key] if key in usage else _usage(usage, kind).get("Items")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _counted(value: Any) -> int | None:
    """A number of the engine's, which says -1 where it did not count."""
    return value if type(value) is int and value >= 0 else None


def _first_reference(tags: Any) -> str | None:
    """The first tag as docker shows it; engines before API 1.43 call a missing one <none>:<none>."""
    first = tags[0] if isinstance(tags, list) and tags else None
    return str(parse_reference(first)) if isinstance(first, str) and _NONE not in first else None


def _parents(record: dict[str, Any]) -> list[str]:
    """The ids of the records it was built on: one up to API 1.41, later several, with a blank in the key's name."""
    found = [record.get("Parent")]
    for key in (" Parents", "Parents"):
        several = record.get(key)
        found += several if isinstance(several, list) else []
    return [parent for parent in dict.fromkeys(each for each in found if isinstance(each, str)) if parent]
