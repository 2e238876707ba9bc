"""`Feed`: what it keeps, how it goes on after a connection has ended, and where it says that events may be missing."""

from __future__ import annotations

import queue
import random
import re
import threading
import time
from typing import TYPE_CHECKING

import pytest

from dockmagic.errors import NotConnected, UsageError
from dockmagic.feeds.backoff import Backoff
from dockmagic.feeds.feed import Feed
from dockmagic.frames.events import EVENTS
from dockmagic.frames.schema import to_frame
from tests.engine.scripted import eventually
from tests.engine.test_interrupts import Interrupter
from tests.feeds.teller import Teller, an_event, connected, names, sees, telling

if TYPE_CHECKING:
    from dockmagic import Engine


def quick(engine: Engine, *, silence: float | None = None, limit: int = 100_000) -> Feed:
    """A feed that does not wait for long before it connects again."""
    return Feed(engine, backoff=Backoff(shortest=0.01, longest=0.05), silence=silence, limit=limit)


def heard(feed: Feed, teller: Teller) -> bool:
    """Whether the feed listens to it, sooner or later."""
    return eventually(lambda: teller.listeners == 1 and feed.state.name == "connected")


def test_a_feed_sees_what_happens_from_now_on_with_the_columns_of_events() -> None:
    """What was before its start is not in it."""
    teller = Teller()
    teller.happen(2)
    with telling(teller) as engine, quick(engine) as feed:
        assert feed.wait_connected(20)
        teller.happen(3)
        assert sees(feed, "e2", "e3", "e4")
        assert list(feed.frame.columns) == [each.name for each in EVENTS]
        assert feed.frame.dtypes.to_dict() == to_frame([], EVENTS).dtypes.to_dict()
        assert feed.frame.attrs["host"] == engine.host
        assert (feed.seen, feed.rows, feed.dropped) == (3, 3, 0)


def test_a_feed_without_events_has_a_frame_without_rows() -> None:
    """The same columns and types, before it starts and after."""
    with telling(Teller()) as engine, quick(engine) as feed:
        assert feed.frame.dtypes.to_dict() == to_frame([], EVENTS).dtypes.to_dict()
        assert len(feed.frame) == 0


def test_a_frame_is_the_callers_own() -> None:
    """Whoever changes it does not change what the next one gets."""
    teller = Teller()
    with telling(teller) as engine, quick(engine) as feed:
        assert heard(feed, teller)
        teller.happen(1)
        assert sees(feed, "e0")
        frame = feed.frame
        frame["image"] = "mine"
        frame.loc[0, "name"] = "mine"
        assert names(feed) == ["e0"]
        assert feed.frame["image"].isna().all()


@pytest.mark.parametrize("cleanly", [True, False])
def test_a_connection_that_ends_is_taken_up_where_it_was(*, cleanly: bool) -> None:
    """What happened meanwhile is replayed, what is replayed twice comes once, and there is no gap."""
    teller = Teller()
    with telling(teller) as engine, quick(engine) as feed:
        assert heard(feed, teller)
        teller.happen(3)
        assert sees(feed, "e0", "e1", "e2")
        teller.hang_up(cleanly=cleanly)
        teller.happen(2)
        assert sees(feed, "e0", "e1", "e2", "e3", "e4")
        assert heard(feed, teller)
        teller.happen(1)
        assert sees(feed, "e0", "e1", "e2", "e3", "e4", "e5")


def test_an_event_that_comes_late_with_an_earlier_time_is_not_lost() -> None:
    """Two events may be told in another order than their times are in; the connection may end in between."""
    teller = Teller()
    with telling(teller) as engine, quick(engine) as feed:
        assert heard(feed, teller)
        teller.happen(2)
        assert sees(feed, "e0", "e1")
        late = an_event("late", teller.remembered[-1]["timeNano"] - 1)
        teller.hang_up()
        teller.remembered.append(late)
        assert sees(feed, "e0", "e1", "late")


def test_events_that_the_engine_has_forgotten_are_a_gap() -> None:
    """More than it keeps happened while nobody listened: the row says how long, at the last event's time."""
    teller = Teller(kept=4)
    with telling(teller) as engine, quick(engine) as feed:
        assert heard(feed, teller)
        teller.happen(2)
        assert sees(feed, "e0", "e1")
        teller.happen(4, heard=False)
        teller.hang_up()
        assert sees(feed, "e0", "e1", "gap", "e2", "e3", "e4", "e5")
        row = feed.frame.iloc[2]
        assert (row["type"], row["action"], row["time"]) == ("gap", "gap", feed.frame["time"][1])
        assert row["detail"].startswith("events of up to 0.")
        assert row["detail"].endswith("the engine was restarted meanwhile, or does not know any more what came last")


