"""Inspecting: one endpoint for each kind of object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.engine.replies import one_object
from dockmagic.engine.url import segment

if TYPE_CHECKING:
    from dockmagic.engine.client import Engine

__all__ = ["object_inspect"]

_ENDPOINTS = {
    "container": "/containers/{}/json",
    "image": "/images/{}/json",
    "network": "/networks/{}",
    "volume": "/volumes/{}",
}


def object_inspect(engine: Engine, kind: str, name: str, *, size: bool = False) -> dict[str, Any]:
    """GET /containers/{id}/json, /images/{name}/json, /networks/{id} or /volumes/{name}. Raises NotFound."""
    path = _ENDPOINTS[kind].format(segment(name, f"a {kind}"))
    slow = {"params": {"size": True}, "timeout": None} if size and kind == "container" else {}
    return one_object(engine.get(path, **slow), f"GET {_ENDPOINTS[kind]}")
