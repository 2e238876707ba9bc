"""What docker's flags make of a network's addresses, and of a container's place in a network. Pure.

Source: `createIPAMConfig` and `runConnect` of docker/cli.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_interface, ip_network
from typing import TYPE_CHECKING, Any

from dockmagic.engine.container_spec.values import named, pairs, texts
from dockmagic.errors import UsageError
from dockmagic.text import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from ipaddress import IPv4Network, IPv6Network

__all__ = ["endpoint_settings", "ipam_config"]


def ipam_config(*, subnets: Any, ranges: Any, gateways: Any, aux_addresses: Any) -> list[dict[str, Any]]:
    """A config for each subnet, with the range, the gateway and the other addresses that are in it.

    Raises UsageError for what is no address, what is in no subnet, and subnets that overlap.
    """
    known = _subnets(_listed(subnets, "--subnet"))
    configs: dict[str, dict[str, Any]] = {subnet: {"Subnet": subnet} for subnet in known}
    for flag, key, given in (("--ip-range", "IPRange", ranges), ("--gateway", "Gateway", gateways)):
        read = ip_interface if key == "IPRange" else ip_address
        for each in _listed(given, flag):
            config = configs[_home(each, flag, known, read)]
            if key in config:
                raise UsageError(f"{flag}: {shown(each)} and {shown(config[key])} are both in {config['Subnet']}")
            config[key] = each
    with named("--aux-address"):
        named_addresses = [text.partition("=")[::2] for text in pairs(aux_addresses)]
    for name, address in named_addresses:
        if address:
            home = configs[_home(address, "--aux-address", known, ip_address)]
            home.setdefault("AuxiliaryAddresses", {})[name] = address
    return list(configs.values())


def _subnets(listed: Iterable[str]) -> dict[str, IPv4Network | IPv6Network]:
    known: dict[str, IPv4Network | IPv6Network] = {}
    for text in listed:
        try:
            subnet = ip_network(text, strict=False) if "/" in text else None
        except ValueError:
            subnet = None
        if subnet is None:
            raise UsageError(f"--subnet: a subnet is written as 10.5.0.0/24, not {shown(text)!r}")
        for other, theirs in known.items():
            if theirs.version == subnet.version and theirs.overlaps(subnet):
                raise UsageError(f"--subnet: {shown(text)} and {shown(other)} overlap")
        known[text] = subnet
    return known


def _home(text: str, flag: str, known: dict[str, IPv4Network | IPv6Network], read: Callable[[str], Any]) -> str:
    """The subnet that an address or a range is in."""
    try:
        found = read(text)
    except ValueError as error:
        raise UsageError(f"{flag}: {shown(text)!r} is no {'range' if read is ip_interface else 'address'}") from error
    address = getattr(found, "ip", found)
    home = next((subnet for subnet, addresses in known.items() if address in addresses), None)
    if home is None:
        raise UsageError(f"{flag}: {shown(text)} is in no --subnet", hint="Say the subnet too: --subnet ADDRESS/BITS")
    return home


def endpoint_settings(
    *, aliases: Any, ip: str | None, ip6: str | None, links: Any, link_local: Any, driver_options: Any
) -> dict[str, Any]:
    """The settings of a container in a network. Raises UsageError for what is no address, link or option."""
    options: dict[str, str] = {}
    with named("--driver-opt"):
        for text in _split(pairs(driver_options)):
            name, equals, value = (part.strip() for part in text.partition("="))
            if not equals or not name:
                raise UsageError(f"an option is written NAME=VALUE, not {shown(text)!r}")
            options[name] = value
    addresses = {
        "IPv4Address": _address(ip, "--ip", IPv4Address),
        "IPv6Address": _address(ip6, "--ip6", IPv6Address),
        "LinkLocalIPs": [
            _address(each, "--link-local-ip", ip_address) for each in _listed(link_local, "--link-local-ip")
        ],
    }
    return {
        "IPAMConfig": {key: value for key, value in addresses.items() if value},
        "Links": [_link(text) for text in _texts(links, "--link")] or None,
        "Aliases": _listed(aliases, "--alias") or None,
        "DriverOpts": options,
    }


def _address(text: str | None, flag: str, kind: Callable[[str], object]) -> str:
    if text is None:
        return ""
    try:
        return str(kind(text))
    except ValueError as error:
        raise UsageError(f"{flag}: {shown(str(text))!r} is no such address") from error


def _link(text: str) -> str:
    if not text or text.count(":") > 1:
        raise UsageError(f"--link: a link is written CONTAINER[:NAME], not {shown(text)!r}")
    return text


def _listed(given: Any, flag: str) -> list[str]:
    """Texts, each of which may be several with commas between. Source: pflag's `StringSlice`."""
    return _split(_texts(given, flag))


def _texts(given: Any, flag: str) -> list[str]:
    with named(flag):
        return texts(given)


def _split(given: Iterable[str]) -> list[str]:
    return [part.strip() for text in given for part in text.split(",")]
