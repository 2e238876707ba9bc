"""`LogsFeed` and a real engine: containers that write, end, start again and are removed; an engine that goes away."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import dockmagic
from dockmagic.errors import NotConnected, NotFound, UsageError
from dockmagic.feeds.log_unit import read
from dockmagic.frames.log_grep import line_matcher
from dockmagic.frames.logs import LOG_LINES
from tests.engine.scripted import PATIENCE, PROMPT, eventually
from tests.feeds.followed import docker, feed_of, following, notes, shows, texts, threads
from tests.feeds.relay import relayed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockmagic import Engine
    from dockmagic.feeds.feed_state import FeedState
    from tests.engines.dockerd import Dockerd

FIFO = "mkfifo /f; while :; do cat /f; done"
"""Writes what is written into /f, as one write may be."""


@pytest.fixture
def engine(engine_process: Dockerd) -> Iterator[Engine]:
    """Return dockmagic's view of the test engine."""
    with dockmagic.connect(engine_process.host) as connected:
        yield connected
    assert eventually(lambda: threads() == [])


@pytest.fixture
def run(engine_process: Dockerd, label: str) -> Callable[..., str]:
    """Return a function that runs a container (name, script, flags); it returns the name."""

    def run(name: str, script: str, *flags: str) -> str:
        labelled = ["run", "-d", "--label", label, "--network", "none", "--name", name, *flags]
        docker(engine_process, *labelled, "bb:1", "sh", "-c", script)
        return name

    return run


@pytest.fixture
def say(engine_process: Dockerd) -> Callable[[str, str], None]:
    """Return a function that lets a container of FIFO write this, a shell's printf format."""

    def say(name: str, text: str) -> None:
        script = f"while ! [ -p /f ]; do :; done; printf '{text}' > /f"
        docker(engine_process, "exec", name, "sh", "-c", script)

    return say


def test_what_was_written_and_what_comes_is_there(
    engine: Engine, run: Callable[..., str], say: Callable[[str, str], None]
) -> None:
    """In the columns of `logs`; a note is a third kind of stream."""
    name = run("dmt-lf-web", f"echo one; echo two >&2; {FIFO}")
    with feed_of(engine, name) as feed:
        assert eventually(lambda: sorted(texts(feed)) == ["one", "two"])
        say(name, "caf\\303\\251\\nlast\\n")
        assert eventually(lambda: texts(feed)[2:] == ["café", "last"])
        frame = feed.frame
    assert list(frame.columns) == [column.name for column in LOG_LINES]
    assert set(frame["name"]) == {name}
    assert sorted(zip(frame["line"], frame["stream"], strict=True))[2:] == [("one", "stdout"), ("two", "stderr")]
    assert frame["time"].is_monotonic_increasing
    assert str(frame["time"].dtype) == "datetime64[ns, UTC]"
    assert frame.attrs["host"] == engine.host
    whole = dockmagic.logs(engine, name)
    pd.testing.assert_series_equal(frame["time"], whole["time"].sort_values(ignore_index=True))


def test_several_containers_are_merged_by_time(
    engine: Engine, run: Callable[..., str], say: Callable[[str, str], None]
) -> None:
    """Whichever of them is read first."""
    names = [run(f"dmt-lf-{letter}", FIFO) for letter in "ab"]
    for number in range(6):
        say(names[number % 2], f"{number}\\n")
    with feed_of(engine, *names) as feed:
        assert shows(feed, *"012345")
        assert list(feed.frame["name"]) == [*names] * 3
        for number in range(6, 9):
            say(names[number % 2], f"{number}\\n")
        assert shows(feed, *"012345678")


