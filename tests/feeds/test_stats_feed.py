"""`StatsFeed`: what containers use, from streams that stay open; which containers those are; and how it ends."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

import pytest

from dockmagic.errors import EngineFault, NotConnected
from dockmagic.feeds import stats_members
from dockmagic.feeds.stats_feed import StatsFeed
from dockmagic.frames.schema import to_frame
from dockmagic.frames.stats import STATS
from tests.engine.scripted import eventually
from tests.feeds.stats_teller import LIMIT, MEMORY, SHARE, StatsTeller, id_of
from tests.feeds.teller import telling

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockmagic import Engine


@pytest.fixture
def teller() -> StatsTeller:
    """Return a scripted engine with two containers that run."""
    return StatsTeller("a", "b")


@pytest.fixture
def engine(teller: StatsTeller) -> Iterator[Engine]:
    """Return an Engine that talks to it."""
    with telling(teller) as engine:
        yield engine
    assert eventually(lambda: threads() == [])


@pytest.fixture
def feed(engine: Engine, teller: StatsTeller) -> Iterator[StatsFeed]:
    """Return a feed that listens to both."""
    with StatsFeed(engine) as feed:
        assert listens(teller, "a", "b")
        yield feed


def threads() -> list[str]:
    """The threads of ours that run."""
    return [each.name for each in threading.enumerate() if each.name.startswith("dockmagic-")]


def listens(teller: StatsTeller, *names: str) -> bool:
    """Whether it has a stream of exactly these, and of the events, sooner or later."""
    return eventually(lambda: teller.streams == sorted(names) and teller.listeners == 1)


def sampled(teller: StatsTeller, feed: StatsFeed, rows: int) -> bool:
    """Take another sample of each; whether the feed has so many rows then, sooner or later."""
    teller.tick()
    return eventually(lambda: feed.rows >= rows)


def states(feed: StatsFeed) -> dict[str, bool]:
    """Which containers it has, and whether they run."""
    return {each.name: each.runs for each in feed.members}


def test_now_is_the_newest_sample_of_each(feed: StatsFeed, teller: StatsTeller) -> None:
    """Nothing is asked for it; the columns and types of `stats`. The first sample tells no processor time."""
    asked = len(teller.asked), teller.lists
    assert len(feed.now) == 2
    assert feed.now["memory"].isna().all()
    teller.tick()
    assert eventually(lambda: feed.now["memory"].eq(MEMORY).fillna(value=False).tolist() == [True, True])
    assert feed.now["cpu_percent"].isna().all()
    teller.tick()
    assert eventually(lambda: feed.now["cpu_percent"].eq(SHARE * 100).tolist() == [True, True])
    now = feed.now
    assert list(now["name"]) == ["a", "b"]
    assert list(now["id"]) == [id_of("a")[:12], id_of("b")[:12]]
    assert list(now["memory_limit"]) == [LIMIT, LIMIT]
    assert now["time"].nunique() == 1
    assert now.dtypes.to_dict() == to_frame([], STATS).dtypes.to_dict()
    assert len(teller.asked) == asked[0]
    assert teller.polled == []


def test_the_frame_is_the_series_so_far(feed: StatsFeed, teller: StatsTeller) -> None:
    """One row per container and tick, the rows of a tick with one time; without the first sample of each."""
    assert len(feed.frame) == 0
    assert feed.frame.dtypes.to_dict() == to_frame([], STATS).dtypes.to_dict()
    teller.tick()
    assert eventually(lambda: not feed.now["memory"].isna().any())
    for rows in (2, 4, 6):
        assert sampled(teller, feed, rows)
    frame = feed.frame
    assert list(frame.columns) == [column.name for column in STATS]
    assert sorted(frame["name"]) == ["a", "a", "a", "b", "b", "b"]
    assert frame["time"].is_monotonic_increasing
    assert set(frame["cpu_percent"]) == {SHARE * 100}
    frame.loc[0, "memory"] = 0
    assert feed.frame.loc[0, "memory"] == MEMORY


def test_a_container_that_starts_joins_and_one_that_ends_leaves(feed: StatsFeed, teller: StatsTeller) -> None:
    """By events: the list is not asked for. What has ended is told of for a while, and has no figures."""
    assert eventually(lambda: teller.lists == 2)  # the second one confirms the first
    teller.begin("c")
    assert listens(teller, "a", "b", "c")
    assert list(states(feed)) == ["c", "a", "b"]
    teller.end("a")
    assert listens(teller, "b", "c")
    teller.tick()
    assert eventually(lambda: feed.now["memory"].eq(MEMORY).fillna(value=False).tolist() == [True, True])
    assert list(feed.now["name"]) == ["c", "b"]
    assert states(feed) == {"c": True, "a": False, "b": True}
    assert teller.lists == 2


def test_what_has_ended_is_forgotten_after_a_while(
    engine: Engine, teller: StatsTeller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here at once."""
    monkeypatch.setattr(stats_members, "LEAVES", 0.0)
    with StatsFeed(engine) as feed:
        assert listens(teller, "a", "b")
        teller.end("a")
        assert eventually(lambda: list(states(feed)) == ["b"])


