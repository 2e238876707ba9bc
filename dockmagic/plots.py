"""Pictures of frames: each answers one question, as Axes of matplotlib that can be changed. Needs the extra `plot`."""

from __future__ import annotations

import math
from datetime import UTC, timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any

from dockmagic.errors import DockMagicError, UsageError
from dockmagic.text import shown

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["plot_build_steps", "plot_stats"]

# Okabe and Ito's colours, which colour-blind people tell apart too: https://jfly.uni-koeln.de/color/
_COLOURS = {
    "done": "#0072B2",
    "cached": "#56B4E9",
    "running": "#F0E442",
    "failed": "#D55E00",
    "canceled": "#999999",
}
_COLUMNS = frozenset({"step", "stage", "name", "started", "seconds", "status"})
_STATS = frozenset({"time", "id", "name", "cpu_percent", "memory"})
_ROW = 0.3  # inches
_LEAST = 0.004  # of the whole time: how narrow a bar may be and still be seen
_NAME = 48  # characters
_FAINT = "#666666"
_LINES = ("#0072B2", "#D55E00", "#009E73", "#E69F00", "#CC79A7", "#56B4E9", "#000000")  # theirs too, but the yellow
_GREY = "#BBBBBB"


def plot_build_steps(steps: pd.DataFrame) -> Axes:
    """When each step of a build ran: a timeline of the frame that `build(..., steps=True)` returns.

    The horizontal axis is seconds since the build began; steps that never began are left out. Raises UsageError for
    another frame, DockMagicError without matplotlib.
    """
    if not set(steps.columns) >= _COLUMNS:
        raise UsageError("this is no frame of the steps of a build: build(engine, ..., steps=True) gives one")
    plt = _pyplot()
    timed = steps.dropna(subset=["started"]).sort_values("started", kind="stable")
    begun = (timed["started"] - timed["started"].min()).dt.total_seconds()
    lasted = timed["seconds"].fillna(0.0)
    whole = float((begun + lasted).max()) if len(timed) else 0.0
    axes: Axes
    figure, axes = plt.subplots(figsize=(10, 1.4 + _ROW * max(len(timed), 1)), layout="constrained")
    colours = [_COLOURS.get(str(status), _FAINT) for status in timed["status"]]
    axes.barh(range(len(timed)), lasted.clip(lower=whole * _LEAST), left=begun, height=0.62, color=colours)
    for place, row in enumerate(timed.itertuples()):
        _label(axes, row, place, float(begun.iloc[place] + max(lasted.iloc[place], whole * _LEAST)))
    axes.set_yticks(range(len(timed)), [_title(row) for row in timed.itertuples()], parse_math=False)
    _dress(axes, whole=whole, rows=len(timed))
    where = shown(str(steps.attrs.get("host", "")), length=_NAME)
    took = f"{whole:.1f} s" + (f" on {where}" if where else "")
    axes.set_title(f"Where did the build's time go? {took}", loc="left", fontsize=11, parse_math=False)
    _legend(figure, [status for status in _COLOURS if status in set(timed["status"])])
    return axes