def test_a_terminal_and_a_line_in_parts_are_put_together(
    engine: Engine, run: Callable[..., str], say: Callable[[str, str], None]
) -> None:
    """Without frames; and a line of more than 16 KiB, which engines cut wherever that is in a character."""
    terminal = run("dmt-lf-tty", f"echo café; head -c 40000 /dev/zero | tr '\\000' x; echo; {FIFO}", "--tty")
    long = run("dmt-lf-long", "yes é | head -n 9000 | tr -d '\\n'; echo; echo next; sleep 1000")
    with feed_of(engine, terminal, long) as feed:
        say(terminal, "more\\n")
        expected = sorted(["café", "x" * 40000, "more", "é" * 9000, "next"])
        assert eventually(lambda: sorted(texts(feed)) == expected)


@pytest.mark.parametrize("tail", [0, 2, 100])
def test_tail_is_where_it_begins(
    engine: Engine, run: Callable[..., str], say: Callable[[str, str], None], tail: int
) -> None:
    """The last lines, and none is missing behind them; with 0 only what comes."""
    name = run("dmt-lf-tail", f"seq 1 200; {FIFO}")
    assert eventually(lambda: len(dockmagic.logs(engine, name)) == 200)
    with feed_of(engine, name, tail=tail) as feed:
        assert following(feed)
        say(name, "new\\n")
        assert shows(feed, *map(str, range(201 - tail, 201)), "new")


def test_since_is_where_it_begins(engine: Engine, run: Callable[..., str], say: Callable[[str, str], None]) -> None:
    """As engines take it."""
    name = run("dmt-lf-since", FIFO)
    say(name, "before\\n")
    say(name, "after\\n")
    assert eventually(lambda: len(dockmagic.logs(engine, name)) == 2)
    last = dockmagic.logs(engine, name)["time"][1].value
    with feed_of(engine, name, since=f"{last // 10**9}.{last % 10**9:09d}") as feed:
        assert shows(feed, "after")


def test_only_what_matches_is_kept(engine: Engine, run: Callable[..., str], say: Callable[[str, str], None]) -> None:
    """Of what is there and of what comes; notes stay."""
    name = run("dmt-lf-grep", f"seq 1 30; {FIFO}")
    with feed_of(engine, name, matches=line_matcher("^.?5$", "--grep")) as feed:
        say(name, "a\\n5\\n")
        assert shows(feed, "5", "15", "25", "5")
        docker_kill(engine, name)
        assert eventually(lambda: notes(feed) == ["does not run any more: exit code 137"])
        assert feed.read > feed.seen


def docker_kill(engine: Engine, name: str) -> None:
    """As docker kill does."""
    dockmagic.kill(engine, name)


@pytest.mark.parametrize("pattern", ["(", "*", "[", "(?P<a>x)(?P<a>y)"])
def test_what_is_no_regular_expression_is_refused(pattern: str) -> None:
    """By name of the flag."""
    with pytest.raises(UsageError, match="--grep wants a regular expression"):
        line_matcher(pattern, "--grep")


def test_a_container_that_ends_is_followed_on(engine: Engine, run: Callable[..., str]) -> None:
    """The end and the start are told; lines that an engine keeps back at the end are read all the same."""
    name = run("dmt-lf-ends", "echo begin; printf end; exit 3")
    with feed_of(engine, name) as feed:
        assert eventually(lambda: notes(feed) == ["does not run any more: exit code 3"])
        assert texts(feed) == ["begin", "end"]
        dockmagic.start(engine, name)
        assert shows(feed, "begin", "end", "begin", "end")
        assert eventually(lambda: len(notes(feed)) >= 2)
        assert eventually(lambda: notes(feed)[-1] == "does not run any more: exit code 3")
        assert feed.state.name == "connected"


def test_a_removed_container_ends_its_part_and_the_last_one_the_feed(
    engine: Engine, run: Callable[..., str], say: Callable[[str, str], None]
) -> None:
    """Visibly; the other one goes on."""
    gone, stays = run("dmt-lf-gone", "echo x; sleep 1000"), run("dmt-lf-stays", FIFO)
    with feed_of(engine, gone, stays) as feed:
        assert shows(feed, "x")
        assert following(feed)
        dockmagic.rm(engine, gone, force=True)
        assert eventually(lambda: any(note.startswith("was removed") for note in notes(feed)))
        say(stays, "on\\n")
        assert eventually(lambda: "on" in texts(feed))
        assert feed.state.name == "connected"
        dockmagic.rm(engine, stays, force=True)
        assert eventually(lambda: feed.state.name == "stopped")
        assert eventually(lambda: threads() == [])  # that of the events too, though nobody has called `stop`


