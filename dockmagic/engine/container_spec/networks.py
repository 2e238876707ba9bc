"""--network and what belongs to it: which networks, and the container's address, names and links there.

Source: `parseNetworkOpts` and `opts/network.go` of docker/cli.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, Any

from dockmagic.engine.container_spec.csv_fields import fields
from dockmagic.engine.container_spec.values import named, several, text, texts
from dockmagic.errors import UsageError
from dockmagic.text import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockmagic.engine.container_spec.values import Here

__all__ = ["networks"]

_LONG = re.compile(r"\w+=\w+", re.ASCII)
_MAC = re.compile(r"[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2}){4}(?:(?:\1[0-9a-f]{2}){2})?", re.IGNORECASE)
_OWN_MAC = (1, 44)  # the API with an address per network instead of one per container
_FLAGS = {
    "network_alias": ("aliases", "--network-alias"),
    "link": ("links", "--link"),
    "ip": ("ip", "--ip"),
    "ip6": ("ip6", "--ip6"),
    "link_local_ip": ("link_local", "--link-local-ip"),
    "mac_address": ("mac", "--mac-address"),
}
"""The options of the first network: the member of `_Network`, and the flag."""


@dataclass(slots=True)
class _Network:
    """One network to be in."""

    name: str
    aliases: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    link_local: list[str] = field(default_factory=list)
    driver_options: dict[str, str] = field(default_factory=dict)
    ip: str = ""
    ip6: str = ""
    mac: str = ""

    @property
    def is_own(self) -> bool:
        """Whether a person made it, and it is none of docker's own."""
        return self.name not in {"default", "bridge", "host", "none"} and not self.name.startswith("container:")

    def endpoint(self) -> dict[str, Any]:
        """What is said of the container there; nothing if nothing is."""
        ipam = {"IPv4Address": self.ip, "IPv6Address": self.ip6, "LinkLocalIPs": self.link_local}
        said = {
            "Aliases": self.aliases,
            "Links": self.links,
            "DriverOpts": self.driver_options,
            "IPAMConfig": {key: value for key, value in ipam.items() if value},
            "MacAddress": self.mac,
        }
        return {key: value for key, value in said.items() if value}


def networks(options: Mapping[str, Any], here: Here) -> dict[str, Any]:
    """The mode of the container's network, and of each network what is said of the container there."""
    with named("--network"):
        listed = [_network(each) for each in several(options.get("network", ()))]
    wanted = listed or [_Network("default")]
    first = wanted[0]
    _add_flags(first, options)
    for each in wanted:
        _check(each)
    names = [each.name for each in wanted]
    if len(set(names)) < len(names):
        raise UsageError("--network: the same network is named twice")
    if len({each.is_own for each in wanted}) > 1:
        raise UsageError("--network: one of docker's own (bridge, host, none) does not go with another network")
    body: dict[str, Any] = {"HostConfig": {"NetworkMode": first.name}}
    if any(each.mac for each in wanted) and here.older_than(_OWN_MAC):
        if any(each.mac for each in wanted[1:]):
            raise UsageError("--network: an engine of API 1.44 (Docker 25) is wanted for a mac-address per network")
        body["MacAddress"], first.mac = first.mac, ""
    endpoints = {each.name: each.endpoint() for each in wanted}
    if len(listed) == 1 and not endpoints[first.name]:
        endpoints = {}
    return body | {"NetworkingConfig": {"EndpointsConfig": endpoints}}


def _network(value: Any) -> _Network:
    """A name, or name=NAME,alias=ALIAS,ip=ADDRESS,..."""
    if isinstance(value, str) and not _LONG.search(value):
        if not value.strip():
            raise UsageError("the name of the network is empty")
        return _Network(value)
    network = _Network("")
    for part in fields(value):
        key, equals, said = (each.strip() for each in part.lower().partition("="))
        if not equals:
            raise UsageError(f"{shown(part)!r} is not KEY=VALUE")
        _put(network, key, said)
    if not network.name:
        raise UsageError("name=NAME is missing")
    return network


def _put(network: _Network, key: str, value: str) -> None:
    if key in {"name", "ip", "ip6"}:
        setattr(network, key, value)
    elif key == "alias":
        network.aliases.append(value)
    elif key == "link-local-ip":
        network.link_local.append(value)
    elif key == "mac-address":
        network.mac = value
    elif key == "driver-opt":
        name, equals, said = (each.strip() for each in value.partition("="))
        if not name or not equals:
            raise UsageError(f"driver-opt={shown(value)!r} is not NAME=VALUE")
        network.driver_options[name] = said
    else:
        raise UsageError(f"there is no {shown(key)!r}: name, alias, ip, ip6, mac-address, link-local-ip, driver-opt")


def _add_flags(network: _Network, options: Mapping[str, Any]) -> None:
    """What stands in options of its own is said of the first network."""
    for option, (member, flag) in _FLAGS.items():
        with named(flag):
            several = isinstance(getattr(network, member), list)
            said: Any = texts(options[option]) if several and option in options else text(options.get(option, ""))
            if not said or (option == "link" and not network.is_own):  # docker0 has links of another kind
                continue
            if getattr(network, member):
                raise UsageError("is said in --network too")
            setattr(network, member, said)


def _check(network: _Network) -> None:
    """Raise UsageError for what cannot be."""
    own = "a network of your own is wanted: %dnetwork create NAME, --network NAME"
    for member, flag, kind in (("ip", "--ip", IPv4Address), ("ip6", "--ip6", IPv6Address)):
        with named(flag):
            if address := getattr(network, member):
                _check_address(address, kind)
                if not network.is_own:
                    raise UsageError(own)
    if network.aliases and not network.is_own:
        raise UsageError(f"--network-alias: {own}")
    if network.mac and not _MAC.fullmatch(network.mac.strip()):
        raise UsageError(f"--mac-address wants six numbers such as 92:d0:c6:0a:29:33, not {shown(network.mac)!r}")


def _check_address(address: str, kind: type[IPv4Address | IPv6Address]) -> None:
    try:
        kind(address)
    except ValueError as error:
        raise UsageError(f"{shown(address)!r} is no address of that kind") from error
