"""Durations: as docker's lists say them, and as filters and flags write them."""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, datetime

from dockmagic.demo.clock import SECOND
from dockmagic.demo.events import moment
from dockmagic.demo.problems import Problem, bad_request

__all__ = ["human", "moment_or_duration"]

_UNITS = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": SECOND, "m": 60 * SECOND, "h": 3600 * SECOND}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ns|us|ms|s|m|h)")
_MINUTE, _HOUR, _DAY = 60, 60, 24


def human(nanoseconds: int) -> str:  # noqa: PLR0911 - a table of words
    """`2 hours`, as docker says it. Source: go-units' `HumanDuration`."""
    seconds = nanoseconds // SECOND
    if seconds < 1:
        return "Less than a second"
    if seconds == 1:
        return "1 second"
    if seconds < _MINUTE:
        return f"{seconds} seconds"
    minutes = seconds // 60
    if minutes == 1:
        return "About a minute"
    if minutes < _HOUR:
        return f"{minutes} minutes"
    hours = int(seconds / 3600 + 0.5)
    if hours == 1:
        return "About an hour"
    for limit, size, unit in ((48, 1, "hours"), (336, 24, "days"), (1440, 168, "weeks"), (17520, 720, "months")):
        if hours < limit:
            return f"{hours // size} {unit}"
    return f"{int(seconds / 3600 / 24 / 365)} years"


def moment_or_duration(text: str, now: int) -> int:
    """A time in nanoseconds: seconds since 1970, RFC 3339, or how long ago. Raises Problem for none of these."""
    if re.fullmatch(r"(?:\d+(?:\.\d+)?(?:ns|us|ms|s|m|h))+", text):
        return now - int(sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text)))
    with contextlib.suppress(Problem):
        return moment(text) or 0
    with contextlib.suppress(ValueError, OverflowError):
        when = datetime.fromisoformat(text)
        return int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() * SECOND)
    raise bad_request(f'failed to parse value as time or duration: "{text}"')
