"""stats: a snapshot of 100 running containers, against asking all of them at once over raw sockets."""

from __future__ import annotations

import json
import selectors
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson

import dockmagic
from benchmarks.engines import engine_at
from benchmarks.rounds import Mark, Pair
from tests.engines.http import checked, request
from tests.engines.images import import_image

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.engines.dockerd import Dockerd

__all__ = ["MARK"]

COUNT = 100
IMAGE = "stats:1"
_RECEIVE_SIZE = 65536


@contextmanager
def prepare(dockerd: Dockerd) -> Iterator[Pair]:
    """Run the containers, which sleep, and remove them afterwards."""
    import_image(dockerd.socket, IMAGE)
    with ThreadPoolExecutor(4) as pool, engine_at(dockerd.socket) as engine:
        ids = list(pool.map(partial(_run, dockerd), range(COUNT)))
        try:
            yield Pair(lambda: dockmagic.stats(engine, no_trunc=True), lambda: raw_samples(dockerd.socket, ids))
        finally:
            list(pool.map(lambda each: request(dockerd.socket, "DELETE", f"/containers/{each}?force=1"), ids))


def _run(dockerd: Dockerd, number: int) -> str:
    """Create a container and start it; returns its id."""
    body = {"Image": IMAGE, "Cmd": ["sleep", "100000"], "HostConfig": {"NetworkMode": "none"}}
    path, sent = f"/containers/create?name=stats-{number}", json.dumps(body).encode()
    identity: str = checked(request(dockerd.socket, "POST", path, body=sent)).json()["Id"]
    checked(request(dockerd.socket, "POST", f"/containers/{identity}/start"))
    return identity


def raw_samples(path: str, ids: Sequence[str]) -> list[dict[str, Any]]:
    """GET /containers/{id}/stats?stream=false of each, over a socket each, all at once: the engine takes two samples.

    In HTTP/1.0, so that a reply ends with its connection.
    """
    replies: dict[socket.socket, list[bytes]] = {}
    with selectors.DefaultSelector() as selector:
        for identity in ids:
            sock = socket.socket(socket.AF_UNIX)
            sock.connect(path)
            sock.sendall(f"GET /containers/{identity}/stats?stream=false HTTP/1.0\r\n\r\n".encode())
            selector.register(sock, selectors.EVENT_READ)
            replies[sock] = []
        left = len(ids)
        while left:
            for key, _ in selector.select():
                done: Any = key.fileobj
                if data := done.recv(_RECEIVE_SIZE):
                    replies[done].append(data)
                    continue
                selector.unregister(done)
                done.close()
                left -= 1
    return [orjson.loads(b"".join(pieces).partition(b"\r\n\r\n")[2]) for pieces in replies.values()]


def _essence(answer: Any) -> object:
    """Whose figures there are, all of them with some for processors and memory."""
    if isinstance(answer, list):
        return {each["id"] for each in answer if each["precpu_stats"]["system_cpu_usage"] and each["memory_stats"]}
    return set(answer.dropna(subset=["cpu_percent", "memory"])["id"])


MARK = Mark(
    name="stats",
    ours=f"dockmagic.stats(engine) of {COUNT} running containers, to the typed frame",
    reference="stats?stream=false of each over raw unix sockets, all at once, orjson.loads",
    judged="wall",
    limit=1.1,
    times=1,
    prepare=prepare,
    essence=_essence,
)
