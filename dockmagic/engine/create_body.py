"""The body of POST /containers/create, from the texts that docker's flags take. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dockmagic.errors import UsageError
from dockmagic.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["create_body"]

_PORTS = re.compile(
    r"(?:(?:(?P<ip>\[[0-9a-fA-F:.]+\]|[^:\[\]]*):)?(?P<host>\d*(?:-\d+)?):)?(?P<container>\d+(?:-\d+)?)"
    r"(?:/(?P<protocol>tcp|udp|sctp))?",
    re.ASCII,
)
_LARGEST_PORT = 65535


def create_body(
    image: str,
    command: Sequence[str] = (),
    *,
    env: Iterable[str] = (),
    labels: Iterable[str] = (),
    ports: Iterable[str] = (),
    volumes: Iterable[str] = (),
    environ: Mapping[str, str],
) -> dict[str, Any]:
    """The body for docker's texts: env "K=V" or "K" (its value in `environ`), labels "K[=V]", ports, volumes.

    Raises UsageError for a text that docker would refuse. API: POST /containers/create
    """
    bindings = _port_bindings(ports)
    binds, anonymous = _volumes(volumes)
    body: dict[str, Any] = {
        "Image": image,
        "Env": _env(env, environ),
        "Labels": dict(_label(text) for text in labels),
        "ExposedPorts": {port: {} for port in bindings},
        "Volumes": {path: {} for path in anonymous},
        "HostConfig": {"PortBindings": bindings, "Binds": binds},
    }
    if command:
        body["Cmd"] = list(command)
    return body


def _env(texts: Iterable[str], environ: Mapping[str, str]) -> list[str]:
    """A name alone takes its value from the environment, and is left out if it has none there, as docker does it."""
    found = []
    for text in texts:
        name, equals, _ = text.partition("=")
        if not name:
            raise UsageError(f"an environment variable is written NAME=VALUE or NAME, not {shown(text)!r}")
        if equals:
            found.append(text)
        elif name in environ:
            found.append(f"{name}={environ[name]}")
    return found


def _label(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    if not name:
        raise UsageError(f"a label is written NAME=VALUE or NAME, not {shown(text)!r}")
    return name, value


def _port_bindings(texts: Iterable[str]) -> dict[str, list[dict[str, str]]]:
    """[IP:][HOST:]CONTAINER[/PROTOCOL], ranges as long on both sides. Source: `ParsePortSpec` of go-connections."""
    bindings: dict[str, list[dict[str, str]]] = {}
    for text in texts:
        match = _PORTS.fullmatch(text.strip())
        if match is None:
            raise UsageError(f"a port is written [IP:][HOST:]CONTAINER[/tcp|udp|sctp], not {shown(text)!r}")
        inside = _range(match["container"], text)
        outside = _range(match["host"], text) if match["host"] else []
        if len(outside) > 1 and len(inside) == 1:
            outside = [match["host"]]  # the engine picks a free one of them
        elif outside and len(outside) != len(inside):
            raise UsageError(f"{shown(text)!r} maps {len(outside)} ports of the host to {len(inside)} of the container")
        for position, port in enumerate(inside):
            binding = {"HostIp": (match["ip"] or "").strip("[]"), "HostPort": outside[position] if outside else ""}
            bindings.setdefault(f"{port}/{match['protocol'] or 'tcp'}", []).append(binding)
    return bindings


def _range(text: str, spec: str) -> list[str]:
    first, _, last = text.partition("-")
    start, end = int(first or 0), int(last or first or 0)
    if not 0 < start <= end <= _LARGEST_PORT:
        raise UsageError(f"{shown(spec)!r}: a port is a number from 1 to {_LARGEST_PORT}, a range goes upwards")
    return [str(port) for port in range(start, end + 1)]


def _volumes(texts: Iterable[str]) -> tuple[list[str], list[str]]:
    """SOURCE:TARGET[:OPTIONS] for the engine to read, and the targets of anonymous volumes."""
    binds, anonymous = [], []
    for text in texts:
        source, colon, rest = text.partition(":")
        target = rest.partition(":")[0] if colon else source
        if not source or not target.startswith("/"):
            raise UsageError(f"a volume is written [SOURCE:]/TARGET[:OPTIONS], not {shown(text)!r}")
        if colon:
            binds.append(text)
        else:
            anonymous.append(text)
    return binds, anonymous
