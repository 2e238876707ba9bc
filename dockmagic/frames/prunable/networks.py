"""Which networks a prune removes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.frames.order import by_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from dockmagic.engine.prune_filters import PruneFilters
    from dockmagic.frames.schema import Row

__all__ = ["GATEWAY", "networks_of_containers", "networks_of_services", "prunable_networks"]

GATEWAY = "docker_gwbridge"
"""The network that a swarm makes for itself: its endpoints may be of no container, and only its inspect tells."""

_PREDEFINED = frozenset({"bridge", "host", "none", "default", "nat"})


def prunable_networks(networks: Iterable[Row], used: Collection[str], filters: PruneFilters) -> list[dict[str, Any]]:
    """Those that docker did not make for itself, whose ids are not in `used`, and that `filters` take, by name.

    Source: `localNetworksPrune` and `clusterNetworksPrune` of moby/moby.
    """
    return [
        {
            "kind": "network",
            "key": str(network.get("Name")),
            "id": network.get("Id"),
            "name": network.get("Name"),
            "created": network.get("Created"),
        }
        for network in by_name(networks)
        if str(network.get("Name")) not in _PREDEFINED
        and not network.get("Ingress")
        and not network.get("ConfigOnly")
        and str(network.get("Id")) not in used
        and filters.take(network.get("Labels"), network.get("Created"))
    ]


def networks_of_containers(containers: Iterable[Row]) -> set[str]:
    """Ids of the networks on which containers have an endpoint: only those that run have one."""
    found = set()
    for container in containers:
        settings = container.get("NetworkSettings")
        networks = settings.get("Networks") if isinstance(settings, dict) else None
        for network in networks.values() if isinstance(networks, dict) else []:
            if isinstance(network, dict) and network.get("EndpointID") and isinstance(network.get("NetworkID"), str):
                found.add(network["NetworkID"])
    return found


def networks_of_services(services: Iterable[Row]) -> set[str]:
    """Ids of the networks that a swarm's services are on, whether a task of theirs runs or not."""
    return {each for service in services for each in _targets(service) if isinstance(each, str)}


def _targets(service: Row) -> Iterator[Any]:
    spec, endpoint = _member(service, "Spec"), _member(service, "Endpoint")
    for holder in (spec, _member(spec, "TaskTemplate")):
        yield from (each.get("Target") for each in _objects(holder.get("Networks")))
    yield from (each.get("NetworkID") for each in _objects(endpoint.get("VirtualIPs")))


def _member(holder: Row, name: str) -> Row:
    found = holder.get(name)
    return found if isinstance(found, dict) else {}


def _objects(found: Any) -> list[dict[str, Any]]:
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
