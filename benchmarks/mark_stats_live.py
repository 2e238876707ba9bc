"""stats-live: later snapshots of 100 running containers, from streams that are open already."""

from __future__ import annotations

import random
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from benchmarks.clients import engine_at
from benchmarks.places import dockerd, started
from benchmarks.task import Goal, Setting, Subject, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from benchmarks.task import Place

__all__ = ["TASK"]

_ANEW = "dockmagic.stats, which asks anew"


@contextmanager
def prepare(size: int) -> Iterator[Setting]:
    """Containers that sleep. A call comes at any time between two ticks of the engine."""
    with dockerd() as socket:
        started(socket, [f"idle-{number}" for number in range(size)])
        yield Setting({"socket": socket, "size": size}, lambda: time.sleep(random.random()))


def ours(place: Place) -> Iterator[Callable[[], Any]]:
    """To the typed frame."""
    import dockmagic

    with engine_at(place["socket"]) as engine, dockmagic.live_stats(engine) as view:
        while len(view.now.dropna(subset=["cpu_percent", "memory"])) < place["size"]:
            time.sleep(0.1)
        yield lambda: _aged(view)


def _aged(view: Any) -> tuple[Any, dict[str, float]]:
    """The frame, and how old the newest sample in it is: they are of one tick."""
    now = view.now
    return now.dropna(subset=["cpu_percent", "memory"]), {"age": time.time() - now["time"].max().timestamp()}


def anew(place: Place) -> Iterator[Callable[[], Any]]:
    """Two samples of each."""
    import dockmagic

    with engine_at(place["socket"]) as engine:
        yield lambda: dockmagic.stats(engine).dropna(subset=["cpu_percent", "memory"])


def essence(answer: Any) -> Mapping[str, Any]:
    """How many, all of them with figures."""
    return {"count": len(answer)}


TASK = Task(
    name="stats-live",
    title="a later snapshot of {size} running containers, while `%dstats --live` goes on",
    person="How long `.now` of live stats takes, and how old the figures are: engines sample once per second.",
    module=__name__,
    prepare=prepare,
    essence=essence,
    sizes={50: 5, 100: 10},
    subjects=(Subject("dockmagic", ours, figures=True), Subject(_ANEW, anew)),
    goals=(
        Goal("wall", 0.01, of=_ANEW, size=100),
        Goal("age", 1.5, size=100, unit="s", says="age of the samples in any round"),
    ),
)
