"""A frame's columns, declared once as data, and how the JSON of an engine becomes a frame of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from dockmagic.engine.client import Engine

__all__ = ["Category", "Column", "Row", "Schema", "to_frame"]

Row: TypeAlias = Mapping[str, Any]
Source: TypeAlias = str | Callable[[Row], Any]

_INT64 = 2**63
_ZERO_TIME = "0001-01-01T00:00:00Z"  # Go's zero time: never


@dataclass(frozen=True, slots=True)
class Category:
    """A dtype: text of which the usual values are known, in their natural order; others are appended."""

    known: tuple[str, ...]

    def __str__(self) -> str:
        return "category"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `source` is a key of the engine's JSON, or a function of the whole object.

    `dtype` is str, bool, Int64, float64, "datetime64[us, UTC]", "datetime64[ns, UTC]", list, dict, or a Category.
    """

    name: str
    source: Source
    dtype: str | Category
    help: str


Schema: TypeAlias = tuple[Column, ...]


def to_frame(rows: Sequence[Row], schema: Schema, *, engine: Engine | None = None) -> pd.DataFrame:
    """A frame with exactly the columns of `schema`, also for no rows.

    A key that is missing, null or of another type is NA (an empty list or dict in those columns), one that is unknown
    is passed over. `attrs` tell which engine said so and when, as text.
    """
    import pandas as pd  # noqa: PLC0415 - 300 ms: at the first frame, not with the extension

    frame = pd.DataFrame({column.name: _series(rows, column) for column in schema}, copy=False)
    if engine is not None:
        frame.attrs = {
            "host": engine.host,
            "api_version": engine.api_version,
            "fetched_at": datetime.now(UTC).isoformat(timespec="seconds"),
        }
    return frame


def _series(rows: Sequence[Row], column: Column) -> Any:
    source = column.source
    values = [source(row) for row in rows] if callable(source) else [row.get(source) for row in rows]
    return _CONVERT[str(column.dtype)](values, column.dtype)


def _text(values: list[Any], _: object) -> Any:
    import pandas as pd  # noqa: PLC0415

    return pd.array([_as_text(value) for value in values], dtype="str")


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)


def _category(values: list[Any], dtype: Any) -> Any:
    import pandas as pd  # noqa: PLC0415

    texts = [_as_text(value) for value in values]
    unknown = dict.fromkeys(text for text in texts if text is not None and text not in dtype.known)
    return pd.Categorical(texts, categories=[*dtype.known, *unknown])


def _integer(values: list[Any], _: object) -> Any:
    import pandas as pd  # noqa: PLC0415

    return pd.array([_as_integer(value) for value in values], dtype="Int64")


def _as_integer(value: Any) -> int | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and -_INT64 <= value < _INT64 else None


def _float(values: list[Any], _: object) -> Any:
    import numpy as np  # noqa: PLC0415

    return np.array([value if isinstance(value, (int, float)) else None for value in values], dtype="float64")


def _boolean(values: list[Any], _: object) -> Any:
    import numpy as np  # noqa: PLC0415

    return np.array([value is True for value in values], dtype="bool")


def _time(values: list[Any], dtype: Any) -> Any:
    """Seconds since 1970 or RFC 3339 text; what is neither, or Go's zero time, is NaT."""
    import pandas as pd  # noqa: PLC0415

    unit: Literal["us", "ns"] = "ns" if dtype.startswith("datetime64[ns") else "us"
    if all(isinstance(value, int) for value in values):
        seconds = [value if 0 < value < _INT64 // 10**9 else None for value in values]
        return pd.to_datetime(pd.array(seconds, dtype="Int64"), unit="s", utc=True).as_unit(unit)
    texts = pd.Index([_as_time(value) for value in values], dtype="str")
    return pd.to_datetime(texts, format="ISO8601", utc=True, errors="coerce").as_unit(unit)


def _as_time(value: Any) -> str | None:
    if isinstance(value, int) and 0 < value < _INT64 // 10**9:
        return datetime.fromtimestamp(value, UTC).isoformat()
    return value if isinstance(value, str) and value != _ZERO_TIME else None


def _list(values: list[Any], _: object) -> Any:
    return _objects([value if isinstance(value, list) else [] for value in values])


def _dict(values: list[Any], _: object) -> Any:
    return _objects([value if isinstance(value, dict) else {} for value in values])


def _objects(values: list[Any]) -> Any:
    import numpy as np  # noqa: PLC0415

    return np.fromiter(values, dtype=object, count=len(values))  # np.array would make lists of one length a matrix


_CONVERT: dict[str, Callable[[list[Any], Any], Any]] = {
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
