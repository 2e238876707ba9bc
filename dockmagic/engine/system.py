"""The endpoints about the engine itself. One function per endpoint, JSON as Python data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.engine.replies import one_object

if TYPE_CHECKING:
    from dockmagic.engine.client import Engine

__all__ = ["system_info", "system_version"]


def system_info(engine: Engine) -> dict[str, Any]:
    """GET /info."""
    return one_object(engine.get("/info"), "GET /info")


def system_version(engine: Engine) -> dict[str, Any]:
    """GET /version."""
    return one_object(engine.get("/version"), "GET /version")
