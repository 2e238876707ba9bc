"""What the engine says of itself, and what it does not do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.demo.call import Reply
from dockmagic.demo.disk_usage import disk_usage
from dockmagic.demo.problems import Problem, not_done
from dockmagic.demo.routing import route
from dockmagic.demo.system import info, version

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockmagic.demo.call import Call

__all__ = ["ping", "plugins", "told", "used", "versions"]

_NO_SWARM = (
    'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm '
    "and try again."
)
_SWARM = ("/swarm", "/services", "/nodes", "/tasks", "/secrets", "/configs")
_NOT_DONE = {
    ("POST", "/auth"): "logging in to registries",
    ("GET", "/images/search"): "searching Docker Hub",
    ("GET", "/images/get"): "saving images",
    ("GET", "/images/{name}/get"): "saving images",
    ("POST", "/images/load"): "loading images",
    ("POST", "/images/{name}/push"): "pushing images",
    ("GET", "/distribution/{name}/json"): "asking registries for manifests",
    ("POST", "/session"): "BuildKit's sessions",
    ("POST", "/grpc"): "BuildKit's sessions",
    ("POST", "/swarm/init"): "swarms",
    ("POST", "/swarm/join"): "swarms",
    ("GET", "/containers/{name}/export"): "files of containers",
    ("GET", "/containers/{name}/archive"): "files of containers",
    ("HEAD", "/containers/{name}/archive"): "files of containers",
    ("PUT", "/containers/{name}/archive"): "files of containers",
    ("GET", "/containers/{name}/attach/ws"): "web sockets",
    ("GET", "/containers/{name}/checkpoints"): "checkpoints",
    ("POST", "/containers/{name}/checkpoints"): "checkpoints",
    ("POST", "/plugins/pull"): "plugins",
}


@route("GET", "/_ping")
def ping(call: Call) -> Reply:
    """That it is there, and in the headers what it can."""
    del call
    quiet = {"Cache-Control": "no-cache, no-store, must-revalidate", "Pragma": "no-cache"}
    return Reply(200, "OK", {"Builder-Version": "1", "Swarm": "inactive", **quiet})


@route("GET", "/info")
def told(call: Call) -> dict[str, Any]:
    """`docker info`."""
    return info(call.world)


@route("GET", "/version")
def versions(call: Call) -> dict[str, Any]:
    """`docker version`."""
    return version(call.world)


@route("GET", "/system/df")
def used(call: Call) -> dict[str, Any]:
    """`docker system df`."""
    return disk_usage(call.world, call.query.get("type", ()), version=call.version)


@route("GET", "/plugins")
def plugins(call: Call) -> list[Any]:
    """`docker plugin ls`: there are none."""
    del call
    return []


def _refuse(what: str) -> Callable[[Call], None]:
    def refused(call: Call) -> None:
        del call
        raise not_done(what)

    return refused


def _no_swarm(call: Call) -> None:
    del call
    raise Problem(503, _NO_SWARM)


for (_method, _path), _what in _NOT_DONE.items():
    route(_method, _path, archive=_method == "PUT" or _path.endswith("load"))(_refuse(_what))
for _path in _SWARM:
    route("GET", _path)(_no_swarm)
