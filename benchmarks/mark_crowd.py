"""crowd: 10,000 containers of the demo engine, against 1,000 of them: whether a row costs the same."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from benchmarks.clients import engine_at, low_level_at
from benchmarks.places import demo
from benchmarks.task import Goal, Setting, Subject, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from benchmarks.task import Place

__all__ = ["TASK"]


@contextmanager
def prepare(size: int) -> Iterator[Setting]:
    """Two demo engines, each in a process of its own."""
    with demo(size) as many, demo(size // 10) as few:
        yield Setting({"many": many, "few": few, "size": size})


def ours(place: Place) -> Iterator[Callable[[], Any]]:
    """All of them."""
    yield from _listed(place["many"], place["size"])


def a_tenth(place: Place) -> Iterator[Callable[[], Any]]:
    """One in ten."""
    yield from _listed(place["few"], place["size"] // 10)


def _listed(socket: str, count: int) -> Iterator[Callable[[], Any]]:
    import dockmagic

    def call() -> int:
        """The frame is let go on the clock: that costs, too."""
        listed = len(dockmagic.ps(engine, all=True))
        if listed < count:
            raise RuntimeError(f"{listed} rows of {count} containers")
        return listed

    with engine_at(socket) as engine:
        yield call


def docker_py_low(place: Place) -> Iterator[Callable[[], Any]]:
    """All of them, to the same frame."""
    from benchmarks.peer_frames import containers_frame

    with low_level_at(place["many"]) as client:
        yield lambda: len(containers_frame(client.containers(all=True)))


def essence(_: Any) -> Mapping[str, Any]:
    """The two have different answers."""
    return {}


TASK = Task(
    name="crowd",
    title="{size} containers of the demo engine to the typed frame",
    person="Whether a host ten times as full takes more than ten times as long. Most of the time is the demo engine's, "
    "which is Python; a row's share of the client's processor time is told too.",
    module=__name__,
    prepare=prepare,
    essence=essence,
    sizes={10000: 3000},
    subjects=(
        Subject("dockmagic", ours),
        Subject("dockmagic, a tenth of them", a_tenth),
        Subject("docker-py, low level", docker_py_low, "peers"),
    ),
    goals=(
        Goal("wall", 2.0, of="dockmagic, a tenth of them", factor=0.1, says="time per row, of that of a tenth of them"),
        Goal("cpu", 2.0, of="dockmagic, a tenth of them", factor=0.1, says="CPU per row, of that of a tenth of them"),
    ),
)
