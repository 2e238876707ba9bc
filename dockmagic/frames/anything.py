"""JSON of no known shape as a frame: its keys are the columns, in the order in which they come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["json_frame"]


def json_frame(data: Any) -> pd.DataFrame:
    """One row per object of a list, or one for an object. Lists and dicts stay as they are.

    Raises UsageError for what has no rows (a number, a text).
    """
    import pandas as pd  # noqa: PLC0415 - at the first frame

    rows = data if isinstance(data, list) else [data]
    if not all(isinstance(row, dict) for row in rows):
        raise UsageError(f"the answer is no list of objects, which could be a frame, but {type(data).__name__}")
    return pd.DataFrame(rows)
