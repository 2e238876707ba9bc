"""The endpoints of volumes. One function per endpoint, JSON as Python data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.engine.filters import encode_filters
from dockmagic.engine.replies import objects, one_object
from dockmagic.errors import warn
from dockmagic.text import single_line

if TYPE_CHECKING:
    from dockmagic.engine.client import Engine
    from dockmagic.engine.filters import Filters

__all__ = ["volume_list"]


def volume_list(engine: Engine, *, filters: Filters = ()) -> list[dict[str, Any]]:
    """GET /volumes. An EngineWarning says which driver did not answer, and thus whose volumes are not among them."""
    reply = one_object(engine.get("/volumes", params={"filters": encode_filters(filters)}), "GET /volumes")
    warnings = reply.get("Warnings")
    for warning in warnings if isinstance(warnings, list) else []:
        warn(single_line(str(warning)))
    return objects(reply.get("Volumes"), "GET /volumes")
