"""Who used the processors and the memory, and when? Two pictures of lines, above each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.errors import UsageError
from dockmagic.plots.drawing import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    NAME,
    ORANGE,
    PINK,
    RED,
    SKY,
    dress_times,
    nothing,
    pyplot,
    title,
)
from dockmagic.text import shown

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["plot_stats"]

_COLUMNS = frozenset({"time", "id", "name", "cpu_percent", "memory"})
_LINES = (BLUE, RED, GREEN, ORANGE, PINK, SKY, BLACK)  # not the yellow, which is too faint for a line


def plot_stats(stats: pd.DataFrame) -> Axes:
    """Who used the processors and the memory, and when? Lines of the frame that `stats(..., duration="30s")` returns.

    The Axes are those of the processors; those of memory, below, are `axes.figure.axes[1]`. Times are UTC. The seven
    containers that used most have a colour each, all others are grey; a snapshot gives dots. Raises UsageError for
    another frame, DockMagicError without matplotlib.
    """
    if not set(stats.columns) >= _COLUMNS:
        raise UsageError('this is no frame of stats: stats(engine, duration="30s") gives one')
    plt = pyplot()
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
        name = shown(str(rows["name"].iloc[-1]), length=NAME // 2)
        lines["others" if colour == GREY else f"{name} {identity[:4]}" if name in lines else name] = line
    _dress(above, "processors (% of one)")
    _dress(below, f"memory ({unit})")
    dress_times(below, times)
    title(above, "Who used the processors and the memory?", stats)
    if not lines:
        nothing(above, "no container ran")
        nothing(below, "")
    _legend(figure, lines)
    axes: Axes = above
    return axes


def _busiest(stats: pd.DataFrame) -> list[tuple[str, str]]:
    """The ids of the containers that ran with their colours, first who reached the most of either."""
    ran = stats.dropna(subset=["time", "memory"])
    peaks = ran.groupby("id", sort=False)[["cpu_percent", "memory"]].max().astype("float64")
    shares = (peaks / peaks.max().replace(0.0, 1.0)).fillna(0.0).max(axis="columns")
    ranked = shares.sort_values(ascending=False, kind="stable").index
    return [(str(each), _LINES[place] if place < len(_LINES) else GREY) for place, each in enumerate(ranked)]


def _dress(axes: Axes, label: str) -> None:
    axes.set_ylabel(label)
    axes.set_ylim(bottom=0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#DDDDDD", linewidth=0.8)
    axes.set_axisbelow(True)


def _legend(figure: Figure, lines: dict[str, Any]) -> None:
    """Beside the lines, those that used most on top."""
    if not lines:
        return
    names = list(reversed(lines))
    legend = figure.legend([lines[name] for name in names], names, loc="outside right upper", frameon=False, fontsize=9)
    for text in legend.get_texts():
        text.set_parse_math(False)
