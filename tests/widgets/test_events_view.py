"""`EventsView`: a feed of events and what it tells a page; without a page it is a feed all the same."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from ipywidgets import Widget

import dockmagic
from dockmagic.errors import UsageError
from dockmagic.feeds.feed import Feed
from dockmagic.widgets.events_rows import LIMIT
from dockmagic.widgets.events_view import EventsView
from tests.engine.scripted import eventually
from tests.feeds.teller import Teller, telling, threads
from tests.widgets.front_end import FrontEnd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from IPython.core.interactiveshell import InteractiveShell

    from dockmagic import Engine

BURST = 5000


@pytest.fixture
def teller() -> Teller:
    """Return a scripted engine."""
    return Teller()


@pytest.fixture
def engine(teller: Teller) -> Iterator[Engine]:
    """Return an Engine that talks to it."""
    with telling(teller) as engine:
        yield engine


@pytest.fixture
def view(engine: Engine, teller: Teller) -> Iterator[EventsView]:
    """Return a live view of it, which is heard."""
    with dockmagic.live_events(engine) as view:
        assert eventually(lambda: teller.listeners == 1 and view.state.name == "connected")
        yield view
    assert eventually(lambda: threads() == [])


@pytest.fixture
def front_end(monkeypatch: pytest.MonkeyPatch) -> FrontEnd:
    """Return a front end for the widgets that are made."""
    return FrontEnd(monkeypatch)


def ended(view: EventsView) -> bool:
    """Whether it has stopped, with its threads."""
    return str(view.state) == "stopped" and eventually(lambda: threads() == [])


def news(front_end: FrontEnd) -> list[dict[str, Any]]:
    """What a page that listens was told."""
    return [each["news"] for each in list(front_end.said)]


def numbers(front_end: FrontEnd) -> list[int]:
    """The rows that a page has that listens: it counts them, and asks for all if any is missing."""
    found: list[int] = []
    last = 0
    for told in news(front_end):
        assert told["first"] <= last + 1
        found += [row[0] for row in told["rows"] if row[0] > last]
        last = max(last, told["last"])
    return found


def test_it_has_what_was_seen_with_no_page_at_all(view: EventsView, teller: Teller) -> None:
    """In a script; the oldest first, with the columns of `events`. What was seen stays when it is closed."""
    teller.happen(3)
    assert eventually(lambda: view.rows == 3)
    assert list(view.frame["name"]) == ["e0", "e1", "e2"]
    assert repr(view).startswith(f"<live events of {view.host}: 3 events so far, connected; ")
    view.close()
    assert len(view.frame) == 3
    assert ended(view)


def test_a_terminal_shows_a_line(view: EventsView, shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    """Plain IPython."""
    shell.user_ns["view"] = view
    capsys.readouterr()
    shell.run_cell("view").raise_error()
    assert capsys.readouterr().out.strip().endswith("they are in .frame, .stop() ends it>")


def test_ids_are_shown_in_full_where_that_is_wanted(engine: Engine, teller: Teller) -> None:
    """As of `events`."""
    with dockmagic.live_events(engine, no_trunc=True) as view:
        assert eventually(lambda: teller.listeners == 1)
        teller.happen(1)
        assert eventually(lambda: view.rows == 1)
        assert list(view.frame["id"]) == [f"sha256:{'a' * 64}"]


@pytest.mark.parametrize("wrong", [{"since": "yesterdayish"}, {"filter": "what"}])
def test_what_is_no_time_and_no_filter_is_refused_at_once(engine: Engine, wrong: dict[str, Any]) -> None:
    """Before a thread is started."""
    with pytest.raises(UsageError):
        dockmagic.live_events(engine, **wrong)
    assert threads() == []


def test_a_page_that_has_not_answered_gets_everything_each_time(
    view: EventsView, teller: Teller, front_end: FrontEnd
) -> None:
    """As its widget's state: its program may not be loaded yet. What it gets is JSON."""
    teller.happen(2)
    assert eventually(lambda: view.rows == 2)
    widget = view.widget
    teller.happen(1)
    assert eventually(lambda: bool(front_end.states) and front_end.states[-1]["shown"]["last"] == 3)
    shown = front_end.states[-1]["shown"]
    assert [row[0] for row in shown["rows"]] == [1, 2, 3]
    assert (shown["host"], shown["state"], shown["kept"], shown["dropped"]) == (view.host, "connected", 3, 0)
    json.dumps(front_end.states)
    assert front_end.said == []
    assert widget is view.widget


