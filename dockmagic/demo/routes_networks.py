"""/networks and /volumes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.demo import body_types
from dockmagic.demo.attachment import connect, disconnect
from dockmagic.demo.call import Reply
from dockmagic.demo.networks import (
    NETWORK_FILTERS,
    create_network,
    find_network,
    list_networks,
    network_json,
    remove_network,
)
from dockmagic.demo.prune import PRUNE_FILTERS, prune_networks, prune_volumes
from dockmagic.demo.routing import route
from dockmagic.demo.volumes import (
    VOLUME_FILTERS,
    create_volume,
    find_volume,
    list_volumes,
    remove_volume,
    volume_json,
)

if TYPE_CHECKING:
    from dockmagic.demo.call import Call

__all__ = [
    "connected",
    "disconnected",
    "network",
    "network_created",
    "network_removed",
    "networks",
    "networks_pruned",
    "volume",
    "volume_created",
    "volume_removed",
    "volumes",
    "volumes_pruned",
]

_ANONYMOUS_ONLY = (1, 42)


@route("GET", "/networks")
def networks(call: Call) -> list[dict[str, Any]]:
    """`docker network ls`."""
    return list_networks(call.world, call.filters(NETWORK_FILTERS))


@route("POST", "/networks/create")
def network_created(call: Call) -> Reply:
    """`docker network create`."""
    return Reply(201, {"Id": create_network(call.world, call.json(body_types.NETWORK)).id, "Warning": ""})


@route("POST", "/networks/prune")
def networks_pruned(call: Call) -> dict[str, Any]:
    """`docker network prune`."""
    return prune_networks(call.world, call.filters(PRUNE_FILTERS["networks"]))


@route("POST", "/networks/{name}/connect")
def connected(call: Call) -> Reply:
    """`docker network connect`."""
    body = call.json(body_types.CONNECTION)
    container = call.world.containers.find(str(body.get("Container") or ""))
    connect(call.world, container, call.name, body.get("EndpointConfig"))
    return Reply(200)


@route("POST", "/networks/{name}/disconnect")
def disconnected(call: Call) -> Reply:
    """`docker network disconnect`."""
    body = call.json(body_types.CONNECTION)
    container = call.world.containers.find(str(body.get("Container") or ""))
    disconnect(call.world, container, call.name, force=bool(body.get("Force")))
    return Reply(200)


@route("GET", "/networks/{name}")
def network(call: Call) -> dict[str, Any]:
    """`docker network inspect`."""
    return network_json(find_network(call.world, call.name))


@route("DELETE", "/networks/{name}")
def network_removed(call: Call) -> Reply:
    """`docker network rm`."""
    remove_network(call.world, call.name)
    return Reply(204)


@route("GET", "/volumes")
def volumes(call: Call) -> dict[str, Any]:
    """`docker volume ls`."""
    return {"Volumes": list_volumes(call.world, call.filters(VOLUME_FILTERS)), "Warnings": None}


@route("POST", "/volumes/create")
def volume_created(call: Call) -> Reply:
    """`docker volume create`."""
    return Reply(201, volume_json(call.world, create_volume(call.world, call.json(body_types.VOLUME))))


@route("POST", "/volumes/prune")
def volumes_pruned(call: Call) -> dict[str, Any]:
    """`docker volume prune`: since API 1.42 the anonymous ones only."""
    filters = call.filters(PRUNE_FILTERS["volumes"])
    return prune_volumes(call.world, filters, anonymous_only=call.version >= _ANONYMOUS_ONLY)


@route("GET", "/volumes/{name}")
def volume(call: Call) -> dict[str, Any]:
    """`docker volume inspect`."""
    return volume_json(call.world, find_volume(call.world, call.name))


@route("DELETE", "/volumes/{name}")
def volume_removed(call: Call) -> Reply:
    """`docker volume rm`."""
    remove_volume(call.world, call.name, force=call.flag("force"))
    return Reply(204)
