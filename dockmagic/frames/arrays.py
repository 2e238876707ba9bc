"""One column's values, as an engine's JSON has them, as a typed array of pandas. No value of any type raises.

pandas infers types and parses texts by looking at them all, which takes 14 to 90 us per column; a `ps` has eighteen.
Here every value is converted for itself, so that one row never changes how another is read.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from dockmagic.frames.schema import Nanoseconds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dockmagic.frames.schema import Category

__all__ = ["array"]

_TEXT = pd.StringDtype(na_value=np.nan)  # what pandas calls "str"
_TEXT_OR_NONE = {str, type(None)}
_INT64 = range(-(2**63), 2**63)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FIRST, _LAST = datetime(2, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_YEARS = range((_FIRST - _EPOCH) // _MICROSECOND, (_LAST - _EPOCH) // _MICROSECOND + 1)
_SECONDS = range(_YEARS.start // 10**6 + 1, _YEARS.stop // 10**6)
_NANOSECONDS = re.compile(r"[.,]\d{6}(\d{1,3})", re.ASCII)
_NAT = -(2**63)


def array(values: Sequence[Any], dtype: str | Category | Nanoseconds) -> Any:
    """`values` as an array of `dtype`; see `Column`. What is missing or of another type is NA, False, [] or {}."""
    return _CONVERT[str(dtype)](values, dtype)


def _text(values: Sequence[Any], _: object) -> Any:
    return pd.array(_texts(values), dtype=_TEXT)


def _texts(values: Sequence[Any]) -> Sequence[str | None]:
    return values if {*map(type, values)} <= _TEXT_OR_NONE else list(map(_as_text, values))


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)


def _category(values: Sequence[Any], dtype: Any) -> Any:
    texts = _texts(values)
    categorical, codes = _categories(dtype.known)
    if not codes.keys() >= {*texts}:
        unknown = dict.fromkeys(text for text in texts if text not in codes)
        categorical, codes = _with_codes((*dtype.known, *unknown))
    return pd.Categorical.from_codes([codes[text] for text in texts], dtype=categorical)


def _with_codes(known: tuple[Any, ...]) -> tuple[pd.CategoricalDtype, dict[str | None, int]]:
    codes = {text: code for code, text in enumerate(known)}
    return pd.CategoricalDtype(pd.Index(known, dtype=_TEXT)), codes | {None: -1}


_categories = cache(_with_codes)


def _integer(values: Sequence[Any], _: object) -> Any:
    if values.count(None) == len(values):  # sizes nobody has asked for
        return pd.arrays.IntegerArray(np.zeros(len(values), "int64"), np.ones(len(values), "bool"))
    numbers = list(map(_as_integer, values))
    mask = np.array([number is None for number in numbers], dtype="bool")
    return pd.arrays.IntegerArray(np.array([number or 0 for number in numbers], dtype="int64"), mask)


def _as_integer(value: Any) -> int | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if type(value) is int and value in _INT64 else None  # not True, which is an int too


def _float(values: Sequence[Any], _: object) -> Any:
    return np.array(list(map(_as_float, values)), dtype="float64")


def _as_float(value: Any) -> float:
    try:
        return float(value) if type(value) in {int, float} else float("nan")
    except OverflowError:
        return float("nan")


def _boolean(values: Sequence[Any], _: object) -> Any:
    return np.array([value is True for value in values], dtype="bool")


def _time(values: Sequence[Any], dtype: Any) -> Any:
    unit = str(dtype).removeprefix("datetime64[")[:2]
    if isinstance(dtype, Nanoseconds):
        ticks = [value if type(value) is int and value in _INT64 else _NAT for value in values]
    elif (
        unit == "us" and {*map(type, values)} == {int} and _SECONDS.start <= min(values) <= max(values) < _SECONDS.stop
    ):
        return pd.array((np.array(values, "int64") * 10**6).view("datetime64[us]"), dtype=_utc(unit))
    else:
        ticks = [_ticks(value, nano=unit == "ns") for value in values]
    return pd.array(np.array(ticks, dtype="int64").view(f"datetime64[{unit}]"), dtype=_utc(unit))


@cache
def _utc(unit: Any) -> pd.DatetimeTZDtype:
    return pd.DatetimeTZDtype(unit, "UTC")


def _ticks(value: Any, *, nano: bool) -> int:
    """Seconds since 1970 or RFC 3339 text in microseconds or nanoseconds since 1970.

    NaT is what is neither, what is out of range, and the year 1: Go's zero time, never, in whichever zone.
    """
    below = 0
    if type(value) is int:
        ticks = value * 10**6
    else:
        try:
            moment = datetime.fromisoformat(value)  # cuts off what is less than a microsecond
        except (TypeError, ValueError):
            return _NAT
        ticks = ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH) // _MICROSECOND
        if nano and (digits := _NANOSECONDS.search(value)):
            below = int(digits[1].ljust(3, "0"))
    if ticks not in _YEARS:
        return _NAT
    if nano:
        ticks = ticks * 1000 + below
    return ticks if ticks in _INT64 else _NAT


def _list(values: Sequence[Any], _: object) -> Any:
    return _objects([value if isinstance(value, list) else [] for value in values])


def _dict(values: Sequence[Any], _: object) -> Any:
    return _objects([value if isinstance(value, dict) else {} for value in values])


def _objects(values: list[Any]) -> Any:
    return np.fromiter(values, dtype=object, count=len(values))  # np.array would make lists of one length a matrix


_CONVERT: dict[str, Callable[[Sequence[Any], Any], Any]] = {
    "str": _text,
    "category": _category,
    "Int64": _integer,
    "float64": _float,
    "bool": _boolean,
    "datetime64[us, UTC]": _time,
    "datetime64[ns, UTC]": _time,
    "list": _list,
    "dict": _dict,
}
