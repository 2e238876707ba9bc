"""--add-host, --dns, --dns-search and --link: whom a container can find, and how."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address
from typing import Any

from dockmagic.engine.container_spec.values import list_of, text, texts
from dockmagic.errors import UsageError
from dockmagic.text import shown

__all__ = ["hosts", "links", "search_domains", "servers"]

_LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_DOMAIN = re.compile(rf"(?P<domain>{_LABEL}(?:\.{_LABEL})*)\.?", re.ASCII)
_LONGEST = 254
_LINK_PARTS = 2


def hosts(value: Any) -> list[str]:
    """NAME:ADDRESS or NAME=ADDRESS, host-gateway for the engine's host, or a dict. Source: `ValidateExtraHost`."""
    given = [f"{text(key)}={text(said)}" for key, said in value.items()] if isinstance(value, Mapping) else texts(value)
    found = []
    for written in given:
        name, separator, address = written.partition("=" if "=" in written else ":")
        if len(address) > len("[]") and address[0] == "[" and address[-1] == "]":
            address = address[1:-1]
        if not separator or not name or ":" in name:
            raise UsageError(f"is written NAME:ADDRESS, not {shown(written)!r}")
        if address != "host-gateway":
            _address(address)
        found.append(f"{name}:{address}")
    return found


def _address(written: str) -> str:
    """An address in its usual form, that of an IPv4 address in IPv6's clothes too. Source: Go's `net.ParseIP`."""
    try:
        found = ip_address(written.strip().replace("%", " "))  # Go knows no zones there
    except ValueError as error:
        raise UsageError(f"{shown(written)!r} is no IP address") from error
    return str((isinstance(found, IPv6Address) and found.ipv4_mapped) or found)


def _search_domain(written: str) -> str:
    """Source: `ValidateDNSSearch` of docker/cli."""
    domain = written.strip(" ")
    match = _DOMAIN.fullmatch(domain)
    if domain == ".":
        return domain
    if match is None or len(match["domain"]) > _LONGEST or not re.search("[a-zA-Z]", domain):
        raise UsageError(f"{shown(written)!r} is no domain")
    return match["domain"]


def _link(written: str) -> str:
    """CONTAINER[:ALIAS]. Source: `ValidateLink` of docker/cli."""
    if not written or len(written.split(":")) > _LINK_PARTS:
        raise UsageError(f"is written CONTAINER[:ALIAS], not {shown(written)!r}")
    return written


servers = list_of(_address)
search_domains = list_of(_search_domain)
links = list_of(_link)