def test_the_last_event_that_is_still_remembered_is_no_gap() -> None:
    """One event less, and the engine has all that happened."""
    teller = Teller(kept=4)
    with telling(teller) as engine, quick(engine) as feed:
        assert heard(feed, teller)
        teller.happen(2)
        assert sees(feed, "e0", "e1")
        teller.happen(3, heard=False)
        teller.hang_up()
        assert sees(feed, "e0", "e1", "e2", "e3", "e4")


def test_a_restarted_engine_is_a_gap_before_anything_happens_on_it() -> None:
    """Whoever shows containers has to list them anew, at once."""
    teller = Teller()
    with telling(teller) as engine, quick(engine) as feed:
        assert heard(feed, teller)
        teller.happen(1)
        assert sees(feed, "e0")
        teller.remembered.clear()
        teller.hang_up()
        assert sees(feed, "e0", "gap")
        assert heard(feed, teller)
        teller.happen(1)
        assert sees(feed, "e0", "gap", "e1")


def test_a_connection_that_ends_before_any_event_is_a_gap() -> None:
    """There is nothing by which to know the engine again: rather a gap too many than one too few."""
    teller = Teller()
    with telling(teller) as engine, quick(engine) as feed:
        assert heard(feed, teller)
        teller.hang_up()
        assert sees(feed, "gap")
        assert abs(feed.frame["time"][0].timestamp() - time.time()) < 60


def test_a_silent_engine_is_asked_now_and_then_whether_it_is_there() -> None:
    """Over tcp, where nobody tells that a host has vanished. It is no gap, and the state stays connected."""
    teller = Teller()
    with telling(teller, kind="tcp") as engine, quick(engine, silence=0.05) as feed:
        states = set()
        feed.subscribe(lambda _, state: states.add(state.name))
        assert heard(feed, teller)
        teller.happen(1)
        assert sees(feed, "e0")
        assert eventually(lambda: len(teller.asked) > 6)
        assert names(feed) == ["e0"]
        assert states <= {"connecting", "connected"}


def test_a_restart_that_only_silence_tells_of_is_one_gap() -> None:
    """And not one more with each silence, as long as nothing happens on the new engine."""
    teller = Teller()
    with telling(teller, kind="tcp") as engine, quick(engine, silence=0.05) as feed:
        assert heard(feed, teller)
        teller.happen(1)
        assert sees(feed, "e0")
        teller.remembered.clear()
        assert sees(feed, "e0", "gap")
        asked = len(teller.asked)
        assert eventually(lambda: len(teller.asked) > asked + 3)
        assert names(feed) == ["e0", "gap"]


def test_an_engine_that_vanished_without_a_word_is_noticed_and_found_again() -> None:
    """It takes connections and says nothing (a stopped process, a router in between): the state says so."""
    teller = Teller()
    with telling(teller, kind="tcp") as engine:
        engine.timeout = 0.1
        with quick(engine, silence=0.05) as feed:
            assert heard(feed, teller)
            teller.happen(1)
            assert sees(feed, "e0")
            teller.mute = True
            teller.happen(1, heard=False)
            assert eventually(lambda: feed.state.name == "reconnecting")
            assert "did not answer in time" in feed.state.reason
            teller.mute = False
            assert sees(feed, "e0", "e1")


def test_on_a_unix_socket_a_silence_may_last() -> None:
    """The kernel tells when an engine is gone: a forgotten feed asks for nothing."""
    teller = Teller()
    with telling(teller) as engine, quick(engine, silence=0.01) as feed:
        assert heard(feed, teller)
        teller.happen(1)
        assert sees(feed, "e0")
        time.sleep(0.1)  # ten times the silence
        assert len(teller.asked) == 1


def test_what_is_no_json_ends_the_connection_and_says_why() -> None:
    """Nobody who reads the feed has to cope with it."""
    teller = Teller()
    with telling(teller) as engine, Feed(engine, backoff=Backoff(shortest=20)) as feed:
        assert heard(feed, teller)
        teller.happen(1)
        teller.say(b"7\r\n<html>\n\r\n")
        assert eventually(lambda: feed.state.name == "reconnecting")
        assert "not JSON" in feed.state.reason
        assert re.match(r"reconnecting in [12][0-9]\.[0-9] s: the engine sent", str(feed.state))
        assert 15 < feed.state.retry_in <= 20
        assert names(feed) == ["e0"]


