"""Callbacks of a feed: when they are called, with what, and that none of them harms the reading or another one."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from dockmagic.feeds.feed import Feed
from tests.engine.scripted import PATIENCE, eventually
from tests.feeds.teller import Teller, connected, names, telling

if TYPE_CHECKING:
    import pytest

    from dockmagic.feeds.feed_state import FeedState
    from dockmagic.feeds.inbox import Events


def listening(feed: Feed, teller: Teller) -> bool:
    """Whether the feed hears the teller, sooner or later."""
    return connected(feed) and eventually(lambda: teller.listeners == 1)


def test_a_callback_gets_each_event_once_in_few_calls() -> None:
    """In the order of events, in a thread of its own; the events read as docker sent them."""
    teller, got, where = Teller(), list[str](), set[str]()

    def told(events: Events, _: FeedState) -> None:
        got.extend(event["Actor"]["Attributes"]["name"] for event in events)
        where.add(threading.current_thread().name)

    with telling(teller) as engine, Feed(engine) as feed:
        feed.subscribe(told)
        assert listening(feed, teller)
        for _ in range(100):
            teller.happen(10)
        assert eventually(lambda: len(got) == 1000)
        assert got == [f"e{number}" for number in range(1000)]
        assert [name.removeprefix("dockmagic-feed-").lstrip("0123456789") for name in where] == ["-callbacks"]


def test_a_callback_hears_of_each_state_and_last_of_the_stop() -> None:
    """Also when no event comes with it."""
    teller, states = Teller(), list[str]()
    with telling(teller) as engine, Feed(engine) as feed:
        feed.subscribe(lambda _, state: states.append(state.name))
        assert eventually(lambda: "connected" in states)
    assert eventually(lambda: states[-1] == "stopped")
    assert states.count("stopped") == 1


def test_a_slow_callback_holds_up_neither_the_reading_nor_the_frame() -> None:
    """It gets what it missed with its next call."""
    teller, entered, leave, got = Teller(), threading.Event(), threading.Event(), list[int]()

    def slow(events: Events, _: FeedState) -> None:
        got.append(len(events))
        if events:
            entered.set()
            leave.wait(PATIENCE)

    with telling(teller) as engine, Feed(engine) as feed:
        feed.subscribe(slow)
        assert listening(feed, teller)
        teller.happen(1)
        assert entered.wait(PATIENCE)
        teller.happen(1000)
        assert eventually(lambda: feed.seen == 1001)
        assert len(feed.frame) == 1001
        leave.set()
        assert eventually(lambda: sum(got) == 1001)


def test_what_a_callback_is_too_slow_for_is_a_gap_in_what_it_gets() -> None:
    """The feed itself has all of it."""
    teller, entered, leave, got = Teller(), threading.Event(), threading.Event(), list[str]()

    def slow(events: Events, _: FeedState) -> None:
        got.extend(str(event["Action"]) for event in events)
        if events:
            entered.set()
            leave.wait(PATIENCE)

    with telling(teller) as engine, Feed(engine) as feed:
        feed.subscribe(slow, limit=5)
        assert listening(feed, teller)
        teller.happen(1)
        assert entered.wait(PATIENCE)
        teller.happen(8)
        assert eventually(lambda: feed.seen == 9)
        leave.set()
        assert eventually(lambda: len(got) == 7)
        assert got[:2] == ["tag", "gap: 3 events are left out here: this callback is slower than the engine"]
        assert got[2:] == ["tag"] * 5
        assert len(names(feed)) == 9


def test_a_callback_that_fails_is_told_in_the_log_and_harms_no_other(caplog: pytest.LogCaptureFixture) -> None:
    """It is called again the next time, too."""
    teller, got = Teller(), list[int]()

    def failing(events: Events, _: FeedState) -> None:
        if events:
            raise ValueError("the view is broken")

    with telling(teller) as engine, Feed(engine) as feed:
        feed.subscribe(failing)
        feed.subscribe(lambda events, _: got.append(len(events)))
        assert listening(feed, teller)
        teller.happen(1)
        assert eventually(lambda: sum(got) == 1)
        teller.happen(1)
        assert eventually(lambda: sum(got) == 2)
    assert [str(record.exc_info[1]) for record in caplog.records if record.exc_info] == ["the view is broken"] * 2


def test_a_callback_that_is_unsubscribed_is_called_no_more() -> None:
    """The others are."""
    teller, got, others = Teller(), list[int](), list[int]()

    def told(events: Events, _: FeedState) -> None:
        got.append(len(events))

    with telling(teller) as engine, Feed(engine) as feed:
        feed.subscribe(told)
        feed.subscribe(lambda events, _: others.append(len(events)))
        assert listening(feed, teller)
        teller.happen(1)
        assert eventually(lambda: sum(got) == sum(others) == 1)
        feed.unsubscribe(told)
        feed.unsubscribe(told)
        teller.happen(1)
        assert eventually(lambda: sum(others) == 2)
        assert sum(got) == 1
