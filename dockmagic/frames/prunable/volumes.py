"""Which volumes a prune removes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from dockmagic.frames.order import by_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dockmagic.engine.prune_filters import PruneFilters
    from dockmagic.frames.schema import Row

__all__ = ["prunable_volumes"]

_ANONYMOUS = "com.docker.volume.anonymous"


def prunable_volumes(
    volumes: Iterable[Row], filters: PruneFilters, *, named: bool, without: Iterable[Row] = ()
) -> list[dict[str, Any]]:
    """Local ones without options of their driver that no container has and `filters` take, by name.

    `volumes` are those of GET /system/df, each with how many containers have it; `without` the containers that will be
    gone by then. Without `named` only those that nobody named. Source: `VolumesService.Prune` of moby/moby.
    """
    leaving = Counter(name for container in without for name in _mounted(container))
    return [
        {
            "kind": "volume",
            "key": str(volume.get("Name")),
            "name": volume.get("Name"),
            "created": volume.get("CreatedAt"),
            "size": _known(volume, "Size"),
        }
        for volume in by_name(volumes)
        if volume.get("Driver") == "local"
        and not volume.get("Options")
        and _known(volume, "RefCount") == leaving[str(volume.get("Name"))]
        and (named or _ANONYMOUS in _labels(volume))
        and filters.take(volume.get("Labels"), volume.get("CreatedAt"))
    ]


def _mounted(container: Row) -> set[str]:
    mounts = container.get("Mounts")
    found = [each for each in mounts if isinstance(each, dict)] if isinstance(mounts, list) else []
    return {str(each["Name"]) for each in found if each.get("Type") == "volume" and each.get("Name")}


def _labels(volume: Row) -> dict[str, Any]:
    found = volume.get("Labels")
    return found if isinstance(found, dict) else {}


def _known(volume: Row, key: str) -> int | None:
    """A number of its usage; None where the engine did not count, which it tells as -1."""
    usage = volume.get("UsageData")
    found = usage.get(key) if isinstance(usage, dict) else None
    return found if type(found) is int and found >= 0 else None
