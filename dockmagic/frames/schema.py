"""A frame's columns, declared once as data, and how the JSON of an engine becomes a frame of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

from dockmagic.collector import collector_paused

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from dockmagic.engine.client import Engine

__all__ = [
    "Category",
    "Column",
    "Nanoseconds",
    "Row",
    "Schema",
    "Source",
    "to_columns",
    "to_frame",
    "to_values",
    "told_by",
]

Row: TypeAlias = Mapping[str, Any]
Source: TypeAlias = str | Callable[[Row], Any]


_BLOCK = 128
"""Rows held at a time of those that come one by one: gone before the garbage collector has counted 700 of them."""


@dataclass(frozen=True, slots=True)
class Category:
    """A dtype: text of which the usual values are known, in their natural order; others are appended."""

    known: tuple[str, ...]

    def __str__(self) -> str:
        return "category"


class Nanoseconds:
    """A dtype: times, of a source that gives them in nanoseconds since 1970, where others give seconds or text."""

    def __str__(self) -> str:
        return "datetime64[ns, UTC]"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `source` is a key of the engine's JSON, or a function of the whole object.

    `dtype` is str, bool, Int64, float64, "datetime64[us, UTC]", "datetime64[ns, UTC]", list, dict, Nanoseconds, or a
    Category.
    """

    name: str
    source: Source
    dtype: str | Category | Nanoseconds
    help: str


Schema: TypeAlias = tuple[Column, ...]


def to_frame(rows: Iterable[Row], schema: Schema, *, engine: Engine | None = None) -> pd.DataFrame:
    """A frame with exactly the columns of `schema`, also for no rows.

    A key that is missing, null or of another type is NA (in columns of text its JSON, in those of bool False, of lists
    and dicts an empty one); one that is unknown is passed over. `attrs` tell which engine said so and when, as text.
    `rows` may come one by one, from a stream: few of them are held at a time.
    """
    import pandas as pd  # noqa: PLC0415 - 300 ms: at the first frame, not with the extension

    frame = pd.DataFrame(to_columns(rows, schema), copy=False)
    frame.attrs = told_by(engine)
    return frame


def to_columns(rows: Iterable[Row], schema: Schema) -> dict[str, Any]:
    """What `to_frame` makes a frame of: the array of each column, by its name."""
    from dockmagic.frames.arrays import array  # noqa: PLC0415 - imports pandas

    if isinstance(rows, list):
        with collector_paused():
            return {each.name: array(to_values(rows, each.source), each.dtype) for each in schema}
    values: dict[str, list[Any]] = {each.name: [] for each in schema}
    coming = iter(rows)
    while block := list(islice(coming, _BLOCK)):
        for each in schema:
            values[each.name] += to_values(block, each.source)
    return {each.name: array(values[each.name], each.dtype) for each in schema}


def told_by(engine: Engine | None) -> dict[Any, Any]:
    """The `attrs` of a frame that `engine` has told just now; none without one."""
    if engine is None:
        return {}
    return {
        "host": engine.host,
        "engine": engine.endpoint.display,
        "api_version": engine.api_version,
        "fetched_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def to_values(rows: Sequence[Row], source: Source) -> list[Any]:
    """What a column's `source` finds in each row."""
    return list(map(source, rows)) if callable(source) else [row.get(source) for row in rows]
