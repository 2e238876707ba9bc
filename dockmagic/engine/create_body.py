"""The body of POST /containers/create, from the texts that docker's flags take. Pure."""

from __future__ import annotations

import os
import re
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from dockmagic.errors import UsageError
from dockmagic.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["create_body"]

# the address may be ::1 as well as [::1]: the two colons from the right are those that separate
_PORT = re.compile(
    r"(?:(?:(?P<ip>.*):)?(?P<host>\d*(?:-\d+)?):)?(?P<container>\d+(?:-\d+)?)(?:/(?P<protocol>[a-z]*))?",
    re.ASCII | re.IGNORECASE,
)
_PROTOCOLS = ("tcp", "udp", "sctp")
_LARGEST_PORT = 65535
_DRIVE = r"[A-Za-z]:[\\/][^:]*"  # a path on Windows
_VOLUME = re.compile(rf"(?:(?P<source>{_DRIVE}|[^:]+):)?(?P<target>/[^:]*|{_DRIVE})(?P<options>:[^:]+)?")


def create_body(
    image: str,
    command: Sequence[str] = (),
    *,
    env: Iterable[str] = (),
    labels: Iterable[str] = (),
    ports: Iterable[str] = (),
    volumes: Iterable[str] = (),
    environ: Mapping[str, str],
    directory: str = "",
) -> dict[str, Any]:
    """The body for docker's texts: env "K=V" or "K" (its value in `environ`), labels "K[=V]", ports, volumes.

    `directory` is where the path of a volume starts that begins with a dot ("": the process's own). Raises UsageError
    for a text that docker would refuse. API: POST /containers/create
    """
    bindings = _port_bindings(ports)
    binds, anonymous = _volumes(volumes, environ, directory)
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
    """A name alone takes its value from `environ`; if it has none there, the engine takes the image's away.

    Source: `ValidateEnv` of docker/cli.
    """
    found = []
    for text in texts:
        name, equals, _ = text.partition("=")
        if not name:
            raise UsageError(f"an environment variable is written NAME=VALUE or NAME, not {shown(text)!r}")
        found.append(f"{name}={environ[name]}" if not equals and name in environ else text)
    return found


def _label(text: str) -> tuple[str, str]:
    """Source: `ValidateLabel` of docker/cli."""
    name, _, value = text.partition("=")
    bare = name.lstrip(" \t")
    if not bare or " " in bare or "\t" in bare:
        raise UsageError(f"a label is written NAME=VALUE or NAME, the name without blanks, not {shown(text)!r}")
    return name, value


def _port_bindings(texts: Iterable[str]) -> dict[str, list[dict[str, str]]]:
    """[[IP:]HOST:]CONTAINER[/PROTOCOL], ranges as long on both sides. Source: `ParsePortSpec` of go-connections."""
    bindings: dict[str, list[dict[str, str]]] = {}
    for text in texts:
        match = _PORT.fullmatch(_short_port(text))
        if match is None:
            raise UsageError(f"a port is written [[IP:]HOST:]CONTAINER[/tcp|udp|sctp], not {shown(text)!r}")
        protocol = (match["protocol"] or "tcp").lower()
        if protocol not in _PROTOCOLS:
            raise UsageError(f"{shown(text)!r}: a protocol is one of {', '.join(_PROTOCOLS)}")
        address = _address(match["ip"] or "", text)
        inside = _range(match["container"], text, smallest=1)
        outside = [str(port) for port in _range(match["host"], text)] if match["host"] else [""] * len(inside)
        if len(outside) > 1 and len(inside) == 1:
            outside = [f"{outside[0]}-{outside[-1]}"]  # the engine picks a free one of them
        if len(outside) != len(inside):
            raise UsageError(f"{shown(text)!r} maps {len(outside)} ports of the host to {len(inside)} of the container")
        for port, host_port in zip(inside, outside, strict=True):
            bindings.setdefault(f"{port}/{protocol}", []).append({"HostIp": address, "HostPort": host_port})
    return bindings


def _short_port(text: str) -> str:
    """published=8080,target=80,protocol=tcp as 8080:80/tcp. Source: `convertToStandardNotation` of docker/cli."""
    if "=" not in text:
        return text
    parts = dict(part.partition("=")[::2] for part in text.split(","))
    return f"{parts.get('published', '')}:{parts.get('target', '')}/{parts.get('protocol', 'tcp')}"


def _address(text: str, spec: str) -> str:
    address = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    try:
        if address and "%" not in address:
            ip_address(address)
            return address
    except ValueError:
        pass
    if text:
        raise UsageError(f"{shown(spec)!r}: {shown(text)!r} is no IP address")
    return ""


def _range(text: str, spec: str, *, smallest: int = 0) -> range:
    """The ports of "8000-8010" or "80"; 0 of the host is any free one, as with no port at all."""
    first, _, last = text.partition("-")
    start = int(first or -1)
    end = int(last or start)
    if not smallest <= start <= end <= _LARGEST_PORT:
        raise UsageError(f"{shown(spec)!r}: a port is a number from 1 to {_LARGEST_PORT}, a range goes upwards")
    return range(start, end + 1)


def _volumes(texts: Iterable[str], environ: Mapping[str, str], directory: str) -> tuple[list[str], list[str]]:
    """SOURCE:TARGET[:OPTIONS] for the engine to read, and the targets of anonymous volumes, each once.

    Source: `volumespec.Parse` of docker/cli.
    """
    binds, anonymous = [], []
    for text in dict.fromkeys(texts):
        match = _VOLUME.fullmatch(text)
        if match is None or (match["options"] and not match["source"]):
            raise UsageError(f"a volume is written [SOURCE:]/TARGET[:OPTIONS], not {shown(text)!r}")
        if match["source"]:
            binds.append(_source(match["source"], environ, directory) + text[match.end("source") :])
        else:
            anonymous.append(text)
    return binds, anonymous


def _source(source: str, environ: Mapping[str, str], directory: str) -> str:
    """A volume's name, or a path: docker makes one with a dot in front absolute, the shell one with ~ in front."""
    if source.startswith("."):
        return os.path.abspath(os.path.join(directory, source))  # noqa: PTH100, PTH118 - a Path keeps its ".."
    home = environ.get("HOME") or environ.get("USERPROFILE")
    if home and (source == "~" or source.startswith("~/")):
        return home + source[1:]
    if source.startswith(("$", "~")):
        raise UsageError(f"no shell reads {shown(source)!r} here: write the path, or {{name}} for a Python value")
    return source