def test_more_events_than_are_kept_drop_the_oldest_and_are_counted() -> None:
    """Whether somebody looked in between or not."""
    teller = Teller()
    with telling(teller) as engine, quick(engine, limit=5) as feed:
        assert heard(feed, teller)
        teller.happen(7)
        assert eventually(lambda: feed.seen == 7)
        assert names(feed) == [f"e{number}" for number in range(2, 7)]
        teller.happen(2)
        assert eventually(lambda: feed.seen == 9)
        assert (feed.rows, feed.dropped) == (5, 4)
        assert names(feed) == [f"e{number}" for number in range(4, 9)]
        assert list(feed.frame.index) == [0, 1, 2, 3, 4]
        assert (feed.rows, feed.dropped) == (5, 4)


def test_a_wrong_filter_is_an_error_where_the_feed_is_made() -> None:
    """Not in a thread, where nobody sees it."""
    with telling(Teller()) as engine, pytest.raises(UsageError, match="Did you mean container"):
        Feed(engine, filters=["containr=web"])


def test_filters_hold_after_a_reconnection_too() -> None:
    """Also for the question what the engine remembers."""
    teller = Teller()
    with telling(teller) as engine, Feed(engine, filters=iter(["type=image"]), backoff=Backoff(shortest=0.01)) as feed:
        assert heard(feed, teller)
        teller.happen(1)
        assert sees(feed, "e0")
        teller.hang_up()
        assert eventually(lambda: len(teller.asked) == 3)
        assert [query["filters"] for query in teller.asked] == ['{"type":{"image":true}}'] * 3


def test_a_feed_that_was_stopped_does_not_start_again() -> None:
    """What it has seen stays."""
    teller = Teller()
    with telling(teller) as engine:
        with quick(engine) as feed:
            assert heard(feed, teller)
            teller.happen(1)
            assert sees(feed, "e0")
        assert str(feed.state) == "stopped"
        assert names(feed) == ["e0"]
        with pytest.raises(NotConnected, match="was stopped"):
            feed.start()


def _send_at(moments: queue.SimpleQueue[float], interrupter: Interrupter) -> None:
    """Interrupt after each of `moments`, in seconds, until one is negative."""
    while (seconds := moments.get()) >= 0:
        time.sleep(seconds)
        interrupter.send()


# one in a callback of a weak reference or of gc raises nowhere: Python only says so
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_interrupts_while_frames_are_made_lose_no_event() -> None:
    """At any moment: each event is in the next frame, once."""
    teller = Teller()
    generator = random.Random(6)
    with telling(teller) as engine, quick(engine) as feed, Interrupter() as interrupter:
        assert heard(feed, teller)
        moments: queue.SimpleQueue[float] = queue.SimpleQueue()
        sender = threading.Thread(target=_send_at, args=(moments, interrupter))
        sender.start()
        caught = 0
        for _ in range(60):
            teller.happen(20)
            try:
                interrupter.armed = True
                moments.put(generator.uniform(0, 0.01))
                while interrupter.armed:
                    len(feed.frame)
            except KeyboardInterrupt:
                caught += 1
        moments.put(-1)
        sender.join()
        assert caught > 40
        assert eventually(lambda: feed.seen == teller.told)
        assert names(feed) == [f"e{number}" for number in range(teller.told)]
        assert connected(feed)


def test_whatever_happens_a_feed_has_all_events_or_a_gap_in_their_place() -> None:
    """Events, ends of the connection and restarts at random, against a model of what must be there."""
    for seed in range(12):
        generator = random.Random(seed)
        teller = Teller(kept=8)
        with telling(teller) as engine, quick(engine) as feed:
            assert heard(feed, teller)
            for _ in range(25):
                match generator.randrange(4):
                    case 0:
                        teller.hang_up(cleanly=generator.random() < 0.5)
                    case 1:
                        teller.remembered.clear()
                        teller.hang_up()
                    case _:
                        teller.happen(generator.randrange(1, 12), heard=True)
                if generator.random() < 0.5:
                    assert heard(feed, teller)
            assert heard(feed, teller)
            teller.happen(1)
            assert eventually(lambda feed=feed, last=f"e{teller.told - 1}": names(feed)[-1] == last)  # type: ignore[misc]
            _all_there_or_a_gap(names(feed))


def _all_there_or_a_gap(seen: list[str]) -> None:
    expected = 0
    gap = False
    for name in seen:
        if name == "gap":
            gap = True
            continue
        number = int(name[1:])
        assert number == expected or (gap and number > expected), (number, expected, seen)
        expected, gap = number + 1, False
