"""--device and --gpus: devices of the host."""

from __future__ import annotations

import re
from posixpath import normpath
from typing import TYPE_CHECKING, Any

from dockmagic.engine.container_spec.csv_fields import fields
from dockmagic.engine.container_spec.numbers import size, whole
from dockmagic.engine.container_spec.values import list_of, named, several, texts
from dockmagic.errors import UsageError
from dockmagic.text import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dockmagic.engine.container_spec.values import Here

__all__ = ["bytes_per_second", "cgroup_rules", "devices", "times_per_second", "weights"]

# https://github.com/cncf-tags/container-device-interface/blob/main/SPEC.md: vendor/class=name
_PART = "[A-Za-z](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?"
_QUALIFIED = re.compile(rf"{_PART}/{_PART}=[A-Za-z0-9](?:[A-Za-z0-9_.:-]*[A-Za-z0-9])?")
_MODE = re.compile(r"(?!.*(.).*\1)[rwm]+")
_RULE = re.compile(r"[acb] (?:[0-9]+|\*):(?:[0-9]+|\*) [rwm]{1,3}", re.ASCII)
_WEIGHTS = (0, *range(10, 1001))


def devices(options: Mapping[str, Any], _: Here) -> dict[str, Any]:
    """Devices by their path, and requests for those that a driver knows by name or number."""
    found, qualified = [], []
    with named("--gpus"):
        requests = [_gpus(fields(each)) for each in several(options.get("gpus", ()))]
    with named("--device"):
        for path in texts(options.get("device", ())):
            if _QUALIFIED.fullmatch(path):
                qualified.append(path)
            else:
                found.append(_device(path))
    if qualified:
        requests.append({"Driver": "cdi", "DeviceIDs": qualified})
    host: dict[str, Any] = {"Devices": found}
    return {"HostConfig": host | {"DeviceRequests": requests} if requests else host}


def _device(written: str) -> dict[str, str]:
    """/dev/x[:/dev/y][:rwm]. Source: `parseLinuxDevice` of docker/cli."""
    source, *more = written.split(":")
    if len(more) == 1 and _MODE.fullmatch(more[0]):
        more = [source, more[0]]
    inside, mode = (more + [source, "rwm"][len(more) :])[:2]
    if len(more) > 2 or not source or not inside.startswith("/") or not _MODE.fullmatch(mode):  # noqa: PLR2004 - parts
        raise UsageError(f"a device is written /dev/HERE[:/dev/THERE][:rwm], not {shown(written)!r}")
    clean = normpath(inside)
    return {"PathOnHost": clean if source == inside else source, "PathInContainer": clean, "CgroupPermissions": mode}


def _gpus(parts: list[str]) -> dict[str, Any]:
    """all, a number, or device=0,driver=...,capabilities=...,options=... Source: `opts/gpus.go` of docker/cli."""
    request: dict[str, Any] = {"Capabilities": [["gpu"]], "Options": {}}
    seen = set()
    for part in parts:
        key, equals, value = part.partition("=")
        key, value = (key, value) if equals else ("count", key)
        if key in seen:
            raise UsageError(f"{shown(key)!r} is said twice")
        seen.add(key)
        if key == "count":
            request["Count"] = -1 if value == "all" else whole(value)
        elif key == "device":
            request["DeviceIDs"] = value.split(",")
        elif key == "driver":
            request["Driver"] = value
        elif key == "capabilities":
            request["Capabilities"] = [[*value.split(","), "gpu"]]
        elif key == "options":
            request["Options"] = {name: said for name, _, said in (each.partition("=") for each in fields(value))}
        else:
            raise UsageError(f"there is no {shown(key)!r}: count, device, driver, capabilities, options")
    return request if seen & {"count", "device"} else request | {"Count": 1}


def _rated(member: str, read: Callable[[str], int]) -> Callable[[Any], list[dict[str, Any]]]:
    """A reader of /dev/x:NUMBER. Source: `opts/throttledevice.go` of docker/cli."""

    def one(written: str) -> dict[str, Any]:
        path, _, number = written.partition(":")
        if not path.startswith("/dev/") or not number:
            raise UsageError(f"is written /dev/NAME:NUMBER, not {shown(written)!r}")
        return {"Path": path, member: read(number)}

    return list_of(one)


def _count(written: str) -> int:
    if not (written.isascii() and written.isdigit()):
        raise UsageError(f"wants a whole number, not {shown(written)!r}")
    return whole(written.lstrip("0") or "0")


def _weight(written: str) -> int:
    if _count(written) not in _WEIGHTS:
        raise UsageError(f"a weight is 0, or from 10 to 1000, not {shown(written)}")
    return _count(written)


def _rule(written: str) -> str:
    if not _RULE.fullmatch(written):
        raise UsageError(f"a rule is written as 'c 1:3 rwm', not {shown(written)!r}")
    return written


bytes_per_second = _rated("Rate", size)
times_per_second = _rated("Rate", _count)
weights = _rated("Weight", _weight)
cgroup_rules = list_of(_rule)
