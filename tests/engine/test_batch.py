"""`each`: several requests at once, and how they end."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

import dockmagic
from dockmagic.engine.batch import each
from dockmagic.errors import EngineFault, ProtocolError
from tests.engine.scripted import PATIENCE, PROMPT, eventually, serving
from tests.engine.test_interrupts import interrupted

if TYPE_CHECKING:
    from dockmagic import Engine
    from dockmagic.engine.batch import Outcome
    from tests.engine.scripted import Peer, Script

PING = b"HTTP/1.1 200 OK\r\nApi-Version: 1.45\r\nContent-Length: 2\r\n\r\nOK"
DONE = b"HTTP/1.1 204 No Content\r\n\r\n"
FAULT = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\n\r\nboom"
NAMES = [f"c{number}" for number in range(20)]


def stop(engine: Engine, name: str) -> str:
    """Ask for one of them."""
    engine.post(f"/containers/{name}/stop", timeout=None)
    return f"{name} stopped"


def threads() -> list[str]:
    """The names of our threads that run."""
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("dockmagic-each")]


class Crowd:
    """An engine that answers a stop only when `size` of them wait for it at once, and notes how many ever did."""

    def __init__(self, size: int) -> None:
        self.most = 0
        self._size = size
        self._waiting = 0
        self._changed = threading.Condition()

    def script(self, peer: Peer) -> None:
        """Serve one connection."""
        while True:
            if peer.request().target == "/_ping":
                peer.send(PING)
                continue
            with self._changed:
                self._waiting += 1
                self.most = max(self.most, self._waiting)
                self._changed.notify_all()
                assert self._changed.wait_for(lambda: self.most >= self._size, PATIENCE)
                self._waiting -= 1
            peer.send(DONE)


def silent(ready: threading.Event, *, answered: int, waiting: int) -> Script:
    """An engine that answers the first stops and never those that come later; `ready` when so many wait."""
    lock = threading.Lock()
    asked = 0

    def script(peer: Peer) -> None:
        nonlocal asked
        while True:
            if peer.request().target == "/_ping":
                peer.send(PING)
                continue
            with lock:
                asked += 1
                number = asked
            if number <= answered:
                peer.send(DONE)
                continue
            if number == answered + waiting:
                ready.set()
            peer.until_end()
            return

    return script


@pytest.mark.parametrize("width", [1, 4, 64])
def test_as_many_at_once_as_the_width_allows(width: int) -> None:
    """And as there are names."""
    crowd = Crowd(min(width, len(NAMES)))
    outcomes: dict[str, Outcome[str]] = {}
    with serving(crowd.script) as server, dockmagic.connect(f"unix://{server.path}") as engine:
        each(engine, NAMES, stop, into=outcomes, width=width)
    assert crowd.most == min(width, len(NAMES))
    assert {name: outcomes[name].result for name in NAMES} == {name: f"{name} stopped" for name in NAMES}
    assert threads() == []


def test_one_that_fails_does_not_keep_the_others() -> None:
    """Its outcome has the error, theirs have their results."""

    def script(peer: Peer) -> None:
        while True:
            target = peer.request().target
            peer.send(PING if target == "/_ping" else FAULT if "/c3/" in target else DONE)

    outcomes: dict[str, Outcome[str]] = {}
    with serving(script) as server, dockmagic.connect(f"unix://{server.path}") as engine:
        each(engine, NAMES, stop, into=outcomes, width=8)
    failed = {name: outcome.error for name, outcome in outcomes.items() if outcome.error is not None}
    assert list(failed) == ["c3"]
    assert isinstance(failed["c3"], EngineFault)
    assert outcomes["c3"].result is None


def test_nothing_is_asked_for_no_names() -> None:
    """An empty list is no mistake."""
    outcomes: dict[str, Outcome[str]] = {}
    with serving(lambda peer: peer.answer(PING)) as server, dockmagic.connect(f"unix://{server.path}") as engine:
        each(engine, [], stop, into=outcomes, width=8)
    assert outcomes == {}


def test_a_single_one_takes_no_thread() -> None:
    """It is asked for by whoever calls."""

    def here(_: Engine, __: str) -> str:
        return threading.current_thread().name

    outcomes: dict[str, Outcome[str]] = {}
    with serving(lambda peer: peer.answer(PING)) as server, dockmagic.connect(f"unix://{server.path}") as engine:
        each(engine, ["c0"], here, into=outcomes, width=8)
    assert outcomes["c0"].result == threading.current_thread().name


def test_a_bug_is_no_outcome() -> None:
    """What is no DockMagicError passes, and ends what is under way."""

    def broken(_: Engine, name: str) -> str:
        if name == "c2":
            raise ZeroDivisionError
        return name

    with serving(lambda peer: peer.answer(PING)) as server, dockmagic.connect(f"unix://{server.path}") as engine:
        with pytest.raises(ZeroDivisionError):
            each(engine, NAMES, broken, into={}, width=4)
    assert threads() == []


@pytest.mark.parametrize("width", [4, 20])
def test_an_interrupt_ends_all_requests_at_once(width: int) -> None:
    """What was done is known, what was under way says so, the rest is not there; no thread and no request is left."""
    ready = threading.Event()
    outcomes: dict[str, Outcome[str]] = {}
    names = NAMES[: 3 + width]
    waiting = min(width, len(names) - 3)
    with serving(silent(ready, answered=3, waiting=waiting)) as server:
        with dockmagic.connect(f"unix://{server.path}") as engine:
            engine.ping()
            seconds = interrupted(lambda: each(engine, names, stop, into=outcomes, width=width), ready)
            assert seconds < PROMPT
            assert eventually(lambda: threads() == [])
            assert engine.ping() > 0
    done = [outcome for outcome in outcomes.values() if outcome.error is None]
    cut = [outcome.error for outcome in outcomes.values() if outcome.error is not None]
    assert len(done) == 3
    assert len(cut) == waiting
    assert {type(error) for error in cut} == {ProtocolError}
    assert {str(error) for error in cut} == {"interrupted; it may still happen"}


def test_an_interrupt_of_a_single_one_is_as_quick() -> None:
    """And it is told as one of several would be."""
    ready = threading.Event()
    outcomes: dict[str, Outcome[str]] = {}
    with serving(silent(ready, answered=0, waiting=1)) as server:
        with dockmagic.connect(f"unix://{server.path}") as engine:
            engine.ping()
            assert interrupted(lambda: each(engine, ["c0"], stop, into=outcomes, width=64), ready) < PROMPT
    assert [str(outcome.error) for outcome in outcomes.values()] == ["interrupted; it may still happen"]
