"""--volume: SOURCE:TARGET for the engine to bind, a TARGET alone for an anonymous volume."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dockmagic.engine.container_spec.paths import absolute, expanded
from dockmagic.engine.container_spec.values import mapping_of, named, text, texts
from dockmagic.errors import UsageError
from dockmagic.text import shown

if TYPE_CHECKING:
    from dockmagic.engine.container_spec.values import Here

__all__ = ["volumes"]

_DRIVE = r"[A-Za-z]:[\\/][^:]*"  # a path on Windows
_VOLUME = re.compile(rf"(?:(?P<source>{_DRIVE}|[^:]+):)?(?P<target>/[^:]*|{_DRIVE})(?P<options>:[^:]+)?")


def volumes(options: Mapping[str, Any], here: Here) -> dict[str, Any]:
    """SOURCE:TARGET[:OPTIONS] for the engine to read, and the targets of anonymous volumes, each once.

    Source: `ParseVolume` of docker/cli.
    """
    binds, anonymous = [], []
    with named("--volume"):
        for each in dict.fromkeys(_written(options.get("volumes", ()))):
            match = _VOLUME.fullmatch(each)
            if match is None or (match["options"] and not match["source"]):
                raise UsageError(f"a volume is written [SOURCE:]/TARGET[:OPTIONS], not {shown(each)!r}")
            if match["source"]:
                binds.append(_source(match["source"], here) + each[match.end("source") :])
            else:
                anonymous.append(each)
    found: dict[str, Any] = {"Volumes": {path: {} for path in anonymous}}
    return found | ({"HostConfig": {"Binds": binds}} if binds else {})


def _written(value: Any) -> list[str]:
    """The texts; of a dict {"data": "/data"} or {"/srv": {"bind": "/data", "mode": "ro"}} as they would be typed."""
    value = mapping_of(value)
    if not isinstance(value, Mapping):
        return texts(value)
    found = []
    for source, said in value.items():
        parts = [said.get("bind"), said.get("mode")] if isinstance(said, Mapping) else [said]
        found.append(":".join([text(source), *(text(part) for part in parts if part is not None)]))
    return found


def _source(source: str, here: Here) -> str:
    """A volume's name, or a path: docker makes one with a dot in front absolute, the shell one with ~ in front."""
    return absolute(source, here) if source.startswith(".") else expanded(source, here)
