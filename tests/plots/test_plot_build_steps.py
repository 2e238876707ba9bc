"""Pictures: that they answer their question, as Axes; and what they need."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from matplotlib.patches import Rectangle

import dockmagic
from dockmagic.errors import UsageError
from dockmagic.feeds.build_progress import Progress, Step
from dockmagic.frames.build_steps import BUILD_STEPS, build_step_rows
from dockmagic.frames.schema import to_frame
from tests.feeds.build_messages import BUILDERS, ENGINES, SECOND, recorded

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def frame(progress: Progress) -> pd.DataFrame:
    """What `build(..., steps=True)` gives."""
    return to_frame(build_step_rows(progress), BUILD_STEPS)


def labels(axes: Axes) -> list[str]:
    """The names of the bars."""
    return [text.get_text() for text in axes.get_yticklabels()]


def test_a_step_is_a_bar_from_when_it_began_and_as_long_as_it_took() -> None:
    """In seconds since the build began; the first step is on top."""
    steps = {
        "b": Step("2/2", "", "RUN make", "failed", 3 * SECOND, 5 * SECOND),
        "a": Step("1/2", "base", "FROM x", "done", SECOND, 2 * SECOND),
        "c": Step("3/3", "", "RUN never"),
    }
    axes = dockmagic.plot_build_steps(frame(Progress(steps=steps)))
    assert labels(axes) == ["base 1/2 FROM x", "2/2 RUN make"]
    bars = [bar for bar in axes.patches if isinstance(bar, Rectangle)]
    assert [(bar.get_x(), bar.get_width()) for bar in bars] == [(0.0, 1.0), (2.0, 2.0)]
    assert axes.yaxis_inverted()
    assert axes.get_title(loc="left") == "Where did the build's time go? 4.0 s"
    assert axes.get_xlabel() == "seconds since the build began"
    (legend,) = axes.figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["done", "failed"]
    assert [text.get_text() for text in axes.texts] == ["1.0 s", "2.0 s failed"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("builder", BUILDERS)
@pytest.mark.parametrize("kind", ["ok", "cached", "fail"])
def test_recorded_builds_can_be_drawn(engine: str, builder: str, kind: str) -> None:
    """And rendered: no step's name is taken for a formula."""
    axes = dockmagic.plot_build_steps(frame(recorded(f"{engine}-{builder}-{kind}")))
    axes.figure.canvas.draw()
    assert len(axes.patches) == len(labels(axes))


@pytest.mark.filterwarnings("ignore:Glyph")
def test_names_are_text() -> None:
    """Dollars, line ends and lengths come from a Dockerfile."""
    step = Step("1/1", "", "RUN echo $A_{ $\n\x1b[31m" + "x" * 500, "done", 0, SECOND)
    axes = dockmagic.plot_build_steps(frame(Progress(steps={"a": step})))
    axes.figure.canvas.draw()
    (name,) = labels(axes)
    assert name.startswith("1/1 RUN echo $A_{ $ [31mxxx")
    assert len(name) == 48


def test_a_build_of_no_steps_is_an_empty_picture() -> None:
    """A frame without rows, or with steps that never began."""
    for progress in (Progress(), Progress(steps={"a": Step("1/1", "", "RUN")})):
        assert labels(dockmagic.plot_build_steps(frame(progress))) == []


def test_another_frame_is_refused() -> None:
    """With what gives the right one."""
    with pytest.raises(UsageError, match=r"build\(engine, \.\.\., steps=True\) gives one"):
        dockmagic.plot_build_steps(pd.DataFrame({"name": []}))


def test_without_matplotlib_it_says_what_to_install() -> None:
    """It is an extra."""
    script = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "import pandas, dockmagic\n"
        "columns = ['step', 'stage', 'name', 'started', 'seconds', 'status']\n"
        "try: dockmagic.plot_build_steps(pandas.DataFrame(columns=columns))\n"
        "except dockmagic.DockMagicError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines() == [
        "pictures need matplotlib, which is not installed",
        '  %pip install "dockmagic[plot]"',
    ]