def test_a_page_that_listens_gets_what_is_new(view: EventsView, teller: Teller, front_end: FrontEnd) -> None:
    """All rows when it asks, and then those that it has not."""
    teller.happen(2)
    assert eventually(lambda: view.rows == 2)
    front_end.say(view.widget, {"ask": "all"})
    assert eventually(lambda: numbers(front_end) == [1, 2])
    teller.happen(3)
    assert eventually(lambda: numbers(front_end) == [1, 2, 3, 4, 5])
    assert eventually(lambda: news(front_end)[-1]["kept"] == 5)


@pytest.mark.parametrize("nonsense", [None, [], "all", {"ask": "more"}, {"ask": None}])
def test_what_a_page_says_that_means_nothing_does_nothing(
    view: EventsView, front_end: FrontEnd, nonsense: object
) -> None:
    """It may be anybody's page."""
    front_end.say(view.widget, nonsense)
    assert front_end.said == []


def test_a_burst_loses_nothing_and_asks_little_of_a_page(view: EventsView, teller: Teller, front_end: FrontEnd) -> None:
    """All in the frame; ten messages a second at most, of 500 rows at most, the newest ones."""
    front_end.say(view.widget, {"ask": "all"})
    began, before = time.monotonic(), len(front_end.times)
    for _ in range(50):
        teller.happen(BURST // 50)
    assert eventually(lambda: view.rows == BURST and news(front_end)[-1]["last"] == BURST)
    seconds = time.monotonic() - began
    assert list(view.frame["name"]) == [f"e{number}" for number in range(BURST)]
    assert len(front_end.times) - before <= 2 + seconds * 10
    told = news(front_end)
    assert max(len(each["rows"]) for each in told) <= LIMIT
    assert numbers(front_end)[-1] == BURST
    front_end.say(view.widget, {"ask": "all"})
    assert [row[0] for row in news(front_end)[-1]["rows"]] == list(range(BURST - LIMIT + 1, BURST + 1))


def test_what_has_no_room_any_more_is_counted(engine: Engine, teller: Teller, front_end: FrontEnd) -> None:
    """The oldest are dropped."""
    with EventsView(Feed(engine.twin(), limit=10)) as view:
        assert eventually(lambda: teller.listeners == 1)
        front_end.say(view.widget, {"ask": "all"})
        teller.happen(25)
        assert eventually(lambda: view.dropped == 15)
        assert list(view.frame["name"]) == [f"e{number}" for number in range(15, 25)]
        assert eventually(lambda: (news(front_end)[-1]["kept"], news(front_end)[-1]["dropped"]) == (10, 15))


def test_where_events_may_be_missing_a_gap_is_told(view: EventsView, teller: Teller, front_end: FrontEnd) -> None:
    """To the page and in the frame; before it, that the connection has ended and when it tries again."""
    teller.happen(1)
    assert eventually(lambda: view.rows == 1)
    front_end.say(view.widget, {"ask": "all"})
    teller.remembered.clear()
    teller.hang_up()
    assert eventually(lambda: any(row[2] == "gap" for told in news(front_end) for row in told["rows"]))
    assert list(view.frame["type"]) == ["image", "gap"]
    waits = [told for told in news(front_end) if told["state"] == "reconnecting"]
    assert all(told["reason"] for told in waits)


def test_a_page_hears_of_the_end(view: EventsView, front_end: FrontEnd) -> None:
    """The last message."""
    front_end.say(view.widget, {"ask": "all"})
    view.stop()
    assert ended(view)
    assert news(front_end)[-1]["state"] == "stopped"


def test_closing_takes_it_out_of_the_page_and_ends_it(view: EventsView, front_end: FrontEnd) -> None:
    """Its widget is closed, its threads end."""
    identity = view.widget.model_id
    view.close()
    assert front_end.closed == [identity]
    assert ended(view)


def test_closing_the_widget_alone_ends_the_feed(view: EventsView, front_end: FrontEnd) -> None:
    """So does everything that closes widgets."""
    widget = view.widget
    widget.close()
    assert ended(view)
    widget.close()
    assert front_end.closed == [front_end.closed[0]]


def test_closing_all_widgets_ends_the_feed(view: EventsView, front_end: FrontEnd) -> None:
    """`Widget.close_all()`."""
    assert view.widget.model_id
    Widget.close_all()
    assert len(front_end.closed) >= 1
    assert ended(view)


def test_a_page_that_closes_the_widget_ends_the_feed(view: EventsView, front_end: FrontEnd) -> None:
    """As JupyterLab does when it lets go of a model."""
    front_end.close(view.widget)
    assert ended(view)