def test_one_that_starts_again_is_the_same_one(feed: StatsFeed, teller: StatsTeller) -> None:
    """Its figures begin anew."""
    teller.tick(times=2)
    assert eventually(lambda: feed.rows > 0)
    teller.end("a")
    assert listens(teller, "b")
    teller.begin("a")
    assert listens(teller, "a", "b")
    assert states(feed) == {"a": True, "b": True}
    assert feed.now.set_index("name")["memory"].isna().to_dict() == {"a": True, "b": False}


def test_a_new_name_is_told(feed: StatsFeed, teller: StatsTeller) -> None:
    """Of an event."""
    teller.event("rename", "a", name="other", oldName="/a")
    assert eventually(lambda: list(states(feed)) == ["other", "b"])
    assert teller.streams == ["a", "b"]


def test_only_those_that_are_named_are_followed(engine: Engine, teller: StatsTeller) -> None:
    """Whatever else starts; and they stay when they have ended, with no figures."""
    with StatsFeed(engine, ids=[id_of("b")]) as feed:
        assert listens(teller, "b")
        teller.begin("c")
        teller.end("b")
        assert listens(teller)
        assert eventually(lambda: states(feed) == {"b": False})
        now = feed.now
        assert list(now["name"]) == ["b"]
        assert now[["time", "cpu_percent", "memory"]].isna().to_numpy().all()
        teller.begin("b")
        assert listens(teller, "b")


def test_all_of_them_are_followed_where_that_is_wanted(engine: Engine, teller: StatsTeller) -> None:
    """Those that do not run have no figures; what was removed is gone at once."""
    teller.stopped = ["s"]
    with StatsFeed(engine, all=True) as feed:
        assert listens(teller, "a", "b")
        assert states(feed) == {"a": True, "b": True, "s": False}
        teller.stopped.insert(0, "n")
        teller.event("create", "n")
        assert eventually(lambda: states(feed) == {"n": False, "a": True, "b": True, "s": False})
        assert feed.now.set_index("name").loc[["n", "s"], "memory"].isna().all()
        teller.stopped.remove("s")
        teller.event("destroy", "s")
        assert eventually(lambda: "s" not in states(feed))
        teller.stopped.append("a")
        teller.end("a")
        assert listens(teller, "b")
        assert states(feed) == {"n": False, "a": False, "b": True}


def test_a_stream_that_ends_is_opened_again(feed: StatsFeed, teller: StatsTeller) -> None:
    """The others go on."""
    teller.tick(times=2)
    assert eventually(lambda: feed.rows >= 1)
    teller.cut("a")
    assert eventually(lambda: teller.streams == ["b"]) or teller.streams == ["a", "b"]
    assert listens(teller, "a", "b")
    before = len(feed.frame.query("name == 'a'"))
    teller.tick(times=2)
    assert eventually(lambda: len(feed.frame.query("name == 'a'")) > before)


def test_where_events_may_be_missing_the_list_is_asked_for(feed: StatsFeed, teller: StatsTeller) -> None:
    """As after a restart of the engine."""
    assert eventually(lambda: teller.lists == 2)
    teller.names = ["b", "d"]
    teller.remembered.clear()
    teller.hang_up()
    assert listens(teller, "b", "d")
    assert eventually(lambda: states(feed) == {"b": True, "d": True, "a": False})
    assert feed.state.name == "connected"


