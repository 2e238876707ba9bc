"""stats: a snapshot of 50 and 100 running containers."""

from __future__ import annotations

import random
import selectors
import socket as sockets
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from benchmarks.clients import aiodocker_at, engine_at, low_level_at, printed
from benchmarks.places import API, dockerd, started
from benchmarks.task import Goal, Setting, Subject, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from benchmarks.task import Place

__all__ = ["TASK"]

_LIMIT = "limit: a raw socket for each, at once"


@contextmanager
def prepare(size: int) -> Iterator[Setting]:
    """Containers that sleep. A call ends with the engine's tick: the next one begins at any time after it."""
    with dockerd() as socket:
        ids = started(socket, [f"idle-{number}" for number in range(size)])
        yield Setting({"socket": socket, "ids": ids}, lambda: time.sleep(random.random()))


def ours(place: Place) -> Iterator[Callable[[], Any]]:
    """To the typed frame."""
    import dockmagic

    with engine_at(place["socket"]) as engine:
        yield lambda: dockmagic.stats(engine).dropna(subset=["cpu_percent", "memory"])


def docker_py_low(place: Place) -> Iterator[Callable[[], Any]]:
    """A thread for each, as dicts."""
    count = len(place["ids"])
    with low_level_at(place["socket"], num_pools=count) as client, ThreadPoolExecutor(count) as pool:
        sample = partial(client.stats, stream=False)
        yield lambda: list(pool.map(sample, place["ids"]))


def aio(place: Place) -> Iterator[Callable[[], Any]]:
    """All at once, as dicts."""
    import asyncio

    with aiodocker_at(place["socket"]) as (client, loop):
        containers = [client.containers.container(identity) for identity in place["ids"]]

        async def call() -> Any:
            return await asyncio.gather(*(each.stats(stream=False) for each in containers))

        yield lambda: loop(call())


def command_line(place: Place) -> Iterator[Callable[[], Any]]:
    """`docker stats --no-stream`, its lines of JSON, whose figures are rounded texts."""
    command = ["docker", "--host", f"unix://{place['socket']}", "stats", "--no-stream", "--format", "{{json .}}"]
    yield lambda: printed(command).splitlines()


def limit(place: Place) -> Iterator[Callable[[], Any]]:
    """For `stream=false` the engine takes two samples. As dicts."""
    import orjson

    yield lambda: list(map(orjson.loads, _raw(place["socket"], place["ids"])))


def _raw(path: str, ids: Sequence[str]) -> list[bytes]:
    """In HTTP/1.0, so that a reply ends with its connection."""
    replies: dict[sockets.socket, list[bytes]] = {}
    with selectors.DefaultSelector() as selector:
        for identity in ids:
            sock = sockets.socket(sockets.AF_UNIX)
            sock.connect(path)
            sock.sendall(f"GET /v{API}/containers/{identity}/stats?stream=false HTTP/1.0\r\n\r\n".encode())
            selector.register(sock, selectors.EVENT_READ)
            replies[sock] = []
        while selector.get_map():
            for key, _ in selector.select():
                done: Any = key.fileobj
                if data := done.recv(65536):
                    replies[done].append(data)
                    continue
                selector.unregister(done)
                done.close()
    return [b"".join(pieces).partition(b"\r\n\r\n")[2] for pieces in replies.values()]


def essence(answer: Any) -> Mapping[str, Any]:
    """How many, all of them with figures."""
    return {"count": len(answer)}


TASK = Task(
    name="stats",
    title="a snapshot of {size} running containers, with the share of a processor",
    person="How long `%dstats` takes. The engine samples once per second, and a share needs two samples.",
    module=__name__,
    prepare=prepare,
    essence=essence,
    sizes={50: 5, 100: 10},
    subjects=(
        Subject("dockmagic", ours),
        Subject("docker-py, a thread for each", docker_py_low, "peers"),
        Subject("aiodocker", aio, "peers"),
        Subject("docker stats", command_line),
        Subject(_LIMIT, limit),
    ),
    goals=(
        Goal("wall", 1.10, of=_LIMIT, size=100),
        Goal("wall", 0.90, of="docker stats", size=100),
    ),
)
