"""A container's ports as the docker CLI writes them."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["port_texts"]


def port_texts(ports: Sequence[Mapping[str, Any]]) -> list[str]:
    """Neighbouring ports in one text: ["0.0.0.0:8080->80/tcp", "9000-9001/tcp"].

    Joined with ", " it is what the newest `docker ps` shows. Source: `DisplayablePorts` of docker/cli. What is not a
    port is left out.
    """
    groups: dict[tuple[str, str], list[int]] = {}  # (host address, protocol) -> [first, last]
    done: list[str] = []
    mapped: list[str] = []
    for private, host, public, protocol in sorted(filter(None, map(_port, ports)), key=_order):
        if host and public != private:
            mapped.append(f"{_host(host)}:{public}->{private}/{protocol}")
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


def _port(port: Mapping[str, Any]) -> tuple[int, str, int, str] | None:
    if not isinstance(port, dict) or not isinstance(port.get("PrivatePort"), int):
        return None
    host, public = port.get("IP"), port.get("PublicPort")
    return (
        port["PrivatePort"],
        host if isinstance(host, str) else "",
        public if isinstance(public, int) else 0,
        str(port.get("Type", "")),
    )


def _order(port: tuple[int, str, int, str]) -> tuple[int, tuple[int, int], int, str]:
    private, host, public, protocol = port
    try:
        address = ip_address(host)
        rank: tuple[int, int] = (address.version, int(address))
    except ValueError:
        rank = (0, 0)
    return private, rank, public, protocol


def _host(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _group(host: str, protocol: str, first: int, last: int) -> str:
    ports = str(first) if first == last else f"{first}-{last}"
    return f"{_host(host)}:{ports}->{ports}/{protocol}" if host else f"{ports}/{protocol}"
