"""stop: 200 running containers stopped.

Docker up to 20.10.26 locks up now and then when containers end at the same moment, whichever client asks for it: see
https://github.com/moby/libnetwork/pull/2679. Another engine takes its place then.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from benchmarks.clients import engine_at, low_level_at
from benchmarks.mark_rm import at_once
from benchmarks.places import dockerd, start, started
from benchmarks.task import Goal, Setting, Subject, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from benchmarks.task import Place

__all__ = ["TASK"]

_LIMITS = ("limit: raw sockets, 4 at once", "limit: raw sockets, 32 at once")
_THREADS = 16
_TARGET = "/containers/NAME/stop"


@contextmanager
def prepare(size: int) -> Iterator[Setting]:
    """They end at once when they are told to: how long a program takes for that is its own affair."""
    names = [f"stop-{number}" for number in range(size)]
    with dockerd() as socket:
        started(socket, names, StopSignal="SIGKILL")
        yield Setting({"socket": socket, "names": names}, partial(start, socket, names))


def ours(place: Place) -> Iterator[Callable[[], Any]]:
    """One call."""
    import dockmagic

    with engine_at(place["socket"]) as engine:
        dockmagic.ps(engine)  # imports are not what is measured here
        yield lambda: dockmagic.stop(engine, place["names"])


def docker_py_serial(place: Place) -> Iterator[Callable[[], Any]]:
    """One after the other."""
    with low_level_at(place["socket"]) as client:
        yield lambda: [client.stop(name) for name in place["names"]]


def docker_py_threads(place: Place) -> Iterator[Callable[[], Any]]:
    """Several at once."""
    with low_level_at(place["socket"], num_pools=_THREADS) as client, ThreadPoolExecutor(_THREADS) as pool:
        yield lambda: list(pool.map(client.stop, place["names"]))


def limit_4(place: Place) -> Iterator[Callable[[], Any]]:
    """Four at once."""
    yield from at_once(place, 4, _TARGET, "POST")


def limit_32(place: Place) -> Iterator[Callable[[], Any]]:
    """Many at once."""
    yield from at_once(place, 32, _TARGET, "POST")


def essence(answer: Any) -> Mapping[str, Any]:
    """How many."""
    return {"count": len(answer)}


_SERIAL, _PARALLEL = "docker-py, one after the other", f"docker-py, {_THREADS} threads"

TASK = Task(
    name="stop",
    title="{size} running containers stopped",
    person="How long it takes until everything stands still. Most of it is the engine's work on what held them.",
    module=__name__,
    prepare=prepare,
    essence=essence,
    sizes={200: 12},
    warm_up=False,
    engines=6,
    subjects=(
        Subject("dockmagic", ours),
        Subject(_SERIAL, docker_py_serial, "peers"),
        Subject(_PARALLEL, docker_py_threads, "peers"),
        *map(Subject, _LIMITS, (limit_4, limit_32)),
    ),
    goals=(
        Goal("wall", 1.10, of=_LIMITS),
        Goal("wall", 0.60, of=_SERIAL),
        Goal("cpu", 0.60, of=_PARALLEL),
    ),
)
