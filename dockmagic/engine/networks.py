"""The endpoints of networks. One function per endpoint, JSON as Python data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.engine.filters import encode_filters
from dockmagic.engine.replies import objects

if TYPE_CHECKING:
    from dockmagic.engine.client import Engine
    from dockmagic.engine.filters import Filters

__all__ = ["network_list"]


def network_list(engine: Engine, *, filters: Filters = ()) -> list[dict[str, Any]]:
    """GET /networks."""
    return objects(engine.get("/networks", params={"filters": encode_filters(filters)}), "GET /networks")
