"""--ulimit, --sysctl, --restart and other values with a grammar of their own that stand at one place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dockmagic.engine.container_spec.numbers import whole
from dockmagic.engine.container_spec.values import map_of, text, texts
from dockmagic.errors import UsageError
from dockmagic.text import shown

__all__ = ["block_weight", "restart", "swappiness", "sysctls", "ulimits"]

_ULIMITS = frozenset(
    {
        *("core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice"),
        *("nofile", "nproc", "rss", "rtprio", "rttime", "sigpending", "stack"),
    }
)  # docker/go-units `ulimit.go`
_ULIMIT = re.compile(r"(?P<name>[^=]*)=(?P<soft>[-+]?[0-9]{1,18})(?::(?P<hard>[-+]?[0-9]{1,18}))?", re.ASCII)
_SYSCTLS = frozenset(
    {
        *("kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem"),
        *("kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced"),
    }
)  # `ValidateSysctl` of docker/cli
_POLICIES = ("no", "always", "on-failure", "unless-stopped")
_MOST_SWAPPY = 100
_MOST_WEIGHT = 2**16 - 1


def ulimits(value: Any) -> list[dict[str, Any]]:
    """NAME=SOFT[:HARD], or a dict {"nofile": 1024, "nproc": (64, 128)}; of the same name the last one counts."""
    written = texts(value) if not isinstance(value, Mapping) else [_ulimit_text(*each) for each in value.items()]
    found = {limit["Name"]: limit for limit in map(_ulimit, written)}
    return [found[name] for name in sorted(found)]


def _ulimit_text(name: Any, said: Any) -> str:
    return f"{text(name)}={':'.join(text(each) for each in (said if isinstance(said, (tuple, list)) else [said]))}"


def _ulimit(written: str) -> dict[str, Any]:
    match = _ULIMIT.fullmatch(written)
    if match is None:
        raise UsageError(f"is written NAME=SOFT[:HARD], not {shown(written)!r}")
    if match["name"] not in _ULIMITS:
        raise UsageError(f"there is no limit {shown(match['name'])!r}: {', '.join(sorted(_ULIMITS))}")
    soft = int(match["soft"])
    hard = soft if match["hard"] is None else int(match["hard"])
    if hard != -1 and (soft == -1 or soft > hard):  # -1 is none
        raise UsageError(f"the soft limit is above the hard one: {shown(written)}")
    return {"Name": match["name"], "Soft": soft, "Hard": hard}


def _sysctl(written: str) -> None:
    name, equals, _ = written.partition("=")
    if not equals or not (name in _SYSCTLS or name.startswith(("net.", "fs.mqueue."))):
        raise UsageError(f"{shown(written)!r} is none that a container has of its own: net.NAME=VALUE, kernel.shmmax=N")


sysctls = map_of(_sysctl)


def restart(value: Any) -> dict[str, Any]:
    """no, always, unless-stopped, or on-failure[:TIMES]. Source: `ValidateRestartPolicy` of moby/moby."""
    policy, colon, times = text(value).partition(":")
    count = whole(times) if times else 0
    if policy not in _POLICIES and (policy or colon):
        raise UsageError(f"is one of {', '.join(_POLICIES)}, not {shown(text(value))!r}")
    if count < 0 or (count and policy != "on-failure"):
        raise UsageError(f"{shown(text(value))!r}: only on-failure has a number of times, and it is not negative")
    return {"Name": policy, "MaximumRetryCount": count}


def swappiness(value: Any) -> int:
    """0 to 100, or -1 for the engine's own."""
    number = whole(value)
    if not -1 <= number <= _MOST_SWAPPY:
        raise UsageError(f"is from 0 to {_MOST_SWAPPY}, not {number}")
    return number


def block_weight(value: Any) -> int:
    """What the member holds; the engine wants 10 to 1000, or 0."""
    number = whole(value)
    if not 0 <= number <= _MOST_WEIGHT:
        raise UsageError(f"is from 10 to 1000, or 0, not {number}")
    return number
