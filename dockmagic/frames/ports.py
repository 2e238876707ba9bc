"""A container's ports as the docker CLI writes them."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, ip_address
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["port_texts"]

_Port: TypeAlias = tuple[int, int, int, str, str]
"""Of the container, rank of the host's address, of the host, protocol, the host's address: sorts as docker's."""


def port_texts(ports: Sequence[Any]) -> list[str]:
    """Neighbouring ports in one text: ["0.0.0.0:8080->80/tcp", "9000-9001/tcp"].

    Joined with ", " it is what the newest `docker ps` shows. Source: `DisplayablePorts` of docker/cli. What is not a
    port is left out.
    """
    groups: dict[tuple[str, str], list[int]] = {}  # (host address, protocol) -> [first, last]
    done: list[str] = []
    mapped: list[str] = []
    for private, _, public, protocol, host in sorted(filter(None, map(_port, ports))):
        if host and public != private:
            mapped.append(f"{host}:{public}->{private}/{protocol}")
            continue
        group = groups.get((host, protocol))
        if group is None:
            groups[host, protocol] = [private, private]
        elif private == group[1] + 1:
            group[1] = private
        else:
            done.append(_group(host, protocol, *group))
            groups[host, protocol] = [private, private]
    return [*done, *(_group(host, protocol, *group) for (host, protocol), group in groups.items()), *mapped]


def _port(port: Any) -> _Port | None:
    if not isinstance(port, dict):
        return None
    private, public, host, protocol = port.get("PrivatePort"), port.get("PublicPort"), port.get("IP"), port.get("Type")
    if type(private) is not int:
        return None
    if type(public) is not int:
        public = 0
    rank, host = _address(host if type(host) is str else "")
    return private, rank, public, protocol if type(protocol) is str else "", host


@lru_cache(maxsize=4096)
def _address(host: str) -> tuple[int, str]:
    """Its rank (no address, then IPv4, then IPv6, by their numbers), and how it is written before a port."""
    try:
        address = ip_address(host)
    except ValueError:
        return 0, host
    if isinstance(address, IPv4Address):
        return int(address) + 1, host
    return int(address) + 1 + 2**32, f"[{host}]"


def _group(host: str, protocol: str, first: int, last: int) -> str:
    ports = str(first) if first == last else f"{first}-{last}"
    return f"{host}:{ports}->{ports}/{protocol}" if host else f"{ports}/{protocol}"
