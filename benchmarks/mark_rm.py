"""rm: 200 created containers removed."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from benchmarks.clients import docker_py_at, engine_at, low_level_at, printed
from benchmarks.places import API, IMAGE, create, dockerd
from benchmarks.raw import RawConnection
from benchmarks.task import Goal, Setting, Subject, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from benchmarks.task import Place

__all__ = ["TASK", "at_once"]

_WIDTHS = (1, 2, 4, 8, 16, 32)
_LIMITS = tuple(f"limit: raw sockets, {width:2} at once" for width in _WIDTHS)
_THREADS = 16


@contextmanager
def prepare(size: int) -> Iterator[Setting]:
    """Make them before each call; a name that is still taken raises: the call before did not remove all of them."""
    names = [f"rm-{number}" for number in range(size)]
    with dockerd() as socket:
        bodies = {name: {"Image": IMAGE, "HostConfig": {"NetworkMode": "none"}} for name in names}
        yield Setting({"socket": socket, "names": names}, partial(create, socket, bodies))


def ours(place: Place) -> Iterator[Callable[[], Any]]:
    """One call."""
    import dockmagic

    with engine_at(place["socket"]) as engine:
        dockmagic.ps(engine)  # imports are not what is measured here
        yield lambda: dockmagic.rm(engine, place["names"], force=True)


def docker_py_high(place: Place) -> Iterator[Callable[[], Any]]:
    """One after the other, as its documentation does it."""
    with docker_py_at(place["socket"]) as client:

        def call() -> Any:
            for name in place["names"]:
                client.containers.get(name).remove(force=True)
            return place["names"]

        yield call


def docker_py_threads(place: Place) -> Iterator[Callable[[], Any]]:
    """Several at once."""
    with low_level_at(place["socket"], num_pools=_THREADS) as client, ThreadPoolExecutor(_THREADS) as pool:
        remove = partial(client.remove_container, force=True)
        yield lambda: list(pool.map(remove, place["names"]))


def command_line(place: Place) -> Iterator[Callable[[], Any]]:
    """`docker rm -f` with all names."""
    command = ["docker", "--host", f"unix://{place['socket']}", "rm", "-f", *place["names"]]
    yield lambda: printed(command).split()


def at_once(place: Place, width: int, target: str, method: str) -> Iterator[Callable[[], Any]]:
    """A request for each name over so many raw sockets; `target` has NAME in it."""
    connections = [RawConnection(place["socket"]) for _ in range(width)]

    def work(connection: RawConnection, names: Sequence[str]) -> None:
        for name in names:
            connection.get(f"/v{API}{target.replace('NAME', name)}", method=method)

    def call() -> Any:
        shares = [place["names"][number::width] for number in range(width)]
        threads = [threading.Thread(target=work, args=pair) for pair in zip(connections, shares, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return place["names"]

    yield call


def limit_1(place: Place) -> Iterator[Callable[[], Any]]:
    """One after the other."""
    yield from at_once(place, 1, "/containers/NAME?force=true", "DELETE")


def limit_2(place: Place) -> Iterator[Callable[[], Any]]:
    """Two at once."""
    yield from at_once(place, 2, "/containers/NAME?force=true", "DELETE")


def limit_4(place: Place) -> Iterator[Callable[[], Any]]:
    """Four at once."""
    yield from at_once(place, 4, "/containers/NAME?force=true", "DELETE")


def limit_8(place: Place) -> Iterator[Callable[[], Any]]:
    """Eight at once."""
    yield from at_once(place, 8, "/containers/NAME?force=true", "DELETE")


def limit_16(place: Place) -> Iterator[Callable[[], Any]]:
    """Sixteen at once."""
    yield from at_once(place, 16, "/containers/NAME?force=true", "DELETE")


def limit_32(place: Place) -> Iterator[Callable[[], Any]]:
    """All that the goal speaks of."""
    yield from at_once(place, 32, "/containers/NAME?force=true", "DELETE")


def essence(answer: Any) -> Mapping[str, Any]:
    """How many."""
    return {"count": len(answer)}


_SERIAL, _PARALLEL = "docker-py, one after the other", f"docker-py, {_THREADS} threads"

TASK = Task(
    name="rm",
    title="{size} created containers removed",
    person="How long `%drm` of everything that a test run has left takes.",
    module=__name__,
    prepare=prepare,
    essence=essence,
    sizes={200: 40},
    warm_up=False,
    subjects=(
        Subject("dockmagic", ours),
        Subject(_SERIAL, docker_py_high, "peers"),
        Subject(_PARALLEL, docker_py_threads, "peers"),
        Subject("docker rm", command_line),
        *map(Subject, _LIMITS, (limit_1, limit_2, limit_4, limit_8, limit_16, limit_32)),
    ),
    goals=(
        Goal(
            "wall",
            1.10,
            of=_LIMITS,
            profile="The list of all containers comes before it, for the ids of the rows that it returns (15 ms); each "
            "request takes 220 us of the client's processor more than a raw one, 40 ms in all, while the engine would "
            "have work for both processors. Less would take requests that are not made by httpx, or rows without ids.",
        ),
        Goal("wall", 0.60, of=_SERIAL),
        Goal("cpu", 0.60, of=_PARALLEL),
    ),
)
