"""Numbers, sizes, processors and durations as docker's flags take them."""

from __future__ import annotations

import math
import operator
import re
from datetime import timedelta
from typing import Any

from dockmagic.engine.when import duration
from dockmagic.errors import UsageError
from dockmagic.text import shown

__all__ = ["cpus", "memory_swap", "nanoseconds", "size", "whole"]

_INT64 = range(-(2**63), 2**63)
_NUMBER = r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?"
_WHOLE = re.compile(r"[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|[1-9][0-9]*|0)")
_SIZE = re.compile(rf"(?P<number>{_NUMBER}) ?(?:(?P<unit>[kmgtp])(?:i?b)?|b)?", re.IGNORECASE)
_CPUS = re.compile(rf"[-+]?[0-9]+/[0-9]+|{_NUMBER}")
_UNITS = {unit: 1024**power for power, unit in enumerate("kmgtp", start=1)}


def whole(value: Any) -> int:
    """A whole number; text in Go's forms too: 0x10, 0b10, 0o17 and 017. Source: `strconv.ParseInt` with base 0."""
    if isinstance(value, str):
        if not _WHOLE.fullmatch(value):
            raise UsageError(f"wants a whole number, not {shown(value)!r}")
        digits = value.lstrip("-+")
        octal = len(digits) > 1 and digits[0] == "0" and digits[1].isdigit()
        number = int(value, 8 if octal else 0)
    else:
        number = _index(value, "a whole number")
    if number not in _INT64:
        raise UsageError(f"{shown(str(value))} is too large")
    return number


def size(value: Any) -> int:
    """Bytes: a number, or text such as "64m", "1.5g", "512 KiB" in powers of 1024.

    Source: `RAMInBytes` of docker/go-units.
    """
    if not isinstance(value, str):
        number: float = _index(value, "a size")
    elif match := _SIZE.fullmatch(value):
        number = float(match["number"]) * _UNITS.get((match["unit"] or "").lower(), 1)
    else:
        raise UsageError(f"wants a size such as 64m or 1.5g, not {shown(value)!r}")
    if not 0 <= number < _INT64.stop:
        raise UsageError(f"{shown(str(value))!r} is no size: from 0 to 8 EiB")
    return int(number)


def memory_swap(value: Any) -> int:
    """As `size`, or -1 for no limit."""
    return -1 if str(value) == "-1" else size(value)


def cpus(value: Any) -> int:
    """Billionths of a processor of "1.5", 1.5 or "3/2", without a rounding error. Source: `ParseCPUs` of docker/cli."""
    from fractions import Fraction  # noqa: PLC0415 - loads decimal, which completing a flag does not need

    written = str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value
    if not isinstance(written, str) or not _CPUS.fullmatch(written) or re.search(r"/0+$", written):
        raise UsageError(f"wants a number of processors such as 1.5, not {shown(repr(value))}")
    found = Fraction(written) * 10**9
    if found.denominator != 1 or found.numerator not in _INT64:
        raise UsageError(f"{shown(written)!r} is more precise, or more, than engines can tell apart")
    return found.numerator


def nanoseconds(value: Any) -> int:
    """A duration of Go's form ("1m30s"), or a timedelta. Raises UsageError for a negative one and a bare number."""
    try:
        found = _of_timedelta(value) if isinstance(value, timedelta) else duration(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise UsageError(f"wants a duration such as 30s or 1m30s, not {shown(repr(value))}") from error
    if found < 0:
        raise UsageError(f"is not negative as {shown(str(value))} is")
    return found


def _of_timedelta(value: timedelta) -> int:
    return (value // timedelta(microseconds=1)) * 1000 + int(getattr(value, "nanoseconds", 0))  # which pandas' has


def _index(value: Any, what: str) -> int:
    if isinstance(value, bool):
        raise UsageError(f"wants {what}, not {value}")
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        return int(value)
    try:
        return operator.index(value)
    except TypeError as error:
        raise UsageError(f"wants {what}, not {shown(repr(value))}") from error
