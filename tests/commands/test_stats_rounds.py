"""`stats`: when it asks for samples, how many at once, and what becomes of those that vanish or fail."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

import dockmagic
from dockmagic import stats
from dockmagic.errors import DockMagicError, EngineFault, EngineWarning, Interrupted, UsageError
from dockmagic.frames.stats import STATS
from tests.commands.stats_host import MEMORY, SHARE, StatsHost, connected
from tests.engine.scripted import PROMPT
from tests.engine.test_interrupts import interrupted

if TYPE_CHECKING:
    import pandas as pd

    from dockmagic import Engine
    from tests.conftest import DockerCli
    from tests.engines.sshd import Sshd

COLUMNS = [column.name for column in STATS]


def rounds(frame: pd.DataFrame) -> list[list[str]]:
    """The names of each round."""
    return [list(names) for _, names in frame.groupby("time")["name"]]


def test_an_engine_that_answers_at_once_is_asked_again_after_a_second() -> None:
    """Two samples that are neighbours would be less apart than the grain of what engines count in."""
    host = StatsHost(["web", "db"])
    with connected(host) as engine:
        start = time.monotonic()
        frame = stats(engine)
        assert 0.9 < time.monotonic() - start < PROMPT
    assert list(frame["name"]) == ["web", "db"]
    assert list(frame["cpu_percent"]) == pytest.approx([SHARE * 100] * 2, rel=0.1)
    assert list(frame["memory"]) == [MEMORY] * 2
    assert list(frame["memory_percent"]) == [50.0] * 2
    assert len(rounds(frame)) == 1


def test_an_engine_that_answers_at_its_tick_is_asked_twice() -> None:
    """Neighbouring ticks: not one second more."""
    host = StatsHost(["web", "db"], tick=1.0)
    with connected(host) as engine:
        stats(engine)
    assert sorted(host.asked) == ["db", "db", "web", "web"]


@pytest.mark.parametrize(("count", "most"), [(100, 100), (140, 128)])
def test_all_are_asked_at_once(count: int, most: int) -> None:
    """Up to the width: one after the other they would take their ticks one after the other."""
    host = StatsHost([f"c{number}x" for number in range(count)], crowd=most)
    with connected(host) as engine:
        frame = stats(engine)
    assert host.most == most
    assert len(frame) == count


def test_over_ssh_eight_are_asked_at_once(ssh: Sshd, docker_cli: DockerCli, label: str) -> None:
    """Each is an ssh of its own, and an sshd refuses some when ten wait to be let in."""
    names = [f"dmt-far-{number}" for number in range(10)]
    flags = ("--label", label, "--network", "none", "bb:1", "sleep", "1000")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: docker_cli("run", "-d", "--name", name, *flags), names))
    with dockmagic.connect("ssh://dm") as engine:
        ssh.forget()
        assert list(stats(engine, names)["name"]) == names
    assert len(ssh.calls()) <= 8


@pytest.mark.parametrize("how", ["gone", "emptied"])
def test_one_that_vanishes_meanwhile_is_left_out(how: str) -> None:
    """Listed, and gone when its sample was to be taken; nobody's failure."""
    host = StatsHost(["web", "db"])
    getattr(host, how).add("web")
    with connected(host) as engine:
        assert list(stats(engine)["name"]) == ["db"]
        getattr(host, how).add("db")
        frame = stats(engine)
    assert (len(frame), list(frame.columns)) == (0, COLUMNS)


def test_one_that_fails_does_not_keep_the_others() -> None:
    """It is a warning, once for all rounds, in one line."""
    host = StatsHost(["web", "db"])
    host.faulty.add("web")
    with connected(host) as engine, pytest.warns(EngineWarning, match='stats of "web": .*no cgroup') as caught:
        assert set(stats(engine, duration=1, interval=0.1)["name"]) == {"db"}
    assert len(caught) == 1
    assert str(caught[0].message).isprintable()


def test_if_all_fail_it_raises_what_the_engine_says() -> None:
    """With the rows that there were before."""
    host = StatsHost(["web"])
    host.faulty.add("web")
    with connected(host) as engine, pytest.raises(EngineFault, match="no cgroup") as caught:
        stats(engine)
    assert caught.value.frame is not None
    assert len(caught.value.frame) == 0


def test_a_series_is_a_row_per_container_and_round() -> None:
    """In the order of time; the first round is only what the second is compared with."""
    host = StatsHost(["web", "db"])
    with connected(host) as engine:
        start = time.monotonic()
        frame = stats(engine, duration=0.5, interval="100ms")
        assert 0.4 < time.monotonic() - start < PROMPT
    assert frame["time"].is_monotonic_increasing
    assert rounds(frame) == [["web", "db"]] * frame["time"].nunique()
    assert 2 <= frame["time"].nunique() <= 5
    assert frame["cpu_percent"].notna().all()


