"""burst: live events of a real engine, as fast as it tells them, while a thread of the kernel spins: is any lost?"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from benchmarks.clients import engine_at, low_level_at
from benchmarks.places import dockerd, started
from benchmarks.task import Goal, Setting, Subject, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from benchmarks.task import Place

__all__ = ["TASK"]

_QUIET = 5.0
"""Seconds without a further event after which no more are expected."""


@contextmanager
def prepare(size: int) -> Iterator[Setting]:
    """One running container: execs are created in it."""
    with dockerd() as socket:
        (container,) = started(socket, ["busy"])
        yield Setting({"socket": socket, "container": container, "size": size})


def ours(place: Place) -> Iterator[Callable[[], Any]]:
    """A Feed."""
    from dockmagic.feeds.feed import Feed

    with engine_at(place["socket"]) as engine, Feed(engine) as feed:
        feed.wait_connected()
        yield lambda: _burst(place, lambda: feed.seen)


def docker_py_low(place: Place) -> Iterator[Callable[[], Any]]:
    """A thread that iterates."""
    seen = [0]
    with low_level_at(place["socket"]) as client:
        events = client.events(decode=True)

        def read() -> None:
            for _ in events:
                seen[0] += 1

        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        yield lambda: _burst(place, lambda: seen[0])
        events.close()
        thread.join()


def _burst(place: Place, seen: Callable[[], int]) -> tuple[int, dict[str, float]]:
    """Let the engine tell so many; say how many did not come, and how long the last one took after the last exec."""
    before, done = seen(), threading.Event()
    spinning = threading.Thread(target=_spin, args=(done,))
    spinning.start()
    command = [sys.executable, "-m", "benchmarks.exec_events"]
    subprocess.run([*command, place["socket"], place["container"], str(place["size"])], check=True)
    made = news = time.monotonic()
    last = seen()
    while last - before < place["size"] and time.monotonic() < news + _QUIET:
        time.sleep(0.01)
        if seen() != last:
            last, news = seen(), time.monotonic()
    done.set()
    spinning.join()
    return place["size"], {"lost": place["size"] - (last - before), "behind": news - made}


def _spin(done: threading.Event) -> None:
    """What a cell of Python that computes does to the other threads."""
    while not done.is_set():
        sum(range(10_000))


def essence(answer: Any) -> Mapping[str, Any]:
    """How many were told."""
    return {"count": answer}


TASK = Task(
    name="burst",
    title="{size} live events of an engine, beside a thread that spins",
    person="Whether a feed misses something when a host is busy and a cell is computing. An engine drops the events of "
    "a reader that is too slow, without a word. The processor's time is mostly that of the thread that spins.",
    module=__name__,
    prepare=prepare,
    essence=essence,
    sizes={5000: 1000, 20000: 2000},
    warm_up=False,
    subjects=(
        Subject("dockmagic", ours, figures=True),
        Subject("docker-py, events in a thread", docker_py_low, "peers", figures=True),
    ),
    goals=(
        Goal("lost", 0, size=5000, unit="events", says="events lost in any round"),
        Goal("lost", 0, size=20000, unit="events", says="events lost in any round"),
    ),
)
