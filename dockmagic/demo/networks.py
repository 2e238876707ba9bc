"""Networks, and which container has which address in them."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dockmagic.demo.clock import rfc3339
from dockmagic.demo.problems import Problem, bad_request, conflict, forbidden

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockmagic.demo.filters import Filters
    from dockmagic.demo.world import World

__all__ = [
    "NETWORK_FILTERS",
    "PREDEFINED",
    "Network",
    "create_network",
    "drop_network",
    "find_network",
    "list_networks",
    "network_json",
    "predefined_networks",
    "record",
    "remove_network",
]

PREDEFINED = ("bridge", "host", "none")
NETWORK_FILTERS = ("dangling", "driver", "id", "label", "name", "scope", "type")
_DRIVERS = {"bridge", "host", "null", "macvlan", "ipvlan"}
_DEFAULT_BRIDGE = {
    "com.docker.network.bridge.default_bridge": "true",
    "com.docker.network.bridge.enable_icc": "true",
    "com.docker.network.bridge.enable_ip_masquerade": "true",
    "com.docker.network.bridge.host_binding_ipv4": "0.0.0.0",  # noqa: S104 - what the engine says, nothing listens
    "com.docker.network.bridge.name": "docker0",
    "com.docker.network.driver.mtu": "1500",
}


@dataclass(slots=True)
class Network:
    """One network. `endpoints` has the running containers in it, by id."""

    id: str
    name: str
    driver: str
    created: int
    subnet: str = ""
    gateway: str = ""
    internal: bool = False
    attachable: bool = False
    ipv6: bool = False
    options: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    endpoints: dict[str, dict[str, str]] = field(default_factory=dict)

    def free_address(self) -> str:
        """The first address that no container has; "" where the network gives none."""
        if not self.subnet:
            return ""
        taken = {endpoint["IPv4Address"].partition("/")[0] for endpoint in self.endpoints.values()}
        taken.add(self.gateway or str(next(ipaddress.ip_network(self.subnet).hosts())))
        return next((str(each) for each in ipaddress.ip_network(self.subnet).hosts() if str(each) not in taken), "")


def predefined_networks(world: World) -> None:
    """Make the three networks that every engine has."""
    for name, driver in (("bridge", "bridge"), ("host", "host"), ("none", "null")):
        network = Network(world.identities.digest(), name, driver, world.timeline.now)
        if name == "bridge":
            network.subnet, network.gateway, network.options = "172.17.0.0/16", "172.17.0.1", dict(_DEFAULT_BRIDGE)
        world.networks[network.id] = network


def find_network(world: World, name: str) -> Network:
    """A network by name, id, or the beginning of its id. Raises Problem where there is none."""
    networks = world.networks.values()
    found = next((each for each in networks if name in (each.name, each.id)), None)
    if found is None:
        matching = [each for each in networks if name and each.id.startswith(name)]
        if len(matching) > 1:
            raise bad_request(f"network {name} is ambiguous ({len(matching)} matches found based on ID prefix)")
        found = matching[0] if matching else None
    if found is None:
        raise Problem(404, f"network {name} not found")
    return found


def create_network(world: World, body: Mapping[str, Any]) -> Network:
    """Make a network. Raises Problem for a name in use, a driver that is not there, and a bad subnet."""
    name, driver = str(body.get("Name") or ""), str(body.get("Driver") or "bridge")
    if not name.strip():
        raise bad_request(f"invalid name: {name}")
    if name in PREDEFINED:
        raise forbidden(f"operation is not permitted on predefined {name} network ")
    if any(each.name == name for each in world.networks.values()):
        raise conflict(f"network with name {name} already exists")
    if driver not in _DRIVERS:
        raise Problem(404, f'plugin "{driver}" not found')
    subnet, gateway = _addresses(world, (body.get("IPAM") or {}).get("Config") or [])
    network = Network(
        id=world.identities.digest(),
        name=name,
        driver=driver,
        created=world.timeline.now,
        subnet=subnet,
        gateway=gateway,
        internal=bool(body.get("Internal")),
        attachable=bool(body.get("Attachable")),
        ipv6=bool(body.get("EnableIPv6")),
        options=dict(body.get("Options") or {}),
        labels=dict(body.get("Labels") or {}),
    )
    world.networks[network.id] = network
    record(world, "create", network)
    return network


def _addresses(world: World, given: list[Mapping[str, Any]]) -> tuple[str, str]:
    """The subnet and gateway: those asked for, or the next free ones."""
    taken = [ipaddress.ip_network(each.subnet) for each in world.networks.values() if each.subnet]
    asked = str(given[0].get("Subnet") or "") if given else ""
    if asked:
        try:
            subnet = ipaddress.ip_network(asked)
        except ValueError as error:
            raise bad_request(
                f"invalid network config:\ninvalid subnet {asked}: invalid CIDR block notation"
            ) from error
        if any(each.version == subnet.version and subnet.overlaps(each) for each in taken):
            raise forbidden("Pool overlaps with other one on this address space")
        return asked, str(given[0].get("Gateway") or "")
    for candidate in (*(f"172.{n}.0.0/16" for n in range(18, 32)), *(f"192.168.{n}.0/20" for n in range(0, 256, 16))):
        free = ipaddress.ip_network(candidate)
        if not any(each.version == free.version and free.overlaps(each) for each in taken):
            return candidate, str(next(free.hosts()))
    raise Problem(400, "all predefined address pools have been fully subnetted")


def remove_network(world: World, name: str) -> None:
    """Remove a network. Raises Problem where there is none, for docker's own, and while containers run in it."""
    network = find_network(world, name)
    if network.name in PREDEFINED:
        raise forbidden(f"{network.name} is a pre-defined network and cannot be removed")
    if network.endpoints:
        raise forbidden(f"error while removing network: network {network.name} id {network.id} has active endpoints")
    drop_network(world, network)


