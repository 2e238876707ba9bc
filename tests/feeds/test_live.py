"""`Live`: what runs in a shell, listed and stopped."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from dockmagic.errors import UsageError
from dockmagic.feeds.feed import Feed
from dockmagic.feeds.live import Live
from dockmagic.frames.live import LIVE
from dockmagic.frames.schema import to_frame
from tests.engine.scripted import eventually
from tests.feeds.teller import Teller, connected, sees, telling, threads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockmagic import Engine


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
def live() -> Iterator[Live]:
    """Return a registry, which is emptied afterwards."""
    live = Live()
    yield live
    live.stop_all()
    assert eventually(lambda: threads() == [])


def test_what_runs_is_listed_with_its_state_and_how_many_rows_it_has(
    live: Live, teller: Teller, engine: Engine
) -> None:
    """One row each, the oldest first; the id is what stops it."""
    feeds = [Feed(engine).start() for _ in range(2)]
    identities = [live.add(feed, kind="events") for feed in feeds]
    assert all(map(connected, feeds))
    teller.happen(3)
    assert sees(feeds[0], "e0", "e1", "e2")
    frame = live.frame()
    assert list(frame["id"]) == identities == ["1", "2"]
    row = frame.iloc[0]
    assert (row["kind"], row["host"], row["state"], row["rows"]) == ("events", engine.host, "connected", 3)
    assert abs((datetime.now(UTC) - row["started"]).total_seconds()) < 60


def test_a_shell_in_which_nothing_runs_has_the_same_columns(live: Live) -> None:
    """And no rows."""
    assert live.frame().dtypes.to_dict() == to_frame([], LIVE).dtypes.to_dict()
    assert list(live.frame().columns) == ["id", "kind", "host", "started", "state", "rows"]
    assert len(live) == 0


def test_one_is_stopped_by_its_id(live: Live, engine: Engine) -> None:
    """The others go on."""
    feeds = [Feed(engine).start() for _ in range(2)]
    identities = [live.add(feed, kind="events") for feed in feeds]
    live.stop(identities[0])
    assert [feed.state.name == "stopped" for feed in feeds] == [True, False]
    assert list(live.frame()["id"]) == identities[1:]


def test_what_was_interrupted_while_it_was_stopped_is_stopped_again(live: Live) -> None:
    """It may say that it is stopped, and yet go on in part; the others are stopped all the same."""
    half, other = _Halfway(), _Halfway()
    other.interrupts = 0
    live.add(other, kind="x")
    live.add(half, kind="x")
    with pytest.raises(KeyboardInterrupt):
        live.stop_all()
    assert (half.whole, other.whole) == (False, True)
    assert len(live) == 0
    assert half.whole


class _Halfway:
    """Something that runs; an interrupt comes while it is stopped for the first time."""

    host, rows, started, state = "h", None, datetime.now(UTC), "connected"
    interrupts = 1
    whole = False

    def stop(self) -> None:
        """Half of it, and the other half the next time."""
        self.state = "stopped"
        if self.interrupts:
            self.interrupts -= 1
            raise KeyboardInterrupt
        self.whole = True


def test_an_id_that_nothing_has_is_an_error_which_tells_those_there_are(live: Live, engine: Engine) -> None:
    """Also one that has stopped by itself."""
    with pytest.raises(UsageError, match=r'"?7.*\n.*Nothing runs'):
        live.stop("7")
    feed = Feed(engine).start()
    ended = Feed(engine).start()
    live.add(feed, kind="events")
    identity = live.add(ended, kind="events")
    ended.stop()
    with pytest.raises(UsageError, match="There are: 1 "):
        live.stop(identity)


def test_what_the_same_cell_began_before_is_stopped_when_it_runs_again(live: Live, engine: Engine) -> None:
    """Other cells' and those without a key go on."""
    first, other, loose = (Feed(engine).start() for _ in range(3))
    live.add(first, kind="events", key="cell 1")
    live.add(other, kind="events", key="cell 2")
    live.add(loose, kind="events")
    again = Feed(engine).start()
    live.add(again, kind="events", key="cell 1")
    live.add(Feed(engine).start(), kind="events")
    assert [feed.state.name == "stopped" for feed in (first, other, loose, again)] == [True, False, False, False]
    assert list(live.frame()["id"]) == ["2", "3", "4", "5"]


def test_what_began_in_the_same_run_of_a_cell_goes_on_together(live: Live, engine: Engine) -> None:
    """Several views of one cell; the next run of it stops all of them."""
    one, two = (Feed(engine).start() for _ in range(2))
    for feed in (one, two):
        live.add(feed, kind="events", key="cell 1", run="first")
    assert [feed.state.name == "stopped" for feed in (one, two)] == [False, False]
    live.add(Feed(engine).start(), kind="events", key="cell 1", run="second")
    assert [feed.state.name for feed in (one, two)] == ["stopped", "stopped"]
    assert list(live.frame()["id"]) == ["3"]


def test_what_is_in_it_already_keeps_its_id(live: Live, engine: Engine) -> None:
    """A function has put it in, and then its magic tells the cell."""
    first, again = (Feed(engine).start() for _ in range(2))
    assert live.add(first, kind="events") == live.add(first, kind="events", key="cell 1") == "1"
    assert live.add(again, kind="events", key="cell 1") == "2"
    assert [feed.state.name == "stopped" for feed in (first, again)] == [True, False]


def test_all_of_them_are_stopped_even_if_one_cannot_be(live: Live, engine: Engine) -> None:
    """Its error comes when the others have been."""

    class Stubborn:
        host, started, state, rows = "nowhere", datetime.now(UTC), "running", None

        def stop(self) -> None:
            raise ValueError("I will not")

    feeds = [Feed(engine).start() for _ in range(2)]
    live.add(feeds[0], kind="events")
    live.add(Stubborn(), kind="stubborn")
    live.add(feeds[1], kind="events")
    assert live.frame()["rows"].isna().to_list() == [False, True, False]
    with pytest.raises(ValueError, match="I will not"):
        live.stop_all()
    assert [feed.state.name for feed in feeds] == ["stopped", "stopped"]
    assert len(live) == 0


def test_many_threads_may_begin_and_list_at_once(live: Live, engine: Engine) -> None:
    """Ids are given once."""
    identities: list[str] = []

    def begin() -> None:
        for _ in range(5):
            identities.append(live.add(Feed(engine), kind="events"))
            live.frame()

    workers = [threading.Thread(target=begin) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(map(int, identities)) == list(range(1, 21))


def test_the_end_of_the_process_stops_what_runs() -> None:
    """Before Python takes itself apart; nothing is printed."""
    program = """
from datetime import datetime, UTC
from dockmagic.feeds.live import Live

class Running:
    host, started, state, rows = "here", datetime.now(UTC), "running", 0

    def stop(self):
        print("stopped")

Live().add(Running(), kind="events")
"""
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("stopped\n", "")
