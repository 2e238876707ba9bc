"""Asking for several objects at once: a pool of threads that an interrupt ends."""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from dockmagic.engine.stop import Stop
from dockmagic.errors import DockMagicError, ProtocolError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dockmagic.engine.client import Engine

__all__ = ["IN_ORDER", "WIDTH", "WIDTH_OF_SAMPLES", "WIDTH_OF_STOPS", "WIDTH_OF_WAITS", "Outcome", "each"]

WIDTH = 8
"""Requests at once. An engine removes containers one after the other for the most part: more only wait in line."""

WIDTH_OF_STOPS = 32
"""Requests at once that wait for processes and end them (`stop`, `restart`). Docker up to 20.10.26 can lock up when
containers end at the same moment, whichever client asks for it (https://github.com/moby/libnetwork/pull/2679); docker's
own asks for 50 at once. 4 are as fast, unless what is stopped takes its time.
"""

WIDTH_OF_WAITS = 64
"""Requests at once that only wait (`wait`) and cost an engine nothing meanwhile."""

WIDTH_OF_SAMPLES = 128
"""Requests at once for samples of containers. Docker 20.10 answers only at its tick, once per second: two samples of
100 containers take 2.5 s, 64 at once 4.5 s, 16 at once 15 s. Many more would fill the 256 files that macOS allows.
"""

IN_ORDER = 1
"""One after the other, where what comes first makes a difference: images, which are parents of each other."""

_INTERRUPTED = "interrupted; it may still happen"

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[_T]):
    """What came of one of them: the `result`, or the `error` in its place."""

    result: _T | None
    error: DockMagicError | None
    seconds: float


def each(
    engine: Engine,
    names: Sequence[str],
    act: Callable[[Engine, str], _T],
    *,
    into: dict[str, Outcome[_T]],
    width: int,
) -> None:
    """Call `act(engine, name)` for each name, up to `width` at once; what came of it goes `into` a dict, by name.

    A DockMagicError of one does not keep the others. A KeyboardInterrupt ends all requests at once and passes; `into`
    then has what was done, and those that were under way with an error that says so.
    """
    if len(names) == 1:
        start = time.perf_counter()
        try:
            into[names[0]] = _outcome(act, names[0], engine, Stop())
        except BaseException:
            into[names[0]] = Outcome(None, ProtocolError(_INTERRUPTED), time.perf_counter() - start)
            raise
        return
    left, stops = deque(names), [Stop() for _ in names[:width]]
    watched = [engine.stopped_by(stop) for stop in stops]

    def work(watched: Engine, stop: Stop) -> None:
        while True:
            try:
                name = left.popleft()
            except IndexError:
                return
            into[name] = _outcome(act, name, watched, stop)

    with ThreadPoolExecutor(len(stops) or 1, thread_name_prefix="dockmagic-each") as pool:
        try:
            futures = [pool.submit(work, *pair) for pair in zip(watched, stops, strict=True)]
            for future in wait(futures, return_when=FIRST_EXCEPTION).done:
                future.result()
        except BaseException:  # before the pool waits for its threads
            left.clear()
            for stop in stops:
                stop()
            raise


def _outcome(act: Callable[[Engine, str], _T], name: str, engine: Engine, stop: Stop) -> Outcome[_T]:
    start = time.perf_counter()
    try:
        result, error = act(engine, name), None
    except DockMagicError as failed:
        result, error = None, failed
        if stop.requested:
            error = ProtocolError(_INTERRUPTED)
    return Outcome(result, error, time.perf_counter() - start)
