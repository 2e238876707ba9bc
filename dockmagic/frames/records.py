"""The rows of a frame as JSON: what is missing is None, a time is milliseconds since 1970."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["records"]


def records(frame: pd.DataFrame, columns: Sequence[str]) -> list[dict[str, Any]]:
    """One dict per row, of these columns."""
    values = [_values(frame[column]) for column in columns]
    return [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)]


def _values(column: pd.Series[Any]) -> list[Any]:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        column = column.dt.as_unit("ms").astype("int64").where(column.notna())
        return [None if missing else int(value) for value, missing in zip(column, column.isna(), strict=True)]
    return [None if missing else value for value, missing in zip(column.tolist(), column.isna(), strict=True)]
