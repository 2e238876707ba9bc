"""The endpoints of volumes. One function per endpoint, JSON as Python data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.engine.filters import encode_filters, told_filters
from dockmagic.engine.replies import objects, one_object
from dockmagic.engine.url import segment
from dockmagic.errors import warn
from dockmagic.text import single_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockmagic.engine.client import Engine
    from dockmagic.engine.filters import Filters

__all__ = ["volume_create", "volume_list", "volume_remove", "volumes_prune"]


def volume_list(engine: Engine, *, filters: Filters = ()) -> list[dict[str, Any]]:
    """GET /volumes. An EngineWarning says which driver did not answer, and thus whose volumes are not among them."""
    encoded = encode_filters(filters)
    with told_filters("/volumes", encoded):
        reply = one_object(engine.get("/volumes", params={"filters": encoded}), "GET /volumes")
    warnings = reply.get("Warnings")
    for warning in warnings if isinstance(warnings, list) else []:
        warn(single_line(str(warning)))
    return objects(reply.get("Volumes"), "GET /volumes")


def volume_create(engine: Engine, body: Mapping[str, Any]) -> dict[str, Any]:
    """POST /volumes/create: the volume, which may have been there before. Raises NotFound (driver), BadRequest."""
    return one_object(engine.post("/volumes/create", json=body, timeout=None), "POST /volumes/create")


def volume_remove(engine: Engine, name: str, *, force: bool = False) -> None:
    """DELETE /volumes/{name}. Raises Conflict if a container has it; NotFound, which `force` makes a success."""
    engine.delete(f"/volumes/{segment(name, 'a volume')}", params={"force": force or None}, timeout=None)


def volumes_prune(engine: Engine, *, filters: Filters = ()) -> dict[str, Any]:
    """POST /volumes/prune: {"VolumesDeleted": [names], "SpaceReclaimed": 0}.

    Before API 1.42 of named ones too. Raises Conflict while another one is under way.
    """
    reply = engine.post("/volumes/prune", params={"filters": encode_filters(filters)}, timeout=None)
    return one_object(reply, "POST /volumes/prune")
