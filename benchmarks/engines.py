"""The Engine that is measured: at a socket, with nothing taken from the environment of the person who measures."""

from __future__ import annotations

from dockmagic import Engine
from dockmagic.engine.endpoint import Endpoint

__all__ = ["endpoint_at", "engine_at"]


def endpoint_at(path: str) -> Endpoint:
    """The endpoint of a unix socket."""
    return Endpoint(host=f"unix://{path}", scheme="unix", path=path, source="a benchmark says so")


def engine_at(path: str) -> Engine:
    """An Engine that has negotiated its API version, so that its connection is warm."""
    engine = Engine(endpoint_at(path))
    engine.ping()
    return engine