def test_of_many_some_are_asked_for_in_turn(engine: Engine, teller: StatsTeller) -> None:
    """So that streams do not use up all files that a process may have open."""
    teller.names = ["a", "b", "c", "d"]
    with StatsFeed(engine, streams=2) as feed:
        assert listens(teller, "a", "b")
        assert eventually(lambda: {"c", "d"} <= set(teller.polled))
        assert eventually(lambda: len(feed.frame.query("name == 'd'")) > 0)
        assert {"a", "b"} & set(teller.polled) == set()


def test_one_that_cannot_be_sampled_says_why(engine: Engine, teller: StatsTeller) -> None:
    """The others are; and it is tried again."""
    teller.faulty.add("a")
    with StatsFeed(engine) as feed:
        assert eventually(lambda: teller.streams == ["b"])
        assert eventually(lambda: "no cgroup" in {each.name: each for each in feed.members}["a"].error)
        teller.faulty.clear()
        assert listens(teller, "a", "b")
        teller.tick()
        assert eventually(lambda: {each.error for each in feed.members} == {""})


@pytest.mark.parametrize("line", [b"{}", b"[]", b"nonsense", b'{"read": "0001-01-01T00:00:00Z"}', b"7"])
def test_what_is_no_sample_gives_no_row(feed: StatsFeed, teller: StatsTeller, line: bytes) -> None:
    """And harms nothing."""
    teller.tell(lambda _: line + b"\n")
    teller.tick(times=2)
    assert eventually(lambda: feed.rows > 0)
    assert feed.frame["time"].notna().all()
    assert feed.frame["memory"].notna().all()


def test_what_has_no_room_any_more_is_counted(engine: Engine, teller: StatsTeller) -> None:
    """The oldest rows are dropped."""
    with StatsFeed(engine, limit=3) as feed:
        assert listens(teller, "a", "b")
        teller.tick()
        assert eventually(lambda: not feed.now["memory"].isna().any())
        for rows in (2, 3):
            assert sampled(teller, feed, rows)
        assert eventually(lambda: feed.dropped == 1)
        assert (feed.rows, len(feed.frame)) == (3, 3)


def test_whoever_subscribes_gets_the_rows_of_each_tick(
    feed: StatsFeed, teller: StatsTeller, caplog: pytest.LogCaptureFixture
) -> None:
    """With the containers and the state, the last time when it has stopped; one that fails harms no other."""
    told: list[tuple[Any, ...]] = []

    def fail(*_: object) -> None:
        raise ValueError("mine")

    with caplog.at_level(logging.ERROR, logger="dockmagic"):
        feed.subscribe(fail)
        feed.subscribe(lambda *given: told.append(given))
        teller.tick()
        assert eventually(lambda: {row["name"] for rows, _, _ in list(told) for row in rows} == {"a", "b"})
        feed.stop()
        assert eventually(lambda: told[-1][2].name == "stopped")
    assert [each.name for each in told[-1][1]] == ["a", "b"]
    assert "a callback of dockmagic-stats" in caplog.text


def test_stop_ends_all_streams_whatever_they_wait_for(engine: Engine, teller: StatsTeller) -> None:
    """At once, and for good."""
    feed = StatsFeed(engine).start()
    assert listens(teller, "a", "b")
    feed.stop()
    assert eventually(lambda: teller.streams == [] and teller.listeners == 0)
    assert feed.state.name == "stopped"
    assert eventually(lambda: threads() == [])
    feed.stop()
    with pytest.raises(NotConnected):
        feed.start()


def test_an_engine_that_lists_nothing_is_told_at_once(engine: Engine, teller: StatsTeller) -> None:
    """And nothing is left of the feed."""
    teller.refuses = True
    with pytest.raises(EngineFault):
        StatsFeed(engine).start()
    assert eventually(lambda: threads() == [])


def test_a_feed_that_nobody_looks_at_costs_next_to_nothing(feed: StatsFeed, teller: StatsTeller) -> None:
    """Of ten ticks that come together the last is looked at; nothing is asked meanwhile."""
    assert eventually(lambda: teller.lists == 2)
    teller.tick(times=10)
    assert eventually(lambda: feed.rows > 0)
    assert feed.rows < 20
    assert teller.lists == 2
