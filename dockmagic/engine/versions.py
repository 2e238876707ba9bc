"""Which version of the Engine API is spoken: the newest that both sides know."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockmagic.errors import ProtocolError, UsageError, VersionMismatch
from dockmagic.text import shown

if TYPE_CHECKING:
    from dockmagic.engine.endpoint import Endpoint

__all__ = ["NEWEST", "OLDEST", "common_version", "not_spoken", "numbers", "pinned_version", "version_mismatch"]

OLDEST, NEWEST = "1.41", "1.45"
"""The API versions that the test suite runs on: Docker 20.10 and 26.1."""

_VERSION = re.compile(r"\d{1,3}\.\d{1,3}", re.ASCII)


def common_version(endpoint: Endpoint, newest: str) -> str:
    """The version to speak with an engine whose newest is `newest` ("" if it does not tell).

    Raises VersionMismatch if it is too old, ProtocolError if it is no version.
    """
    if not newest:
        return NEWEST
    if not _VERSION.fullmatch(newest):
        raise ProtocolError(
            f"the engine at {endpoint.display} names no API version but {shown(newest)!r}",
            hint="Is it a Docker Engine? Check the address: %dconnect HOST, %dcontext ls",
        )
    if numbers(newest) < numbers(OLDEST):
        raise version_mismatch(endpoint, newest, "")
    return min(newest, NEWEST, key=numbers)


def pinned_version(version: str | None) -> str | None:
    """The version that DOCKER_API_VERSION insists on; it may be newer than ours.

    Raises UsageError for what is no version, VersionMismatch for one older than ours.
    """
    if not version:
        return None
    if not _VERSION.fullmatch(version):
        raise UsageError(f"DOCKER_API_VERSION={shown(version)!r} is no version; it looks like {NEWEST}")
    if numbers(version) < numbers(OLDEST):
        raise VersionMismatch(
            f"DOCKER_API_VERSION={version} is older than what dockmagic speaks: {OLDEST} to {NEWEST}",
            hint="Unset DOCKER_API_VERSION, and the version is negotiated.",
        )
    return version


def version_mismatch(endpoint: Endpoint, newest: str, words: str) -> VersionMismatch:
    """An error that names both ranges; what the engine did not tell is left out."""
    oldest = re.search(r"[Mm]inimum supported API version is (\d+\.\d+)", words)
    theirs = f"{oldest[1]} to {newest}" if oldest and newest else newest or (oldest[1] if oldest else "others")
    return VersionMismatch(
        f"the engine at {endpoint.display} speaks API {shown(theirs)}; dockmagic speaks {OLDEST} to {NEWEST}"
        + (f" ({words})" if words else ""),
        hint="Update the older of the two; DOCKER_API_VERSION=1.x insists on a version.",
    )


def not_spoken(flag: str, version: str) -> UsageError:
    """An error for one of docker's flags that only engines of a `version` newer than ours know."""
    return UsageError(
        f"{flag} needs API {version}, which dockmagic does not speak yet: it speaks {OLDEST} to {NEWEST}",
        hint=f"Leave {flag} out.",
    )


def numbers(version: str) -> tuple[int, ...]:
    """A version as what it can be compared by: "1.41" as (1, 41)."""
    return tuple(map(int, version.split(".")))
