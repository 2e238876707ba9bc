"""Why a container does not start, and what a person can do about it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dockmagic.engine.containers import container_list
from dockmagic.engine.identities import container_names
from dockmagic.errors import BadRequest, DockMagicError, NotFound
from dockmagic.text import shown

if TYPE_CHECKING:
    from dockmagic.engine.client import Engine

__all__ = ["start_hint"]

# In the words of several versions: Bind for 0.0.0.0:80 failed: port is already allocated; or of the kernel, as in
# listen tcp4 0.0.0.0:80: bind: address already in use.
_PORT = re.compile(r":(?P<port>\d{1,5})\b[^:]*: (?:bind: )?(?:port is already allocated|address already in use)")
_NETWORK = re.compile(r"network (?P<name>\S+) not found")


def start_hint(engine: Engine, name: str, error: DockMagicError) -> str:
    """What to do next about `error`, which the engine gave for starting `name`; "" if nobody knows. Asks for lists."""
    said = error.message
    if "paused" in said:
        return f"%dunpause {shown(name)} lets it go on."
    if port := _PORT.search(said):
        return _who_has(engine, int(port["port"]))
    if isinstance(error, NotFound) and (network := _NETWORK.search(said)):
        return f"Make it, then start again: %dnetwork create {shown(network['name'])}"
    if isinstance(error, BadRequest):
        return f"It was made so, and has to be made anew: %dinspect {shown(name)} tells how."
    return ""


def _who_has(engine: Engine, port: int) -> str:
    """The container that publishes `port`."""
    try:
        running = container_list(engine)
    except DockMagicError:
        running = []
    users = [name for each in running if _publishes(each.get("Ports"), port) for name in container_names(each)[:1]]
    if users:
        return f"Port {port} is that of {shown(users[0])}: %dstop {shown(users[0])}, or make it with another port."
    return f"Port {port} is in use by what is no container of this engine: make it with another port."


def _publishes(ports: Any, number: int) -> bool:
    return isinstance(ports, list) and any(
        isinstance(port, dict) and port.get("PublicPort") == number for port in ports
    )