def drop_network(world: World, network: Network) -> None:
    """Remove a network that nothing runs in."""
    del world.networks[network.id]
    record(world, "destroy", network)


def record(world: World, action: str, network: Network, container: str = "") -> None:
    """Record what happened to a network."""
    attributes = {"name": network.name, "type": network.driver} | ({"container": container} if container else {})
    world.events.record("network", action, network.id, attributes)


def list_networks(world: World, filters: Filters) -> list[dict[str, Any]]:
    """The rows of `docker network ls`; without who is in them."""
    dangling = filters.flag("dangling")
    kinds = set(filters.get("type", ()))
    if kinds - {"custom", "builtin"}:
        raise bad_request(f"invalid filter: 'type'='{min(kinds - {'custom', 'builtin'})}'")
    return [
        network_json(network) | {"Containers": {}}
        for network in sorted(world.networks.values(), key=lambda each: each.name)
        if filters.pattern("name", network.name)
        and filters.prefix("id", network.id)
        and filters.exact("driver", network.driver)
        and filters.exact("scope", "local")
        and filters.labels("label", network.labels)
        and filters.exact("type", "builtin" if network.name in PREDEFINED else "custom")
        and (dangling is None or dangling == (not network.endpoints and network.name not in PREDEFINED))
    ]


def network_json(network: Network) -> dict[str, Any]:
    """A network as the API shows it."""
    config = [{"Subnet": network.subnet} | ({"Gateway": network.gateway} if network.gateway else {})]
    return {
        "Name": network.name,
        "Id": network.id,
        "Created": rfc3339(network.created),
        "Scope": "local",
        "Driver": network.driver,
        "EnableIPv6": network.ipv6,
        "IPAM": {"Driver": "default", "Options": None, "Config": config if network.subnet else None},
        "Internal": network.internal,
        "Attachable": network.attachable,
        "Ingress": False,
        "ConfigFrom": {"Network": ""},
        "ConfigOnly": False,
        "Containers": network.endpoints,
        "Options": network.options,
        "Labels": network.labels,
    }
