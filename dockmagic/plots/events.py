"""What happened when? Events as a timeline: a lane for each type and action."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.errors import UsageError
from dockmagic.plots.drawing import (
    BLUE,
    FAINT,
    GREEN,
    GREY,
    NAME,
    ORANGE,
    PINK,
    RED,
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

__all__ = ["plot_events"]

_COLUMNS = frozenset({"time", "type", "action", "name", "exit_code", "detail"})
_COLOURS = {"container": BLUE, "image": GREEN, "network": PINK, "volume": ORANGE}
_OTHER = FAINT  # builder, daemon, plugin, what swarms have
_WRONG = "went wrong"
_MOST = 16  # lanes; the rarest beyond are one
_REST = "all others"
_NAMED = 0.14  # of the width that a name takes: one in its way is left out


def plot_events(events: pd.DataFrame) -> Axes:
    """What happened when? A timeline of the frame that `events` returns, a lane for each type and action.

    Times are UTC. What went wrong is a red cross with a name: a container that ended with another code than 0, that
    became unhealthy or got no memory. Behind each lane stands how often it happened; beyond 16 lanes the rarest share
    one. A grey line is a gap, where events may be missing (of a feed). Raises UsageError for another frame,
    DockMagicError without matplotlib.
    """
    if not set(events.columns) >= _COLUMNS:
        raise UsageError("this is no frame of events: events(engine) gives one")
    plt = pyplot()
    timed = events.dropna(subset=["time"])
    gaps, told = timed[timed["type"] == "gap"], timed[timed["type"] != "gap"]
    told = told.assign(lane=_lanes(told), wrong=_wrong(told)).sort_values("time", kind="stable")
    lanes = _ordered(told)
    figure, axes = plt.subplots(figsize=(10, 1.7 + 0.26 * max(len(lanes), 2)), layout="constrained")
    for moment in gaps["time"]:
        axes.axvline(moment, color=GREY, linewidth=1.5, linestyle="--")
    handles = _draw(axes, told, lanes)
    axes.set_yticks(range(len(lanes)), lanes, parse_math=False)
    _dress(axes, told, lanes)
    dress_times(axes, timed["time"])
    answer = f"{len(told)} event{'' if len(told) == 1 else 's'}" if len(told) else ""
    title(axes, "What happened when?", events, answer)
    if not len(timed):
        nothing(axes, "no events")
    _legend(figure, handles)
    found: Axes = axes
    return found


def _lanes(events: pd.DataFrame) -> list[str]:
    """Type and action; of a health its value too, which says more than that there was one."""
    found = []
    for row in events.itertuples():
        state = f": {row.detail}" if row.action == "health_status" and isinstance(row.detail, str) else ""
        found.append(shown(f"{row.type} {row.action}{state}", length=NAME))
    counts = {lane: found.count(lane) for lane in dict.fromkeys(found)}
    kept = set(sorted(counts, key=lambda lane: -counts[lane])[: _MOST if len(counts) <= _MOST else _MOST - 1])
    return [lane if lane in kept else _REST for lane in found]


def _wrong(events: pd.DataFrame) -> pd.Series:
    died = (events["action"] == "die") & events["exit_code"].fillna(0).ne(0)
    ill = (events["action"] == "health_status") & (events["detail"] == "unhealthy")
    return (died | ill | (events["action"] == "oom")).astype("bool")


def _ordered(told: pd.DataFrame) -> list[str]:
    """Types together, containers on top; within one as they first happened; what is shared below."""
    first = {lane: place for place, lane in reversed(list(enumerate(told["lane"])))}
    types = dict(zip(told["lane"], told["type"], strict=True))
    order = list(_COLOURS)
    rank = {kind: order.index(kind) if kind in order else len(order) for kind in set(types.values())}
    return sorted(first, key=lambda lane: (lane == _REST, rank[types[lane]], types[lane], first[lane]))


def _draw(axes: Axes, told: pd.DataFrame, lanes: list[str]) -> dict[str, Any]:
    """A dot for each event, a cross for what went wrong; what stands for them in the legend."""
    handles: dict[str, Any] = {}
    height = {lane: place for place, lane in enumerate(lanes)}
    names = [kind if kind in _COLOURS else "other" for kind in told["type"]]
    for name in (*_COLOURS, "other"):
        rows = told[[each == name and not wrong for each, wrong in zip(names, told["wrong"], strict=True)]]
        if len(rows):
            places = [height[lane] for lane in rows["lane"]]
            colour = _COLOURS.get(name, _OTHER)
            handles[name] = axes.scatter(rows["time"], places, s=30, color=colour, alpha=0.7, linewidths=0)
    wrong = told[told["wrong"]]
    if len(wrong):
        places = [height[lane] for lane in wrong["lane"]]
        handles[_WRONG] = axes.scatter(wrong["time"], places, s=55, color=RED, marker="X", linewidths=0, zorder=3)
        _name(axes, told, wrong, height)
    return handles


def _name(axes: Axes, told: pd.DataFrame, wrong: pd.DataFrame, height: dict[str, int]) -> None:
    """Whose fault it was, where there is room for a name."""
    begin, whole = told["time"].min(), told["time"].max() - told["time"].min()
    taken: dict[str, float] = {}
    for row in wrong.itertuples():
        at = float((row.time - begin) / whole) if whole else 0.5
        if not isinstance(row.name, str) or at < taken.get(str(row.lane), -1.0) + _NAMED:
            continue
        taken[str(row.lane)] = at
        code = f" ({row.exit_code})" if row.action == "die" else ""
        aside, side = (-7, "right") if at > 1 - _NAMED else (7, "left")  # inside the picture
        text = axes.annotate(
            shown(row.name, length=NAME // 3) + code,
            (row.time, height[str(row.lane)]),
            (aside, 0),
            textcoords="offset points",
            ha=side,
            va="center",
            fontsize=8,
            color=FAINT,
        )
        text.set_parse_math(False)


def _dress(axes: Axes, told: pd.DataFrame, lanes: list[str]) -> None:
    counts = told["lane"].value_counts()
    for place, lane in enumerate(lanes):
        axes.annotate(
            f"×{counts[lane]}",  # noqa: RUF001 - times
            (1.0, place),
            (6, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            fontsize=8,
            color=FAINT,
        )
    axes.set_ylim(max(len(lanes), 1) - 0.4, -0.6)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0, labelsize=9)
    axes.grid(axis="y", color="#EEEEEE", linewidth=0.8)
    axes.margins(x=0.03)
    axes.set_axisbelow(True)


def _legend(figure: Figure, handles: dict[str, Any]) -> None:
    if handles:
        figure.legend(
            list(handles.values()),
            list(handles),
            loc="outside lower right",
            ncols=len(handles),
            frameon=False,
            fontsize=9,
        )
