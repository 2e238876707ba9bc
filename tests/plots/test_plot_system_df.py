"""`plot_system_df`: what takes the disk, and how much of it could go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from matplotlib.patches import Rectangle

import dockmagic
from dockmagic.demo import Demo
from dockmagic.errors import DockMagicError, UsageError
from dockmagic.frames.disk_usage import DISK_USAGE, DISK_USAGE_ITEMS
from dockmagic.frames.schema import to_frame

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell
    from matplotlib.axes import Axes

GB = 10**9


def kinds(*rows: tuple[str, int, int | None, int | None]) -> pd.DataFrame:
    """What `system_df` gives: kind, count, bytes, bytes that are reclaimable."""
    names = ("type", "total", "size", "reclaimable")
    return to_frame([dict(zip(names, row, strict=True)) for row in rows], DISK_USAGE)


def things(*rows: tuple[str, str | None, str | None, int | None, bool]) -> pd.DataFrame:
    """What `system_df(verbose=True)` gives: kind, id, name, bytes, whether something uses it."""
    names = ("type", "id", "name", "size", "in_use")
    return to_frame([dict(zip(names, row, strict=True)) for row in rows], DISK_USAGE_ITEMS)


def bars(axes: Axes) -> list[list[tuple[float, float]]]:
    """Where each part of each bar begins and how long it is, from top to bottom."""
    drawn = [bar for bar in axes.patches if isinstance(bar, Rectangle)]
    places = sorted({bar.get_y() for bar in drawn})
    return [[(bar.get_x(), bar.get_width()) for bar in drawn if bar.get_y() == place] for place in places]


def labels(axes: Axes) -> list[str]:
    """The names of the bars, from top to bottom."""
    assert axes.yaxis_inverted()
    return [text.get_text() for text in axes.get_yticklabels()]


def told(axes: Axes) -> list[str]:
    """What stands behind the bars, or in the middle of an empty picture."""
    return [text.get_text() for text in axes.texts]


def legend(axes: Axes) -> list[str]:
    """What the colours mean."""
    return [text.get_text() for found in axes.figure.legends for text in found.get_texts()]


def test_a_kind_is_a_bar_with_its_reclaimable_part_at_the_end() -> None:
    """In one unit for all; the title adds them up, and names the engine."""
    usage = kinds(("Images", 4, 3 * GB, GB), ("Containers", 2, GB // 2, 0), ("Build Cache", 0, 0, 0))
    usage.attrs["engine"] = "lab-1"
    axes = dockmagic.plot_system_df(usage)
    assert labels(axes) == ["Images (4)", "Containers (2)", "Build Cache (0)"]
    assert bars(axes) == [[(0.0, 2.0), (2.0, 1.0)], [(0.0, 0.5), (0.5, 0.0)], [(0.0, 0.0), (0.0, 0.0)]]
    assert told(axes) == ["3.0 GB, 1.0 GB reclaimable", "500.0 MB", ""]
    assert axes.get_xlabel() == "size (GB)"
    assert axes.get_title(loc="left") == "What takes the disk? 3.5 GB (1.0 GB reclaimable) on lab-1"
    assert legend(axes) == ["in use", "reclaimable"]


def test_what_an_engine_did_not_count_is_no_bar() -> None:
    """Nor is a part larger than the whole."""
    axes = dockmagic.plot_system_df(kinds(("Images", 1, 100, 300), ("Containers", 1, None, None)))
    assert bars(axes) == [[(0.0, 0.0), (0.0, 100.0)], [(0.0, 0.0), (0.0, 0.0)]]
    assert axes.get_xlabel() == "size (B)"


def test_things_are_bars_the_largest_on_top() -> None:
    """An image without a name has its id, a volume that nobody named the beginning of its name."""
    rows = (
        ("Local Volumes", None, "ab" * 32, 2_000_000, True),
        ("Images", "46bf4865d0a6", None, 5_000_000, False),
        ("Containers", "3f1c9a0b7d21", "job", 0, False),
    )
    axes = dockmagic.plot_system_df(things(*rows))
    assert labels(axes) == ["image 46bf4865d0a6", "volume abababababab"]
    assert bars(axes) == [[(0.0, 0.0), (0.0, 5.0)], [(0.0, 2.0), (2.0, 0.0)]]
    assert told(axes) == ["5.0 MB", "2.0 MB"]
    assert legend(axes) == ["in use", "not in use"]
    assert axes.get_title(loc="left") == "What takes the disk? The 2 largest of 3 things"


def test_of_many_things_the_20_largest_are_drawn() -> None:
    """All of them would be no picture."""
    axes = dockmagic.plot_system_df(things(*(("Images", f"{n:012d}", None, n, True) for n in range(1, 51))))
    assert labels(axes) == [f"image {n:012d}" for n in range(50, 30, -1)]


@pytest.mark.parametrize("usage", [kinds(), things(), kinds(("Images", 0, 0, 0))])
def test_where_nothing_is_the_picture_says_so(usage: pd.DataFrame) -> None:
    """And can be rendered."""
    axes = dockmagic.plot_system_df(usage)
    axes.figure.canvas.draw()
    assert told(axes)[-1] == "nothing is on the disk"
    assert legend(axes) == []


@pytest.mark.filterwarnings("ignore:Glyph")
def test_names_are_text_and_a_long_title_stays_in_the_picture() -> None:
    """What an engine sends is no formula and no escape sequence."""
    usage = things(("Images", "1", "$x_{$\x1b[31m" + "y" * 99, 10**7, True))
    usage.attrs["engine"] = "$z_{$" + "h" * 99
    axes = dockmagic.plot_system_df(usage)
    axes.figure.canvas.draw()
    assert labels(axes) == ["image $x_{$ [31m" + "y" * 25 + "…"]
    title: Any = next(child for child in axes.get_children() if "What takes" in getattr(child, "get_text", str)())
    box = title.get_window_extent()
    assert 0 <= box.x0 < box.x1 <= axes.figure.bbox.x1


def test_another_frame_is_refused() -> None:
    """With what gives the right one."""
    with pytest.raises(UsageError, match=r"system_df\(engine\) gives one"):
        dockmagic.plot_system_df(pd.DataFrame({"type": []}))


def test_the_magic_draws_what_it_would_have_shown(shell: InteractiveShell) -> None:
    """`%dsystem df --plot`, with -v too."""
    with Demo(pace=0) as demo:
        dockmagic.load_ipython_extension(shell)
        shell.run_line_magic("dconnect", demo.host)
        axes = shell.run_line_magic("dsystem", "df --plot")
        assert labels(axes)[0] == "Images (8)"
        assert axes.get_title(loc="left").endswith("docker.sock")
        axes = shell.run_line_magic("dsystem", "df -v --plot")
        assert "image python:3.13" in labels(axes)


@pytest.mark.parametrize("name", ["plot_system_df", "plot_events", "plot_stats", "plot_build_steps"])
def test_without_matplotlib_each_says_what_to_install(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra: the error names it."""
    columns = {
        "plot_system_df": ["type", "total", "size", "reclaimable"],
        "plot_events": ["time", "type", "action", "name", "exit_code", "detail"],
        "plot_stats": ["time", "id", "name", "cpu_percent", "memory"],
        "plot_build_steps": ["step", "stage", "name", "started", "seconds", "status"],
    }
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.pyplot", None)
    with pytest.raises(DockMagicError, match="pictures need matplotlib") as caught:
        getattr(dockmagic, name)(pd.DataFrame(columns=columns[name]))
    assert caught.value.hint == '%pip install "dockmagic[plot]"'
