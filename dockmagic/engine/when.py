"""Moments as docker's client takes them in --since and --until: durations before now, dates and times, Unix seconds."""

from __future__ import annotations

import operator
import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeAlias

from dockmagic.errors import UsageError
from dockmagic.text import shown

__all__ = ["When", "duration", "timestamp"]

When: TypeAlias = str | float | date | timedelta
"""What `timestamp` takes: a datetime is a date, pandas' Timestamp and Timedelta are a datetime and a timedelta."""

_SECOND = 10**9  # nanoseconds
_UNITS = {
    "ns": 1,
    "us": 10**3,
    "\u00b5s": 10**3,  # the micro sign
    "\u03bcs": 10**3,  # the Greek letter
    "ms": 10**6,
    "s": _SECOND,
    "m": 60 * _SECOND,
    "h": 3600 * _SECOND,
}
_LONGEST = 2**63 - 1  # nanoseconds of a duration in Go
_SECONDS = range(-(2**63), 2**63)  # engines read them into an int64
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# https://pkg.go.dev/time#ParseDuration
_TERM = re.compile(rf"(?=\.?[0-9])(?P<whole>[0-9]*)(?:\.(?P<part>[0-9]*))?(?P<unit>{'|'.join(_UNITS)})")
_DURATION = re.compile(rf"[-+]0|[-+]?(?:{re.sub('P<[a-z]+>', ':', _TERM.pattern)})+")
# a blank for the T stands in the str() of Python's and pandas' times, which is what {name} puts into a command line
_MOMENT = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[T ](?P<hour>[0-9]{1,2})(?::(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<part>[0-9]+))?)?)?)?"
    r"(?P<zone>Z|[-+][0-9]{2}:[0-9]{2})?"
)
_UNIX = re.compile(r"(?P<whole>\+?[0-9]+)(?:\.(?P<part>[0-9]{1,18}))?")
# the str() of a timedelta of Python and of pandas
_SPAN = re.compile(
    r"(?:(?P<days>-?[0-9]+) days?,? )?\+?(?P<hours>[0-9]{1,2}):(?P<minutes>[0-9]{2}):(?P<seconds>[0-9]{2})"
    r"(?:\.(?P<part>[0-9]+))?"
)


def timestamp(value: When | None, *, now_ns: int) -> str | None:
    """`value` as engines read it: "seconds.nanoseconds" since 1970, the second part of nine digits; None for none.

    `value` is text as in docker (10m, 1h30m, 2026-01-31, 2026-01-31T13:00:00.5Z, 1769864400.5), a number of seconds
    since 1970, or a datetime, date or timedelta, pandas' own included. Durations are before `now_ns` (nanoseconds since
    1970), to the nanosecond, where docker drops what is less than a second. Text without a zone is of the local one,
    which has in all months the offset that it has now, as in docker; a naive datetime is of the local zone as it was
    then, as in Python. Raises UsageError for anything else. Source: `GetTimestamp` of moby/moby.
    """
    if value is None or (isinstance(value, str) and not value):
        return None
    try:
        seconds, below = divmod(_nanoseconds(value, now_ns), _SECOND)
        _SECONDS.index(seconds)
    except (ValueError, TypeError, OverflowError, OSError) as error:
        raise UsageError(
            f"{_told(value)} is no time: 10m and 1h30m are ago, 2026-01-31T13:00 is local, "
            "2026-01-31T13:00:00Z and 2026-01-31T13:00:00+01:00 are not, 1769864400.5 is seconds since 1970"
        ) from error
    return f"{seconds}.{below:09d}"


def _told(value: object) -> str:
    try:
        return shown(repr(value))
    except ValueError:  # more digits than Python writes
        return type(value).__name__