def test_a_series_is_no_faster_than_the_engine() -> None:
    """One whose tick is longer than the interval gives a row per tick, and each once."""
    host = StatsHost(["web"], tick=0.4)
    with connected(host) as engine:
        frame = stats(engine, duration=timedelta(seconds=2), interval=timedelta(milliseconds=100))
    assert 2 <= len(frame) <= 6
    assert frame["time"].is_unique


def test_containers_come_and_go_in_a_series() -> None:
    """One that came has rows from its second sample on."""
    old, both, new = ["old"], ["new", "old"], ["new"]
    with connected(StatsHost(old, old, both, both, new)) as engine:
        frame = stats(engine, duration=2, interval=0.1)
    assert rounds(frame)[:4] == [old, old, both, new]
    assert frame["cpu_percent"].notna().all()


def test_a_series_of_named_containers_ends_with_the_last_of_them() -> None:
    """There is nothing left to wait for."""
    with connected(StatsHost(["web", "db"], ["web"], ["web"], [])) as engine:
        start = time.monotonic()
        frame = stats(engine, "web", duration="1h", interval=0.1)
        assert time.monotonic() - start < 5
    assert list(frame["name"]) == ["web", "web"]


def test_an_engine_that_goes_away_leaves_the_rows_so_far() -> None:
    """In the error's frame."""
    with connected(StatsHost(["web"], lasts=4)) as engine, pytest.raises(DockMagicError) as caught:
        stats(engine, duration=60, interval=0.1)
    assert caught.value.frame is not None
    assert list(caught.value.frame["name"]) == ["web"] * 3


@pytest.mark.parametrize(("tick", "after", "rows"), [(0.0, 0.35, 3), (0.3, 1.05, 2)], ids=["asleep", "asking"])
def test_an_interrupt_leaves_the_rows_so_far(tick: float, after: float, rows: int) -> None:
    """At once, between two rounds and in the middle of one."""
    caught: list[Interrupted] = []

    def work(engine: Engine) -> None:
        try:
            stats(engine, duration=60, interval=0.1)
        except Interrupted as error:
            caught.append(error)
            raise

    with connected(StatsHost(["web", "db"], tick=tick)) as engine:
        assert interrupted(lambda: work(engine), after) < PROMPT
        assert len(stats(engine)) == 2
    frame = caught[0].frame
    assert frame is not None
    assert 1 <= frame["time"].nunique() <= rows + 1
    assert rounds(frame) == [["web", "db"]] * frame["time"].nunique()
    assert caught[0]._render_traceback_() == [
        "KeyboardInterrupt: the command was interrupted",
        "  What there is so far: sys.last_value.frame",
    ]


def test_an_interrupt_before_the_first_rows_leaves_a_frame_without_any() -> None:
    """With its columns."""
    caught: list[Interrupted] = []

    def work(engine: Engine) -> None:
        try:
            stats(engine)
        except Interrupted as error:
            caught.append(error)
            raise

    with connected(StatsHost(["web", "db"])) as engine:
        assert interrupted(lambda: work(engine), 0.4) < PROMPT
    assert caught[0].frame is not None
    assert (len(caught[0].frame), list(caught[0].frame.columns)) == (0, COLUMNS)


@pytest.mark.parametrize("container", [None, []])
def test_without_containers_there_are_no_rows(container: Any) -> None:
    """At once; the columns stay. An empty list names none, and does not stand for all."""
    host = StatsHost([] if container is None else ["web"])
    with connected(host) as engine:
        start = time.monotonic()
        frame = stats(engine, container)
        assert time.monotonic() - start < PROMPT
    assert (len(frame), list(frame.columns)) == (0, COLUMNS)
    assert host.asked == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"duration": "soon"}, "--duration wants a duration such as 30s or 1m30s, not 'soon'"),
        ({"duration": "0s"}, "--duration is longer than nothing"),
        ({"duration": -1}, "--duration is longer than nothing"),
        ({"duration": float("nan")}, "--duration is longer than nothing"),
        ({"duration": float("inf")}, "--duration is longer than nothing"),
        ({"duration": True}, "--duration wants a duration"),
        ({"duration": "10s", "interval": "1m"}, "--interval is longer than --duration"),
        ({"duration": "10s", "interval": 0}, "--interval is longer than nothing"),
        ({"interval": "1s"}, "--interval is that of a series"),
        ({"no_stream": False}, "a stream of stats has no end"),
    ],
)
def test_times_that_cannot_be_are_refused_before_any_request(options: dict[str, Any], said: str) -> None:
    """In words about the flag."""
    host = StatsHost(["web"])
    with connected(host) as engine, pytest.raises(UsageError, match=said):
        stats(engine, **options)
    assert host.asked == []
