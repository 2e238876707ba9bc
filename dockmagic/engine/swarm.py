"""The endpoints of a swarm. One function per endpoint, JSON as Python data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.engine.replies import objects

if TYPE_CHECKING:
    from dockmagic.engine.client import Engine

__all__ = ["service_list"]


def service_list(engine: Engine) -> list[dict[str, Any]]:
    """GET /services. Raises EngineFault where the engine is no manager of a swarm."""
    return objects(engine.get("/services"), "GET /services")
