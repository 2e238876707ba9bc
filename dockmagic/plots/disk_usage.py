"""What takes the disk, and how much of it could go? A bar for each kind of thing, or for each of the largest things."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dockmagic.errors import UsageError
from dockmagic.plots.drawing import BLUE, FAINT, NAME, ORANGE, dress_bars, key, nothing, pyplot, title
from dockmagic.text import shown

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["plot_system_df"]

_KINDS = frozenset({"type", "total", "size", "reclaimable"})
_THINGS = frozenset({"type", "id", "name", "size", "in_use"})
_MOST = 20  # things that are drawn
_UNITS = (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("B", 1.0))
_HASH = re.compile(r"[0-9a-f]{64}")  # the name of a volume that nobody gave one
_QUESTION = "What takes the disk?"


def plot_system_df(usage: pd.DataFrame) -> Axes:
    """What takes the disk, and how much of it could go? Bars of the frame that `system_df` returns.

    One bar for each kind of thing, its reclaimable part in another colour; of `system_df(..., verbose=True)` one for
    each of the 20 largest things, in a colour that says whether something uses it. Sizes are decimal, as docker's (1 GB
    is 10**9 bytes). Raises UsageError for another frame, DockMagicError without matplotlib.
    """
    if set(usage.columns) >= _KINDS:
        return _kinds(usage)
    if set(usage.columns) >= _THINGS:
        return _things(usage)
    raise UsageError("this is no frame of what takes the disk: system_df(engine) gives one")


def _kinds(usage: pd.DataFrame) -> Axes:
    sizes, free = (usage[name].astype("float64").fillna(0.0).tolist() for name in ("size", "reclaimable"))
    axes = _bars(
        [f"{row.type} ({row.total})" for row in usage.itertuples()],
        [
            ("in use", BLUE, [max(size - part, 0.0) for size, part in zip(sizes, free, strict=True)]),
            ("reclaimable", ORANGE, [min(part, size) for size, part in zip(sizes, free, strict=True)]),
        ],
        [_told(size, part) for size, part in zip(sizes, free, strict=True)],
        empty="nothing is on the disk",
    )
    title(axes, _QUESTION, usage, f"{_size(sum(sizes))} ({_size(sum(free))} reclaimable)" if any(sizes) else "")
    return axes


def _things(usage: pd.DataFrame) -> Axes:
    known = usage.dropna(subset=["size"])
    largest = known[known["size"] > 0].sort_values("size", ascending=False, kind="stable").head(_MOST)
    sizes = largest["size"].astype("float64").tolist()
    used = [bool(each) for each in largest["in_use"]]
    axes = _bars(
        [_name(row) for row in largest.itertuples()],
        [
            ("in use", BLUE, [size if busy else 0.0 for size, busy in zip(sizes, used, strict=True)]),
            ("not in use", ORANGE, [0.0 if busy else size for size, busy in zip(sizes, used, strict=True)]),
        ],
        [_size(size) for size in sizes],
        empty="nothing is on the disk",
    )
    answer = f"The {len(sizes)} largest of {len(usage)} things" if len(sizes) < len(usage) else ""
    title(axes, _QUESTION, usage, answer)
    return axes


def _bars(names: list[str], parts: list[tuple[str, str, list[float]]], told: list[str], *, empty: str) -> Axes:
    """Bars of bytes, each of its parts behind the one before, and what is told of each behind it."""
    plt = pyplot()
    figure, axes = plt.subplots(figsize=(10, 1.5 + 0.32 * max(len(names), 1)), layout="constrained")
    ends = [0.0] * len(names)
    unit, bytes_of_unit = _unit(max(map(sum, zip(*(sizes for _, _, sizes in parts), strict=True)), default=0.0))
    for _, colour, sizes in parts:
        lengths = [size / bytes_of_unit for size in sizes]
        axes.barh(range(len(names)), lengths, left=ends, height=0.62, color=colour)
        ends = [end + length for end, length in zip(ends, lengths, strict=True)]
    for place, (end, text) in enumerate(zip(ends, told, strict=True)):
        axes.annotate(text, (end, place), (4, 0), textcoords="offset points", va="center", fontsize=8, color=FAINT)
    axes.set_yticks(range(len(names)), names, parse_math=False)
    dress_bars(axes, len(names), most=max(ends, default=0.0) * 1.12)
    axes.set_xlabel(f"size ({unit})")
    if any(ends):
        key(figure, {name: colour for name, colour, _ in parts})
    else:
        nothing(axes, empty)
    found: Axes = axes
    return found


def _name(row: Any) -> str:
    """What it is and how a person knows it: an image without a name by its id."""
    name = next((each for each in (row.name, row.id) if isinstance(each, str) and each), "?")
    name = name[:12] if _HASH.fullmatch(name) else name
    return f"{_KIND.get(str(row.type), str(row.type))} {shown(name, length=NAME * 3 // 4)}"


def _told(size: float, free: float) -> str:
    return f"{_size(size)}, {_size(free)} reclaimable" if free else _size(size) if size else ""


def _size(size: float) -> str:
    """As on the axis, with one digit behind the point: 1.3 GB."""
    unit, bytes_of_unit = _unit(size)
    return f"{size / bytes_of_unit:.1f} {unit}" if bytes_of_unit > 1 else f"{size:.0f} B"


def _unit(size: float) -> tuple[str, float]:
    return next((each for each in _UNITS if size >= each[1]), _UNITS[-1])


_KIND = {"Images": "image", "Containers": "container", "Local Volumes": "volume", "Build Cache": "cache"}
