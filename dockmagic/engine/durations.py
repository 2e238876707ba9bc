"""How long something may take, as a person says it: docker's 1m30s, seconds, or a timedelta."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TypeAlias

from dockmagic.engine.container_spec.numbers import nanoseconds
from dockmagic.errors import UsageError

__all__ = ["Duration", "seconds"]

Duration: TypeAlias = str | float | timedelta
"""Docker's "1m30s", seconds (also as text), or a timedelta."""

_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def seconds(flag: str, value: Duration) -> float:
    """`value` in seconds. Raises UsageError, naming `flag`, for what is no duration, and for none at all."""
    if isinstance(value, str) and _PLAIN.fullmatch(value):
        value = float(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        found = float(value)
    else:
        try:
            found = nanoseconds(value) / 1e9
        except UsageError as error:
            raise UsageError(f"{flag} {error.message}") from error
    if not 0 < found < float("inf"):
        raise UsageError(f"{flag} is longer than nothing, and has an end: 30s, 1m30s")
    return found
