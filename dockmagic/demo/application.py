"""The web application: every path goes to the one handler, with all routes known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.web import Application

from dockmagic.demo import (  # noqa: F401 - each adds its routes to the table
    routes_build,
    routes_containers,
    routes_execs,
    routes_images,
    routes_networks,
    routes_streams,
    routes_system,
)
from dockmagic.demo.handler import EngineHandler

if TYPE_CHECKING:
    from dockmagic.demo.faults import Faults
    from dockmagic.demo.world import World

__all__ = ["application"]


def application(world: World, faults: Faults) -> Application:
    """The application of one engine; it keeps no access log."""
    given = {"world": world, "faults": faults}
    return Application([(r".*", EngineHandler, given)], log_function=lambda _: None)