def test_a_container_that_was_never_started_is_waited_for(engine: Engine, engine_process: Dockerd, label: str) -> None:
    """And read from its first line on."""
    docker(engine_process, "create", "--label", label, "--name", "dmt-lf-new", "bb:1", "echo", "first")
    with feed_of(engine, "dmt-lf-new") as feed:
        assert eventually(lambda: notes(feed) == ["was not started yet"])
        dockmagic.start(engine, "dmt-lf-new")
        assert shows(feed, "first")
        assert eventually(lambda: notes(feed)[-1] == "does not run any more: exit code 0")
        assert notes(feed)[1:-1] in ([], ["started"])  # it may have ended before anybody looked


def test_what_its_restart_policy_starts_again_is_followed_on(engine: Engine, run: Callable[..., str]) -> None:
    """Until that gives up."""
    with feed_of(engine, run("dmt-lf-loop", "echo up; exit 3", "--restart=on-failure:2")) as feed:
        assert shows(feed, "up", "up", "up")
        assert eventually(lambda: notes(feed)[-1] == "does not run any more: exit code 3")
        assert feed.state.name == "connected"


def test_a_missing_container_is_not_followed(engine: Engine, run: Callable[..., str]) -> None:
    """The name that is like it is told."""
    run("dmt-lf-there", "sleep 1000")
    with pytest.raises(NotFound, match="Did you mean dmt-lf-there"):
        feed_of(engine, "dmt-lf-ther")


def test_a_log_that_cannot_be_read_is_a_note(engine: Engine, run: Callable[..., str]) -> None:
    """And the feed ends: there is nothing to be waited for."""
    with feed_of(engine, run("dmt-lf-none", "sleep 1000", "--log-driver=none")) as feed:
        assert eventually(lambda: feed.state.name == "stopped")
        assert ["cannot be read" in note for note in notes(feed)] == [True]


def test_the_oldest_lines_are_dropped_and_counted(engine: Engine, run: Callable[..., str]) -> None:
    """Whatever comes, it keeps so many."""
    with feed_of(engine, run("dmt-lf-much", "seq 1 1000"), limit=100) as feed:
        assert eventually(lambda: bool(notes(feed)))
        assert eventually(lambda: feed.seen == 1001)
        assert texts(feed) == [str(number) for number in range(902, 1001)]
        assert (feed.rows, feed.dropped) == (100, 901)


def test_a_slow_callback_holds_up_nothing_and_is_told_what_it_misses(engine: Engine, run: Callable[..., str]) -> None:
    """The feed has all; the callback what it has room for."""
    entered, leave, given = threading.Event(), threading.Event(), list[bytes]()

    def slow(lines: list[bytes], _: FeedState) -> None:
        given.extend(lines)
        entered.set()
        leave.wait(PATIENCE)

    feed = feed_of(engine, run("dmt-lf-slow", "seq 1 1000; sleep 1000"))
    feed.subscribe(slow, limit=10)
    assert entered.wait(PATIENCE)  # the first call, which comes at once
    with feed:
        assert eventually(lambda: len(texts(feed)) == 1000)
        leave.set()
        assert eventually(lambda: len(given) == 11)
    told = [read(line).text for line in given]
    assert told[0] == "990 lines are left out here: this callback is slower than the containers"
    assert told[1:] == [str(number) for number in range(991, 1001)]


