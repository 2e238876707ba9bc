"""The endpoints of networks. One function per endpoint, JSON as Python data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.engine.filters import encode_filters, told_filters
from dockmagic.engine.replies import objects, one_object
from dockmagic.engine.url import segment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockmagic.engine.client import Engine
    from dockmagic.engine.filters import Filters

__all__ = [
    "network_connect",
    "network_create",
    "network_disconnect",
    "network_inspect",
    "network_list",
    "network_remove",
    "networks_prune",
]

_KIND = "a network"


def network_list(engine: Engine, *, filters: Filters = ()) -> list[dict[str, Any]]:
    """GET /networks."""
    encoded = encode_filters(filters)
    with told_filters("/networks", encoded):
        return objects(engine.get("/networks", params={"filters": encoded}), "GET /networks")


def network_inspect(engine: Engine, name: str) -> dict[str, Any]:
    """GET /networks/{id}: with the "Containers" that run in it.

    Raises NotFound; BadRequest for a name that two have.
    """
    return one_object(engine.get(f"/networks/{segment(name, _KIND)}"), "GET /networks/{id}")


def network_create(engine: Engine, body: Mapping[str, Any]) -> dict[str, Any]:
    """POST /networks/create: {"Id": ..., "Warning": ""}. Raises Conflict (name), NotFound (driver), BadRequest.

    A subnet in use is an APIError of status 403.
    """
    return one_object(engine.post("/networks/create", json=body), "POST /networks/create")


def network_remove(engine: Engine, name: str) -> None:
    """DELETE /networks/{id}.

    Raises NotFound; an APIError of status 403 if containers are in it or it is docker's own.
    """
    engine.delete(f"/networks/{segment(name, _KIND)}")


def network_connect(engine: Engine, name: str, body: Mapping[str, Any]) -> None:
    """POST /networks/{id}/connect. Raises NotFound; an APIError of status 403 if the container is in it already."""
    engine.post(f"/networks/{segment(name, _KIND)}/connect", json=body)


def network_disconnect(engine: Engine, name: str, *, container: str, force: bool = False) -> None:
    """POST /networks/{id}/disconnect. Raises NotFound; EngineFault if the container is not in it."""
    body = {"Container": container, "Force": force}
    engine.post(f"/networks/{segment(name, _KIND)}/disconnect", json=body)


def networks_prune(engine: Engine, *, filters: Filters = ()) -> dict[str, Any]:
    """POST /networks/prune: {"NetworksDeleted": [names] or null}. Raises Conflict while another one is under way."""
    reply = engine.post("/networks/prune", params={"filters": encode_filters(filters)})
    return one_object(reply, "POST /networks/prune")
