"""Lines of JSON as columns: what a program logs as {"level": "info", "msg": "..."} becomes a column per key."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pandas as pd

from dockmagic.frames.arrays import array

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["MORE", "MOST", "with_json"]

MOST = 100
"""Columns that are made of keys, the most frequent ones: a program may write others in each line."""

MORE = "json_more"
"""The column of what is left over, a dict."""

_INT64 = range(-(2**63), 2**63)


def with_json(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame of logs with the objects that its lines are as columns behind its own, in the order of their appearance.

    Such a line is NA then; one that is no object of JSON stays in `line`, and has NA in the new columns. A key that is
    the name of another column gets "json_" in front. Whole numbers are Int64, numbers float64, truths boolean and texts
    str where all values of a key are; else a column has Python's objects. `MOST` keys have columns, the rest are
    together in `json_more`.
    """
    lines: list[Any] = frame["line"].astype(object).where(frame["line"].notna(), None).tolist()
    objects = [_object(line) for line in lines]
    counts = Counter(key for each in objects if each for key in each)
    frequent = set(counts) if len(counts) <= MOST else {key for key, _ in counts.most_common(MOST)}
    left = [line if each is None else None for line, each in zip(lines, objects, strict=True)]
    made = frame.assign(line=array(left, "str"))
    added: dict[str, Any] = {}
    for key in counts:  # in the order of their appearance
        if key in frequent:
            values = [None if each is None else each.get(key) for each in objects]
            added[_name(key, {*made.columns, *added})] = _column(values)
    if len(counts) > MOST:
        rest = [{k: v for k, v in (each or {}).items() if k not in frequent} for each in objects]
        added[_name(MORE, {*made.columns, *added})] = array(rest, "dict")
    together = pd.concat([made, pd.DataFrame(added, index=made.index, copy=False)], axis=1) if added else made
    together.attrs = frame.attrs
    return together


def _object(line: str | None) -> dict[str, Any] | None:
    if line is None or not line.lstrip().startswith("{"):
        return None
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def _name(key: str, taken: set[str]) -> str:
    while key in taken:
        key = f"json_{key}"
    return key


def _column(values: Sequence[Any]) -> Any:
    """An array of the one type that all values have; null and missing are NA."""
    kinds = {type(value) for value in values if value is not None}
    if kinds == {str}:
        return array(values, "str")
    if kinds == {bool}:
        return pd.array(values, dtype="boolean")
    if kinds == {int} and all(value is None or value in _INT64 for value in values):
        return array(values, "Int64")
    if float in kinds and kinds <= {int, float}:
        return array(values, "float64")
    return np.fromiter(values, dtype=object, count=len(values))
