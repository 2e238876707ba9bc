"""What all pictures have in common: matplotlib, which is an extra, colours, titles, axes of time, and what is empty."""

from __future__ import annotations

from datetime import UTC, timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any

from dockmagic.errors import DockMagicError
from dockmagic.text import shown

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "BLACK",
    "BLUE",
    "FAINT",
    "GREEN",
    "GREY",
    "NAME",
    "ORANGE",
    "PINK",
    "RED",
    "SKY",
    "YELLOW",
    "dress_bars",
    "dress_times",
    "key",
    "nothing",
    "pyplot",
    "title",
]

# Okabe and Ito's colours, which colour-blind people tell apart too: https://jfly.uni-koeln.de/color/
BLACK, BLUE, SKY, GREEN = "#000000", "#0072B2", "#56B4E9", "#009E73"
ORANGE, PINK, RED, YELLOW = "#E69F00", "#CC79A7", "#D55E00", "#F0E442"
GREY = "#BBBBBB"
FAINT = "#666666"  # of what is written small
NAME = 48  # characters of a name
_MARGIN = 4  # pixels
_GRID = "#DDDDDD"


def pyplot() -> Any:
    """What draws. Raises DockMagicError where it is not installed."""
    try:
        import matplotlib.pyplot as plt  # noqa: PLC0415 - an extra, and half a second
    except ImportError as error:
        raise DockMagicError(
            "pictures need matplotlib, which is not installed", hint='%pip install "dockmagic[plot]"'
        ) from error
    return plt


def title(axes: Axes, question: str, frame: pd.DataFrame, answer: str = "") -> None:
    """The question, the short answer where there is one, and the engine that the frame is of.

    It begins above the axes; a long one begins further left, and ends with the picture.
    """
    engine = shown(str(frame.attrs.get("engine") or frame.attrs.get("host", "")), length=NAME)
    where = f"on {engine}" if answer and engine else engine
    text = " ".join(filter(None, (question, answer, where)))
    written = axes.set_title(text, loc="left", fontsize=11, parse_math=False)
    figure: Any = axes.figure
    figure.draw_without_rendering()
    beyond = written.get_window_extent().x1 - figure.bbox.x1 + _MARGIN
    if beyond > 0:
        left = axes.bbox.x0 - max(axes.bbox.x0 - beyond, _MARGIN)
        written.set_x(-left / axes.bbox.width)


def nothing(axes: Axes, said: str) -> None:
    """Say in the middle that there is nothing to draw: an empty picture might be a broken one."""
    axes.text(0.5, 0.5, said, transform=axes.transAxes, ha="center", va="center", color=FAINT)
    axes.set_xticks([], labels=[])
    axes.set_yticks([], labels=[])


def dress_bars(axes: Axes, rows: int, *, most: float) -> None:
    """Horizontal bars, the first on top, and room behind the longest for what is said there."""
    axes.set_ylim(max(rows, 1) - 0.4, -0.6)
    axes.set_xlim(0, (most or 1.0) * 1.1)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0, labelsize=9)
    axes.grid(axis="x", color=_GRID, linewidth=0.8)
    axes.set_axisbelow(True)


def dress_times(axes: Axes, times: pd.Series) -> None:
    """Below, the time in UTC; a single moment in the middle of its minute."""
    axes.set_xlabel("time (UTC)")
    if not len(times):
        axes.set_xticks([])
        return
    dates: Any = import_module("matplotlib.dates")  # an extra, whose functions have no types
    locator = dates.AutoDateLocator(tz=UTC, minticks=3, maxticks=8)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator, tz=UTC))
    first, last = times.min().to_pydatetime(warn=False), times.max().to_pydatetime(warn=False)
    if first == last:  # without a width of its own the axis would span years
        aside: Any = timedelta(seconds=30)
        axes.set_xlim(first - aside, last + aside)


def key(figure: Figure, colours: dict[str, str]) -> None:
    """What the colours mean, below the picture."""
    from matplotlib.patches import Patch  # noqa: PLC0415 - an extra

    if colours:
        patches = [Patch(color=colour, label=name) for name, colour in colours.items()]
        figure.legend(handles=patches, loc="outside lower right", ncols=len(patches), frameon=False, fontsize=9)
