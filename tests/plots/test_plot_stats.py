"""`plot_stats`: who used the processors and the memory, and when."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import dockmagic
from dockmagic.errors import UsageError
from dockmagic.frames.schema import to_frame
from dockmagic.frames.stats import STATS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

START = pd.Timestamp("2026-11-24T00:22:58Z")
MIB = 2**20


def frame(*rows: tuple[str, int, float | None, int | None]) -> pd.DataFrame:
    """The rows of containers: name, second, percent of a processor, MiB of memory."""
    return to_frame(
        [
            {
                "time": (START + pd.Timedelta(seconds=second)).isoformat(),
                "id": name.rjust(12, "0"),
                "name": name,
                "cpu_percent": percent,
                "memory": None if memory is None else memory * MIB,
            }
            for name, second, percent, memory in rows
        ],
        STATS,
    )


def drawn(axes: Axes) -> list[tuple[str, list[float]]]:
    """The lines with their colours, those that lie on top last."""
    return [(str(line.get_color()), np.asarray(line.get_ydata(), float).tolist()) for line in axes.get_lines()]


def legend(axes: Axes) -> dict[str, Any]:
    """The colours of the names."""
    (found,) = axes.figure.legends
    return {text.get_text(): line.get_color() for text, line in zip(found.get_texts(), found.get_lines(), strict=True)}


def test_each_container_is_a_line_in_both_pictures() -> None:
    """Of one colour, with units; the one that used most is the first in the legend."""
    above = dockmagic.plot_stats(frame(("web", 0, 50, 10), ("db", 0, 1, 5), ("web", 1, 80, 20), ("db", 1, 2, 5)))
    below = above.figure.axes[1]
    assert [axes.get_ylabel() for axes in (above, below)] == ["processors (% of one)", "memory (MiB)"]
    assert below.get_xlabel() == "time (UTC)"
    web, db = legend(above)["web"], legend(above)["db"]
    assert list(legend(above)) == ["web", "db"]
    assert drawn(above) == [(db, [1.0, 2.0]), (web, [50.0, 80.0])]
    assert drawn(below) == [(db, [5.0, 5.0]), (web, [10.0, 20.0])]
    assert web != db
    assert list(np.asarray(above.get_lines()[0].get_xdata())) == [START, START + pd.Timedelta(seconds=1)]


def test_much_memory_is_in_larger_units() -> None:
    """2 GiB."""
    axes = dockmagic.plot_stats(frame(("web", 0, 1, 1024), ("web", 1, 1, 2048))).figure.axes[1]
    assert axes.get_ylabel() == "memory (GiB)"
    assert drawn(axes)[0][1] == [1.0, 2.0]


def test_the_seven_that_used_most_have_colours() -> None:
    """Of processors or of memory; all others are grey, below them and in the legend once."""
    rows = [(f"c{number}", second, number, 20) for number in range(9) for second in (0, 1)]
    axes = dockmagic.plot_stats(frame(*rows, ("large", 0, 0, 100), ("large", 1, 0, 100)))
    assert set(legend(axes)) == {"large", *(f"c{number}" for number in range(3, 9)), "others"}
    assert len(set(legend(axes).values())) == 8
    grey = legend(axes)["others"]
    assert [colour == grey for colour, _ in drawn(axes)] == [True] * 3 + [False] * 7


def test_a_line_ends_where_a_container_was_not_there() -> None:
    """It came and went, or did not run: nothing is drawn across."""
    rows = [("web", second, 5, 5) for second in range(5)] + [("job", second, 9, 9) for second in (0, 1, 3)]
    axes = dockmagic.plot_stats(frame(*rows, ("job", 4, None, None)).sort_values("time"))
    (line,) = [values for _, values in drawn(axes) if 9.0 in values]
    assert [value == 9.0 for value in line] == [True, True, False, True, False]


def test_a_snapshot_is_dots_in_its_minute() -> None:
    """An axis of one moment would span years."""
    axes = dockmagic.plot_stats(frame(("web", 0, 50, 10), ("db", 0, 1, 5)))
    assert {line.get_marker() for line in axes.get_lines()} == {"o"}
    left, right = axes.get_xlim()
    assert right - left == pytest.approx(60 / 86400, rel=0.01)
    axes.figure.canvas.draw()


@pytest.mark.parametrize("rows", [[], [("off", 0, None, None)]])
def test_where_nothing_runs_the_picture_is_empty(rows: list[Any]) -> None:
    """And can be rendered."""
    axes = dockmagic.plot_stats(frame(*rows))
    axes.figure.canvas.draw()
    assert (drawn(axes), axes.figure.legends) == ([], [])


@pytest.mark.filterwarnings("ignore:Glyph")
def test_names_are_text() -> None:
    """What an engine sends is no formula and no escape sequence; two containers may have had one name."""
    rows = frame(("$A_{ $\x1b[31m" + "x" * 99, 0, 1, 1), ("web", 0, 2, 2), ("web", 1, 3, 4))
    rows.loc[2, "id"] = "f00d00000000"
    rows.attrs["host"] = "unix:///$x_{$\x1b"
    axes = dockmagic.plot_stats(rows)
    axes.figure.canvas.draw()
    assert list(legend(axes)) == ["web f00d", "web", "$A_{ $ [31mxxxxxxxxxxxx…"]
    assert axes.get_title(loc="left") == "Who used the processors and the memory? unix:///$x_{$"


def test_another_frame_is_refused() -> None:
    """With what gives the right one."""
    with pytest.raises(UsageError, match=r'stats\(engine, duration="30s"\) gives one'):
        dockmagic.plot_stats(pd.DataFrame({"name": []}))


def test_without_matplotlib_it_says_what_to_install() -> None:
    """It is an extra."""
    script = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "import pandas, dockmagic\n"
        "columns = ['time', 'id', 'name', 'cpu_percent', 'memory']\n"
        "try: dockmagic.plot_stats(pandas.DataFrame(columns=columns))\n"
        "except dockmagic.DockMagicError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.startswith("pictures need matplotlib, which is not installed")