def test_fifty_thousand_lines_while_the_main_thread_is_busy_are_all_there(
    engine: Engine, run: Callable[..., str]
) -> None:
    """In their order, with a callback that counts them."""
    counted: list[int] = []
    with feed_of(engine, run("dmt-lf-burst", "seq 1 50000")) as feed:
        feed.subscribe(lambda lines, _: counted.append(len(lines)))
        deadline = time.monotonic() + PATIENCE
        while feed.readers[0].phase.name != "ended" and time.monotonic() < deadline:
            pass  # Python code without a pause
        assert texts(feed) == [str(number) for number in range(1, 50001)]
        assert eventually(lambda: sum(counted) == 50001)
        assert len(counted) < 1000


def test_it_stops_at_once_and_leaves_no_thread(engine: Engine, run: Callable[..., str]) -> None:
    """While one container is silent, one writes without end, and one has ended."""
    scripts = {"silent": "sleep 1000", "loud": "yes", "over": "true"}
    feed = feed_of(engine, *(run(f"dmt-lf-{name}", script) for name, script in scripts.items())).start()
    feed.subscribe(lambda *_: None)
    assert eventually(lambda: feed.seen > 1000)
    start = time.monotonic()
    feed.stop()
    feed.stop()
    assert time.monotonic() - start < PROMPT
    assert feed.state.name == "stopped"
    assert eventually(lambda: threads() == [])
    with pytest.raises(NotConnected):
        feed.start()


def test_cut_off_again_and_again_it_loses_and_repeats_nothing(engine_process: Dockerd, run: Callable[..., str]) -> None:
    """By the times of the lines: each number is there once."""
    name = run("dmt-lf-cut", "i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo $i; done; sleep 1000")
    with relayed(engine_process.socket) as (engine, relay), feed_of(engine, name) as feed:
        for _ in range(5):
            assert following(feed)
            seen = feed.seen
            eventually(lambda seen=seen: feed.seen > seen + 100 or feed.seen >= 3000)  # type: ignore[misc]
            relay.down()
            relay.up()
        assert shows(feed, *map(str, range(1, 3001)))
    assert eventually(lambda: threads() == [])


def test_lines_that_the_engine_has_thrown_away_meanwhile_are_a_note(
    engine_process: Dockerd, run: Callable[..., str], say: Callable[[str, str], None]
) -> None:
    """Its log was cut off at its limit while nobody could read it: that is told where they would stand."""
    name = run("dmt-lf-rotated", FIFO, "--log-opt", "max-size=2k", "--log-opt", "max-file=1")
    with relayed(engine_process.socket) as (engine, relay), feed_of(engine, name) as feed:
        say(name, "first\\n")
        assert shows(feed, "first")
        relay.down()
        docker(engine_process, "exec", name, "sh", "-c", "seq 1 500 > /f")
        say(name, "last\\n")
        assert eventually(lambda: last_line(engine_process, name) == "last")
        relay.up()
        assert eventually(lambda: texts(feed)[-1:] == ["last"])
        assert [note.partition(" here")[0] for note in notes(feed)] == ["lines may be missing"]
        assert list(feed.frame["stream"]).index("note") == 1


def last_line(dockerd: Dockerd, name: str) -> str:
    """The last line, as docker shows it."""
    return docker(dockerd, "logs", "--tail", "1", name).strip()


def test_a_killed_engine_is_followed_on_when_it_is_back(own_engine: Dockerd) -> None:
    """Its container has ended meanwhile, which is told, and nothing comes twice."""
    docker(own_engine, "run", "-d", "--name", "web", "--network", "none", "bb:1", "sh", "-c", "seq 1 5; sleep 1000")
    with dockmagic.connect(own_engine.host) as engine, contextlib.ExitStack() as stack:
        feed = stack.enter_context(feed_of(engine, "web"))
        assert shows(feed, *"12345")
        own_engine.halt(hard=True)
        assert eventually(lambda: feed.state.name == "reconnecting")
        assert feed.state.reason
        own_engine.start()
        assert eventually(lambda: any("does not run any more" in note for note in notes(feed)))
        docker(own_engine, "start", "web")
        assert shows(feed, *"12345", *"12345")
