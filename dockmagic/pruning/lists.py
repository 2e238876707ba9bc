"""What has to be asked beyond one list: which networks are in use, and when images were made that do not tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockmagic.engine.images import image_inspect, image_list
from dockmagic.engine.networks import network_inspect
from dockmagic.engine.swarm import service_list
from dockmagic.errors import APIError
from dockmagic.frames.prunable.networks import GATEWAY, networks_of_containers, networks_of_services

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dockmagic.engine.client import Engine
    from dockmagic.engine.prune_filters import PruneFilters
    from dockmagic.frames.schema import Row

__all__ = ["listed_images", "used_networks"]


def listed_images(engine: Engine, filters: PruneFilters) -> list[Row]:
    """All images; one of which nobody knows when it was made has None for it, if that matters to `filters`.

    Newer engines list such a one like one that says it is of 1970, and let it stay: then its inspect tells.
    API: GET /images/json, GET /images/{name}/json.
    """
    images: list[Row] = [*image_list(engine, all=True)]
    if filters.before is None:
        return images
    return [{**each, "Created": _epoch(engine, each)} if each.get("Created") == 0 else each for each in images]


def _epoch(engine: Engine, image: Row) -> int | None:
    told = str(image_inspect(engine, str(image.get("Id"))).get("Created"))
    return 0 if told.startswith("1970-01-01T00:00:00") else None


def used_networks(engine: Engine, networks: Sequence[Row], containers: Iterable[Row]) -> set[str]:
    """Ids of the networks in which containers run or services of a swarm are.

    Outside a swarm nothing is asked for that. API: GET /services, GET /networks/{id} of docker_gwbridge.
    """
    used = networks_of_containers(containers)
    if any(network.get("Scope") == "swarm" and not network.get("Ingress") for network in networks):
        used |= networks_of_services(_services(engine))
    for network in networks:
        identity = network.get("Id")
        if (
            network.get("Name") == GATEWAY
            and isinstance(identity, str)
            and network_inspect(engine, identity).get("Containers")
        ):
            used.add(identity)
    return used


def _services(engine: Engine) -> list[Row]:
    """The services of the swarm, or none: only a manager knows them, and only a manager prunes their networks."""
    try:
        return [*service_list(engine)]
    except APIError:
        return []
