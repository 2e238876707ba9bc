"""--publish and --expose: which ports of the container, and where on the host."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from dockmagic.engine.container_spec.values import mapping_of, named, text, texts
from dockmagic.errors import UsageError
from dockmagic.text import shown

if TYPE_CHECKING:
    from dockmagic.engine.container_spec.values import Here

__all__ = ["ports"]

# the address may be ::1 as well as [::1]: the two colons from the right are those that separate
_PORT = re.compile(
    r"(?:(?:(?P<ip>.*):)?(?P<host>\d*(?:-\d+)?):)?(?P<container>\d+(?:-\d+)?)(?:/(?P<protocol>[a-z]*))?",
    re.ASCII | re.IGNORECASE,
)
_PROTOCOLS = ("tcp", "udp", "sctp")
_LARGEST_PORT = 65535


def ports(options: Mapping[str, Any], _: Here) -> dict[str, Any]:
    """What is published, at which addresses and ports of the host, and what is exposed besides.

    Source: `ParsePortSpec` of go-connections.
    """
    bindings: dict[str, list[dict[str, str]]] = {}
    with named("--publish"):
        for each in _written(options.get("ports", ())):
            for port, binding in _published(each):
                bindings.setdefault(port, []).append(binding)
    exposed = dict.fromkeys(bindings)
    with named("--expose"):
        for each in texts(options.get("expose", ())):
            exposed |= dict.fromkeys(_exposed(each))
    return {"ExposedPorts": {port: {} for port in exposed}, "HostConfig": {"PortBindings": bindings}}


def _published(spec: str) -> list[tuple[str, dict[str, str]]]:
    """[[IP:]HOST:]CONTAINER[/PROTOCOL], ranges as long on both sides: each port and where it is bound."""
    match = _PORT.fullmatch(_short(spec))
    if match is None:
        raise UsageError(f"a port is written [[IP:]HOST:]CONTAINER[/tcp|udp|sctp], not {shown(spec)!r}")
    protocol = _protocol(match, spec)
    address = _address(match["ip"] or "", spec)
    inside = _range(match["container"], spec, smallest=1)
    outside = [str(port) for port in _range(match["host"], spec)] if match["host"] else [""] * len(inside)
    if len(outside) > 1 and len(inside) == 1:
        outside = [f"{outside[0]}-{outside[-1]}"]  # the engine picks a free one of them
    if len(outside) != len(inside):
        raise UsageError(f"{shown(spec)!r} maps {len(outside)} ports of the host to {len(inside)} of the container")
    return [
        (f"{port}/{protocol}", {"HostIp": address, "HostPort": host_port})
        for port, host_port in zip(inside, outside, strict=True)
    ]


def _exposed(spec: str) -> list[str]:
    """CONTAINER[/PROTOCOL], or a range of them."""
    match = _PORT.fullmatch(spec)
    if match is None or ":" in spec:
        raise UsageError(f"a port is written CONTAINER[/tcp|udp|sctp], not {shown(spec)!r}")
    return [f"{port}/{_protocol(match, spec)}" for port in _range(match["container"], spec)]  # 0 too, as docker


def _written(value: Any) -> list[str]:
    """The texts; of a dict as they would be typed: {"80/tcp": 8080, 53: ("127.0.0.1", 53), 90: None, 91: [1, 2]}.

    None is any free port of the host, a tuple an address and a port, a list several of these.
    """
    value = mapping_of(value)
    if not isinstance(value, Mapping):
        return texts(value)
    return [
        f"{_outside(each)}{text(port)}"
        for port, said in value.items()
        for each in (said if isinstance(said, list) else [said])
    ]


def _outside(said: Any) -> str:
    if said is None:
        return ""
    if not isinstance(said, tuple):
        return f"{text(said)}:"
    if len(said) != 2:  # noqa: PLR2004 - a pair
        raise UsageError(f"wants an address and a port of the host, not {shown(repr(said))}")
    address, port = said
    return f"[{text(address)}]:{'' if port is None else text(port)}:"


def _short(spec: str) -> str:
    """published=8080,target=80,protocol=tcp as 8080:80/tcp. Source: `convertToStandardNotation` of docker/cli."""
    if "=" not in spec:
        return spec
    parts = dict(part.partition("=")[::2] for part in spec.split(","))
    return f"{parts.get('published', '')}:{parts.get('target', '')}/{parts.get('protocol', 'tcp')}"


def _protocol(match: re.Match[str], spec: str) -> str:
    protocol = (match["protocol"] or "tcp").lower()
    if protocol not in _PROTOCOLS:
        raise UsageError(f"{shown(spec)!r}: a protocol is one of {', '.join(_PROTOCOLS)}")
    return protocol


def _address(written: str, spec: str) -> str:
    address = written[1:-1] if written.startswith("[") and written.endswith("]") else written
    try:
        if address and "%" not in address:
            ip_address(address)
            return address
    except ValueError:
        pass
    if written:
        raise UsageError(f"{shown(spec)!r}: {shown(written)!r} is no IP address")
    return ""


def _range(written: str, spec: str, *, smallest: int = 0) -> range:
    """The ports of "8000-8010" or "80"; 0 of the host is any free one, as with no port at all."""
    first, _, last = written.partition("-")
    start = int(first or -1)
    end = int(last or start)
    if not smallest <= start <= end <= _LARGEST_PORT:
        raise UsageError(f"{shown(spec)!r}: a port is a number from 1 to {_LARGEST_PORT}, a range goes upwards")
    return range(start, end + 1)
