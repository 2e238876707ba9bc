"""`plot_events`: what happened when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection

import dockmagic
from dockmagic.demo import Demo
from dockmagic.errors import UsageError
from dockmagic.frames.events import EVENTS
from dockmagic.frames.schema import to_frame

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell
    from matplotlib.axes import Axes

SECOND = 10**9
START = 1_780_000_000 * SECOND


def event(second: float, action: str, name: str = "web", *, kind: str = "container", **attributes: str) -> Any:
    """One event, as an engine sends it."""
    actor = {"ID": name, "Attributes": {"name": name, **attributes}}
    return {"Type": kind, "Action": action, "Actor": actor, "timeNano": START + int(second * SECOND)}


def frame(*events: Any) -> pd.DataFrame:
    """What `events` gives."""
    return to_frame(events, EVENTS)


def lanes(axes: Axes) -> list[str]:
    """Their names, from top to bottom."""
    assert axes.yaxis_inverted()
    return [text.get_text() for text in axes.get_yticklabels()]


def legend(axes: Axes) -> list[str]:
    """What the marks mean."""
    return [text.get_text() for found in axes.figure.legends for text in found.get_texts()]


def points(axes: Axes) -> dict[str, list[tuple[float, str]]]:
    """Of each mark in the legend: the seconds and the lanes at which it stands."""
    names = lanes(axes)
    drawn = [each for each in axes.collections if isinstance(each, PathCollection)]
    found = {}
    for name, marks in zip(legend(axes), drawn, strict=True):
        offsets = np.asarray(marks.get_offsets(), float)
        seconds = [round(days * 86400 - START / SECOND, 3) for days, _ in offsets]
        found[name] = [(second, names[int(y)]) for second, (_, y) in zip(seconds, offsets, strict=True)]
    return found


def texts(axes: Axes) -> list[str]:
    """What is written in it and behind its lanes."""
    return [text.get_text() for text in axes.texts]


def test_an_event_is_a_dot_in_the_lane_of_its_type_and_action() -> None:
    """Containers are on top, lanes in the order in which they began; behind each stands how often it happened."""
    axes = dockmagic.plot_events(
        frame(
            event(0, "pull", "busybox", kind="image"),
            event(1, "create"),
            event(2, "start"),
            event(3, "exec_start: sh -c true"),
            event(4, "exec_start: ls"),
            event(5, "prune", "", kind="builder"),
        )
    )
    assert lanes(axes) == ["container create", "container start", "container exec_start", "image pull", "builder prune"]
    assert points(axes) == {
        "container": [
            (1.0, "container create"),
            (2.0, "container start"),
            (3.0, "container exec_start"),
            (4.0, "container exec_start"),
        ],
        "image": [(0.0, "image pull")],
        "other": [(5.0, "builder prune")],
    }
    assert texts(axes) == ["×1", "×1", "×2", "×1", "×1"]  # noqa: RUF001 - times
    assert axes.get_xlabel() == "time (UTC)"
    assert axes.get_title(loc="left") == "What happened when? 6 events"


def test_what_went_wrong_is_a_cross_with_a_name() -> None:
    """An end with a code, a health that is none, memory that was not there; an end with 0 is a dot."""
    axes = dockmagic.plot_events(
        frame(
            event(0, "die", exitCode="0"),
            event(2, "health_status: healthy"),
            event(4, "health_status: unhealthy"),
            event(6, "oom", "big"),
            event(9, "die", "job", exitCode="3"),
        )
    )
    assert points(axes)["went wrong"] == [
        (4.0, "container health_status: unhealthy"),
        (6.0, "container oom"),
        (9.0, "container die"),
    ]
    assert points(axes)["container"] == [(0.0, "container die"), (2.0, "container health_status: healthy")]
    assert texts(axes)[:3] == ["web", "big", "job (3)"]


def test_names_do_not_stand_on_each_other() -> None:
    """A crash loop has one name, where there is room, and all of its crosses."""
    crashes = [event(number / 10, "die", exitCode="1") for number in range(100)]
    axes = dockmagic.plot_events(frame(event(0, "start"), *crashes))
    assert len(points(axes)["went wrong"]) == 100
    assert 2 <= texts(axes).count("web (1)") <= 8


def test_rare_lanes_share_one() -> None:
    """Sixteen at most."""
    many = [event(number, f"a{number}") for number in range(40) for _ in range(1 + (number < 3))]
    axes = dockmagic.plot_events(frame(*many))
    assert len(lanes(axes)) == 16
    assert lanes(axes)[:3] == ["container a0", "container a1", "container a2"]
    assert lanes(axes)[-1] == "all others"
    assert texts(axes)[-1] == "×25"  # noqa: RUF001 - times


def test_a_gap_is_a_line_across_all_lanes() -> None:
    """Of a feed that lost its engine: it is no event, and not counted."""
    gap = {"Type": "gap", "Action": "gap", "timeNano": START + 5 * SECOND}
    axes = dockmagic.plot_events(frame(event(0, "create"), gap, event(9, "start")))
    (line,) = axes.get_lines()
    assert pd.Timestamp(np.asarray(line.get_xdata())[0]).timestamp() == START / SECOND + 5
    assert lanes(axes) == ["container create", "container start"]
    assert axes.get_title(loc="left") == "What happened when? 2 events"


def test_a_single_event_is_in_the_middle_of_its_minute() -> None:
    """An axis of one moment would span years."""
    axes = dockmagic.plot_events(frame(event(0, "create")))
    left, right = axes.get_xlim()
    assert right - left == pytest.approx(60 / 86400, rel=0.01)
    axes.figure.canvas.draw()


def test_where_nothing_happened_the_picture_says_so() -> None:
    """And can be rendered."""
    axes = dockmagic.plot_events(frame())
    axes.figure.canvas.draw()
    assert texts(axes) == ["no events"]
    assert legend(axes) == []


@pytest.mark.filterwarnings("ignore:Glyph")
def test_names_are_text() -> None:
    """What an engine sends is no formula and no escape sequence."""
    rows = frame(event(0, "$x_{$\x1b[31m", kind="$y_{$"), event(1, "die", "$z_{$" + "n" * 99, exitCode="1"))
    rows.attrs["engine"] = "$h_{$"
    axes = dockmagic.plot_events(rows)
    axes.figure.canvas.draw()
    assert lanes(axes) == ["container die", "$y_{$ $x_{$ [31m"]
    assert texts(axes)[0] == "$z_{$" + "n" * 10 + "… (1)"


def test_another_frame_is_refused() -> None:
    """With what gives the right one."""
    with pytest.raises(UsageError, match=r"events\(engine\) gives one"):
        dockmagic.plot_events(pd.DataFrame({"type": []}))


def test_the_magic_draws_what_it_would_have_shown(shell: InteractiveShell) -> None:
    """`%devents --plot`."""
    with Demo(pace=0, story=True) as demo:
        dockmagic.load_ipython_extension(shell)
        shell.run_line_magic("dconnect", demo.host)
        axes = shell.run_line_magic("devents", "--plot --filter type=container")
        assert [lane for lane in lanes(axes) if not lane.startswith("container ")] == []
        wrong = {lane for _, lane in points(axes)["went wrong"]}
        assert wrong == {"container die", "container health_status: unhealthy"}
        assert {"shop-web-1", "shop-report-1 (3)"} <= set(texts(axes))
