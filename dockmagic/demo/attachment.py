"""A container's networks and ports: given when it starts, taken when it ends."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from dockmagic.demo.networks import find_network, record
from dockmagic.demo.problems import Problem, bad_request, forbidden

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockmagic.demo.containers import Container
    from dockmagic.demo.networks import Network
    from dockmagic.demo.world import World

__all__ = ["attach", "connect", "detach", "disconnect", "network_settings"]

_FIRST_PORT, _LAST_PORT = 32768, 60999


def attach(world: World, container: Container) -> None:
    """Give a container that starts its addresses and ports. Raises Problem for a network that is not there."""
    networks = [find_network(world, name) for name in container.networks]
    published = _published(world, container)
    for network in networks:
        _enter(world, container, network)
    container.ports = published


def detach(world: World, container: Container) -> None:
    """Take them back."""
    for network in list(world.networks.values()):
        if network.endpoints.pop(container.id, None) is not None:
            record(world, "disconnect", network, container.id)
    container.ports = {}


def connect(world: World, container: Container, name: str, config: Mapping[str, Any] | None) -> None:
    """Connect a container to one more network. Raises Problem where it is in it already, or where nobody may."""
    if container.status in {"created", "exited"} and not _known(world, name):
        container.networks[name] = {"Aliases": None}  # the engine finds out at the next start
        return
    network = find_network(world, name)
    if network.driver == "host" or container.host_config["NetworkMode"] == "host":
        raise bad_request("container cannot be disconnected from host network or connected to host network")
    if container.id in network.endpoints:
        raise forbidden(f"endpoint with name {container.name} already exists in network {network.name}")
    container.networks[network.name] = {"Aliases": (config or {}).get("Aliases")}
    if container.running:
        asked = ((config or {}).get("IPAMConfig") or {}).get("IPv4Address") or ""
        _enter(world, container, network, address=asked)


def disconnect(world: World, container: Container, name: str, *, force: bool) -> None:
    """Take a container out of a network. Raises Problem where it is not in it."""
    network = find_network(world, name)
    if network.driver == "host":
        raise bad_request("container cannot be disconnected from host network or connected to host network")
    if network.name not in container.networks and not force:
        raise Problem(500, f"container {container.id} is not connected to the network {network.name}")
    container.networks.pop(network.name, None)
    if network.endpoints.pop(container.id, None) is not None:
        record(world, "disconnect", network, container.id)


def network_settings(world: World, container: Container) -> dict[str, Any]:
    """Its networks, by name, as list and inspect show them."""
    by_name = {network.name: network for network in world.networks.values()}
    shown = {}
    for name, asked in container.networks.items():
        network = by_name.get(name)
        endpoint = network.endpoints.get(container.id, {}) if network else {}
        address, _, length = endpoint.get("IPv4Address", "").partition("/")
        shown[name] = {
            "IPAMConfig": None,
            "Links": None,
            "Aliases": asked.get("Aliases"),
            "MacAddress": endpoint.get("MacAddress", ""),
            "NetworkID": network.id if network and (endpoint or container.started) else "",
            "EndpointID": endpoint.get("EndpointID", ""),
            "Gateway": network.gateway if network and endpoint else "",
            "IPAddress": address,
            "IPPrefixLen": int(length or 0),
            "IPv6Gateway": "",
            "GlobalIPv6Address": "",
            "GlobalIPv6PrefixLen": 0,
            "DriverOpts": None,
            "DNSNames": None if name in {"bridge", "host", "none"} else [container.name, container.short],
        }
    return shown


def _known(world: World, name: str) -> bool:
    return any(name in (each.name, each.id) or each.id.startswith(name) for each in world.networks.values())


def _enter(world: World, container: Container, network: Network, *, address: str = "") -> None:
    given = address or network.free_address()
    if network.subnet and not given:
        raise Problem(500, f"no available IPv4 addresses on this network's address pools: {network.name}")
    length = network.subnet.rpartition("/")[2]
    network.endpoints[container.id] = {
        "Name": container.name,
        "EndpointID": world.identities.digest(),
        "MacAddress": _mac(given),
        "IPv4Address": f"{given}/{length}" if given else "",
        "IPv6Address": "",
    }
    record(world, "connect", network, container.id)


def _mac(address: str) -> str:
    if not address or ":" in address:
        return ""
    return "02:42:" + ":".join(f"{byte:02x}" for byte in ipaddress.IPv4Address(address).packed)


def _published(world: World, container: Container) -> dict[str, list[dict[str, str]]]:
    """The ports of the host that it gets. Raises Problem where another container has one."""
    if container.host_config["NetworkMode"] in {"host", "none"}:
        return {}
    wanted = {port: list(each or []) for port, each in (container.host_config.get("PortBindings") or {}).items()}
    if container.host_config.get("PublishAllPorts"):
        wanted |= {port: [{}] for port in container.config.get("ExposedPorts") or {} if port not in wanted}
    if not wanted:
        return {}
    taken = {bound["HostPort"] for each in world.containers for ports in each.ports.values() for bound in ports}
    free = (str(port) for port in range(_FIRST_PORT, _LAST_PORT) if str(port) not in taken)
    published: dict[str, list[dict[str, str]]] = {}
    for port, bindings in wanted.items():
        for binding in bindings:
            chosen = str(binding.get("HostPort") or "").partition("-")[0] or next(free)
            if chosen in taken:
                raise Problem(
                    500,
                    f"driver failed programming external connectivity on endpoint {container.name} ({container.id}): "
                    f"Bind for 0.0.0.0:{chosen} failed: port is already allocated",
                )
            published.setdefault(port, []).extend(_bound(str(binding.get("HostIp") or ""), chosen))
    return published


def _bound(address: str, port: str) -> Iterator[dict[str, str]]:
    for each in [address] if address else ["0.0.0.0", "::"]:  # noqa: S104 - what the engine says, nothing listens
        yield {"HostIp": each, "HostPort": port}
