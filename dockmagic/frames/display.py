"""How much of a long frame is shown."""

from __future__ import annotations

__all__ = ["show_rows"]


def show_rows(rows: int | None) -> int | None:
    """Let a long frame show so many rows, the middle left out and all of them counted; returns how many it was before.

    It is pandas' own setting (display.max_rows; None for all): frames of other origin are shown likewise, and none is
    cut.
    """
    import pandas as pd  # noqa: PLC0415 - only whoever sets it pays for it

    before: int | None = pd.get_option("display.max_rows")
    pd.set_option("display.max_rows", rows)
    return before
