"""Events as rows of a page, and as a table that stays as it is."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from dockmagic.feeds.inbox import Events
from dockmagic.feeds.trail import gap
from dockmagic.widgets.events_html import TABLE_ROWS, events_html
from dockmagic.widgets.events_rows import EventRows, event_row, is_gap

SCRIPT = "<img src=x onerror=alert(1)>"
MOMENT = 1_796_000_000_123_456_789  # 2026-11-30 01:33:20 UTC


def event(kind: str = "container", action: str = "start", **attributes: str) -> dict[str, Any]:
    """What an engine tells of."""
    actor = {"ID": "a" * 64, "Attributes": attributes}
    return {"Type": kind, "Action": action, "Actor": actor, "timeNano": MOMENT}


def events(*found: dict[str, Any]) -> Events:
    """As a feed hands them on."""
    return Events([orjson.dumps(each) for each in found])


@pytest.mark.parametrize(
    ("told", "detail", "failed"),
    [
        (event(action="start", image="bb:1"), "bb:1", False),
        (event(action="die", exitCode="0", image="bb:1"), "exit code 0", False),
        (event(action="die", exitCode="137"), "exit code 137", True),
        (event(action="oom"), "", True),
        (event(action="health_status: unhealthy"), "unhealthy", True),
        (event(action="exec_start: sh -c true"), "sh -c true", False),
        (event("network", "connect", container="b" * 64), f"container {'b' * 12}", False),
    ],
)
def test_what_matters_of_an_event_stands_in_its_detail(told: dict[str, Any], detail: str, *, failed: bool) -> None:
    """How it ended, what was said, or what it is about."""
    row = event_row(told, 7)
    assert (row.number, row.detail, row.failed, row.id) == (7, detail, failed, "a" * 12)


@pytest.mark.parametrize(
    "told", [{}, {"Type": 3, "Action": None, "Actor": [], "timeNano": "now"}, {"Actor": {"Attributes": 7}}]
)
def test_whatever_an_engine_says_becomes_a_row(told: dict[str, Any]) -> None:
    """With what can be read of it."""
    row = event_row(told, 1)
    assert (row.milliseconds, row.failed) == (0.0, False)


def test_texts_are_single_lines_without_controls_and_not_endless() -> None:
    """A name commands no terminal and fills no page."""
    row = event_row(event(name="a\x1b[31m\nb" + "c" * 1000), 1)
    assert "\n" not in row.name
    assert "\x1b" not in row.name
    assert len(row.name) <= 120


def test_of_a_burst_the_last_rows_are_kept() -> None:
    """All are counted."""
    rows = EventRows(limit=3)
    news = rows.add(events(*(event(name=f"e{number}") for number in range(10))))
    assert (news["first"], news["last"], [row.name for row in news["rows"]]) == (1, 10, ["e7", "e8", "e9"])
    news = rows.add(events(event(name="e10")))
    assert (news["first"], news["last"], [row.number for row in news["rows"]]) == (11, 11, [11])
    assert [row.name for row in rows.all()["rows"]] == ["e8", "e9", "e10"]
    assert [row.name for row in rows.newest(2)] == ["e10", "e9"]


def test_the_table_has_the_newest_on_top_in_utc() -> None:
    """With how many there were."""
    rows = [event_row(event(name=f"e{number}"), number) for number in range(40, 0, -1)]
    html = events_html(rows, host="unix:///s", seen=40, state="connected")
    assert f"40 events, the last {TABLE_ROWS} of them" in html
    assert html.count("<tr>") == TABLE_ROWS + 1
    assert html.index("e40") < html.index("e39")
    assert "2026-11-30 " in html


def test_a_gap_is_marked_in_the_table() -> None:
    """Across its columns."""
    row = event_row(orjson.loads(gap(MOMENT, "events of up to 3.0 s may be missing")), 1)
    assert is_gap(row)
    assert "<b>gap</b>: events of up to 3.0 s may be missing" in events_html([row], host="h", seen=1, state="connected")


def test_what_an_engine_says_is_text_in_the_table() -> None:
    """Names, hosts, gaps."""
    told = event(name=SCRIPT, image=SCRIPT, kind=SCRIPT, action=f"{SCRIPT}: {SCRIPT}")
    html = events_html([event_row(told, 1)], host=SCRIPT, seen=1, state=SCRIPT)
    assert "<img" not in html
    assert html.count("&lt;img") >= 5


def test_a_table_of_nothing_says_so() -> None:
    """And no more."""
    html = events_html([], host="h", seen=0, state="connected")
    assert "0 events" in html
    assert "(connected)" in html
    assert "<table" not in html