def plot_stats(stats: pd.DataFrame) -> Axes:
    """Who used the processors and the memory, and when? Lines of the frame that `stats(..., duration="30s")` returns.

    The Axes are those of the processors; those of memory, below, are `axes.figure.axes[1]`. Times are UTC. The seven
    containers that used most have a colour each, all others are grey; a snapshot gives dots. Raises UsageError for
    another frame, DockMagicError without matplotlib.
    """
    if not set(stats.columns) >= _STATS:
        raise UsageError('this is no frame of stats: stats(engine, duration="30s") gives one')
    plt = _pyplot()
    figure, (above, below) = plt.subplots(2, 1, sharex=True, figsize=(10, 5.5), layout="constrained")
    unit, size = ("GiB", 2**30) if stats["memory"].astype("float64").max() >= 2**30 else ("MiB", 2**20)
    times = stats["time"].dropna().drop_duplicates()
    lines: dict[str, Any] = {}
    for identity, colour in reversed(_busiest(stats)):  # what has a colour is drawn over what is grey
        rows = stats[stats["id"] == identity].drop_duplicates("time")
        used = rows.set_index("time")[["cpu_percent", "memory"]].astype("float64").reindex(times)  # a gap stays one
        style = {"color": colour, "marker": "o" if len(rows) == 1 else "", "clip_on": False}
        above.plot(times, used["cpu_percent"], **style)
        (line,) = below.plot(times, used["memory"] / size, **style)
        name = shown(str(rows["name"].iloc[-1]), length=_NAME // 2)
        lines["others" if colour == _GREY else f"{name} {identity[:4]}" if name in lines else name] = line
    _dress_lines(above, "processors (% of one)")
    _dress_lines(below, f"memory ({unit})")
    _dress_times(below, times)
    where = shown(str(stats.attrs.get("host", "")), length=_NAME)
    title = "Who used the processors and the memory?" + (f" {where}" if where else "")
    above.set_title(title, loc="left", fontsize=11, parse_math=False)
    _line_legend(figure, lines)
    axes: Axes = above
    return axes


def _busiest(stats: pd.DataFrame) -> list[tuple[str, str]]:
    """The ids of the containers that ran with their colours, first who reached the most of either."""
    ran = stats.dropna(subset=["time", "memory"])
    peaks = ran.groupby("id", sort=False)[["cpu_percent", "memory"]].max().astype("float64")
    shares = (peaks / peaks.max().replace(0.0, 1.0)).fillna(0.0).max(axis="columns")
    ranked = shares.sort_values(ascending=False, kind="stable").index
    return [(str(each), _LINES[place] if place < len(_LINES) else _GREY) for place, each in enumerate(ranked)]


def _dress_lines(axes: Axes, label: str) -> None:
    axes.set_ylabel(label)
    axes.set_ylim(bottom=0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#DDDDDD", linewidth=0.8)
    axes.set_axisbelow(True)


def _dress_times(axes: Axes, times: pd.Series) -> None:
    axes.set_xlabel("time (UTC)")
    if not len(times):
        axes.set_xticks([])
        return
    dates: Any = import_module("matplotlib.dates")  # an extra, whose functions have no types
    locator = dates.AutoDateLocator(tz=UTC, minticks=3, maxticks=8)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator, tz=UTC))
    if len(times) == 1:  # without a width of its own the axis would span years
        moment, aside = times.iloc[0], timedelta(seconds=30)
        axes.set_xlim(moment - aside, moment + aside)


def _line_legend(figure: Figure, lines: dict[str, Any]) -> None:
    """Beside the lines, those that used most on top."""
    if not lines:
        return
    names = list(reversed(lines))
    legend = figure.legend([lines[name] for name in names], names, loc="outside right upper", frameon=False, fontsize=9)
    for text in legend.get_texts():
        text.set_parse_math(False)


def _label(axes: Axes, row: Any, place: int, end: float) -> None:
    """How long it took behind its bar, or how it ended: colour is not all that tells."""
    seconds = 0.0 if math.isnan(row.seconds) else row.seconds
    said = str(row.status) if row.status in {"cached", "failed", "canceled", "running"} else ""
    took = f"{seconds:.1f} s" if seconds >= 0.05 else ""  # noqa: PLR2004 - 0.0 s says nothing
    text = " ".join(filter(None, ("" if said == "cached" else took, said)))
    axes.annotate(text, (end, place), (4, 0), textcoords="offset points", va="center", fontsize=8, color=_FAINT)


def _dress(axes: Axes, *, whole: float, rows: int) -> None:
    axes.set_ylim(max(rows, 1) - 0.4, -0.6)
    axes.set_xlim(0, (whole or 1.0) * 1.1)
    axes.set_xlabel("seconds since the build began")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0, labelsize=9)
    axes.grid(axis="x", color="#DDDDDD", linewidth=0.8)
    axes.set_axisbelow(True)


def _legend(figure: Figure, found: list[str]) -> None:
    from matplotlib.patches import Patch  # noqa: PLC0415 - an extra

    if found:
        patches = [Patch(color=_COLOURS[status], label=status) for status in found]
        figure.legend(handles=patches, loc="outside lower right", ncols=len(found), frameon=False, fontsize=9)


def _title(row: Any) -> str:
    stage = row.stage if isinstance(row.stage, str) and not row.stage.startswith("stage-") else ""
    number = row.step if isinstance(row.step, str) else ""
    return shown(" ".join(filter(None, (stage, number, str(row.name)))), length=_NAME)


def _pyplot() -> Any:
    try:
        import matplotlib.pyplot as plt  # noqa: PLC0415 - an extra, and half a second
    except ImportError as error:
        raise DockMagicError(
            "pictures need matplotlib, which is not installed", hint='%pip install "dockmagic[plot]"'
        ) from error
    return plt