def _nanoseconds(value: Any, now_ns: int) -> int:
    """Nanoseconds since 1970. Raises ValueError, TypeError, OverflowError or OSError for what is no time."""
    if isinstance(value, str):
        return _of_text(value, now_ns)
    if isinstance(value, timedelta):
        whole = (value.days * 86400 + value.seconds) * _SECOND + value.microseconds * 1000
        return now_ns - whole - int(getattr(value, "nanoseconds", 0))  # which pandas' has besides
    if isinstance(value, datetime):
        return _of_datetime(value)
    if isinstance(value, date):
        return _of_text(value.isoformat(), now_ns)
    if isinstance(value, bool):
        raise TypeError("a truth is no time")
    # the shortest text that is this number: a binary fraction would become other nanoseconds
    return _of_text(float.__repr__(value) if isinstance(value, float) else str(operator.index(value)), now_ns)


def _of_text(text: str, now_ns: int) -> int:
    if _DURATION.fullmatch(text):
        return now_ns - _duration(text)
    if found := _MOMENT.fullmatch(text):
        return _moment(found, now_ns)
    if found := _UNIX.fullmatch(text):
        return int(found["whole"]) * _SECOND + _fraction(found["part"])
    if found := _SPAN.fullmatch(text):
        hours, minutes, seconds = (int(found[name]) for name in ("hours", "minutes", "seconds"))
        whole = ((int(found["days"] or 0) * 24 + hours) * 60 + minutes) * 60 + seconds
        return now_ns - whole * _SECOND - _fraction(found["part"])
    raise ValueError(text)


def duration(text: str) -> int:
    """Nanoseconds of a duration in Go's form: "1m30s", "-1.5h", "0". Raises ValueError or OverflowError."""
    if text != "0" and not _DURATION.fullmatch(text):
        raise ValueError(text)
    return _duration(text)


def _duration(text: str) -> int:
    """Nanoseconds of a duration in Go's form. Raises OverflowError for one that Go has no room for."""
    total = 0
    for term in _TERM.finditer(text):
        unit, part = _UNITS[term["unit"]], (term["part"] or "")[:18]
        total += int(term["whole"] or 0) * unit + int(part or 0) * unit // 10 ** len(part)
    if total > _LONGEST:
        raise OverflowError(text)
    return -total if text.startswith("-") else total


def _moment(found: re.Match[str], now_ns: int) -> int:
    hour, minute, second = (int(found[name] or 0) for name in ("hour", "minute", "second"))
    moment = datetime.combine(date.fromisoformat(found["day"]), time(hour, minute, second), UTC)
    zone = _local_offset(now_ns) if found["zone"] is None else _offset(found["zone"])
    return ((moment - _EPOCH - zone) // timedelta(seconds=1)) * _SECOND + _fraction(found["part"])


def _offset(zone: str) -> timedelta:
    if zone == "Z":
        return timedelta()
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    if hours > 24 or minutes > 60:  # noqa: PLR2004 - so far Go goes, and Python's own zones not
        raise ValueError(zone)
    offset = timedelta(hours=hours, minutes=minutes)
    return -offset if zone[0] == "-" else offset


def _local_offset(now_ns: int) -> timedelta:
    return datetime.fromtimestamp(now_ns // _SECOND, UTC).astimezone().utcoffset() or timedelta()


def _of_datetime(value: datetime) -> int:
    """Of pandas' too, whose nanoseconds its own arithmetic would drop for some units."""
    day, clock = (value.year, value.month, value.day), (value.hour, value.minute, value.second, value.microsecond)
    moment = datetime(*day, *clock, value.tzinfo, fold=value.fold)  # noqa: DTZ001 - None stands for the local zone
    since = (moment if moment.tzinfo else moment.astimezone()) - _EPOCH
    return (since // timedelta(microseconds=1)) * 1000 + int(getattr(value, "nanosecond", 0))


def _fraction(part: str | None) -> int:
    """The digits behind a point as nanoseconds, filled with zeros, those behind the ninth cut off."""
    return int((part or "").ljust(9, "0")[:9])
