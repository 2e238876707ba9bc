"""Where did a build's time go? Its steps as a timeline."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from dockmagic.errors import UsageError
from dockmagic.plots.drawing import BLUE, FAINT, NAME, RED, SKY, YELLOW, dress_bars, key, nothing, pyplot, title
from dockmagic.text import shown

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["plot_build_steps"]

_COLOURS = {"done": BLUE, "cached": SKY, "running": YELLOW, "failed": RED, "canceled": "#999999"}
_COLUMNS = frozenset({"step", "stage", "name", "started", "seconds", "status"})
_ROW = 0.3  # inches
_LEAST = 0.004  # of the whole time: how narrow a bar may be and still be seen


def plot_build_steps(steps: pd.DataFrame) -> Axes:
    """When each step of a build ran: a timeline of the frame that `build(..., steps=True)` returns.

    The horizontal axis is seconds since the build began; steps that never began are left out. Raises UsageError for
    another frame, DockMagicError without matplotlib.
    """
    if not set(steps.columns) >= _COLUMNS:
        raise UsageError("this is no frame of the steps of a build: build(engine, ..., steps=True) gives one")
    plt = pyplot()
    timed = steps.dropna(subset=["started"]).sort_values("started", kind="stable")
    begun = (timed["started"] - timed["started"].min()).dt.total_seconds()
    lasted = timed["seconds"].fillna(0.0)
    whole = float((begun + lasted).max()) if len(timed) else 0.0
    axes: Axes
    figure, axes = plt.subplots(figsize=(10, 1.4 + _ROW * max(len(timed), 1)), layout="constrained")
    colours = [_COLOURS.get(str(status), FAINT) for status in timed["status"]]
    axes.barh(range(len(timed)), lasted.clip(lower=whole * _LEAST), left=begun, height=0.62, color=colours)
    for place, row in enumerate(timed.itertuples()):
        _label(axes, row, place, float(begun.iloc[place] + max(lasted.iloc[place], whole * _LEAST)))
    axes.set_yticks(range(len(timed)), [_title(row) for row in timed.itertuples()], parse_math=False)
    dress_bars(axes, len(timed), most=whole)
    axes.set_xlabel("seconds since the build began")
    title(axes, "Where did the build's time go?", steps, f"{whole:.1f} s")
    if not len(timed):
        nothing(axes, "no step began")
    found = set(timed["status"])
    key(figure, {status: colour for status, colour in _COLOURS.items() if status in found})
    return axes


def _label(axes: Axes, row: Any, place: int, end: float) -> None:
    """How long it took behind its bar, or how it ended: colour is not all that tells."""
    seconds = 0.0 if math.isnan(row.seconds) else row.seconds
    said = str(row.status) if row.status in {"cached", "failed", "canceled", "running"} else ""
    took = f"{seconds:.1f} s" if seconds >= 0.05 else ""  # noqa: PLR2004 - 0.0 s says nothing
    text = " ".join(filter(None, ("" if said == "cached" else took, said)))
    axes.annotate(text, (end, place), (4, 0), textcoords="offset points", va="center", fontsize=8, color=FAINT)


def _title(row: Any) -> str:
    stage = row.stage if isinstance(row.stage, str) and not row.stage.startswith("stage-") else ""
    number = row.step if isinstance(row.step, str) else ""
    return shown(" ".join(filter(None, (stage, number, str(row.name)))), length=NAME)
