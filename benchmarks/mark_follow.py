"""follow: the log of a container that writes 20,000 lines per second, read while it does: is any lost?"""

from __future__ import annotations

import itertools
import json
import socket as sockets
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from benchmarks.clients import engine_at, low_level_at
from benchmarks.places import API, IMAGE, dockerd
from benchmarks.task import Goal, Setting, Subject, Task
from tests.engines.http import checked, request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from benchmarks.task import Place

__all__ = ["TASK"]

_LIMIT = "limit: raw socket, bytes alone"
_DOCKER_PY = "docker-py, low level, iterated"
_BATCH = 1000  # lines, twenty times per second
_WRITE = "i=0; while [ $i -lt COUNT ]; do seq 1000001 1001000; usleep 45000; i=$((i+1)); done"
_LINE = b"Z 100"  # once in every line, between its time and its text
_numbers = itertools.count()


@contextmanager
def prepare(size: int) -> Iterator[Setting]:
    """An engine; the container of each call is its own, and goes with the engine."""
    with dockerd() as socket:
        yield Setting({"socket": socket, "size": size})


def ours(place: Place) -> Iterator[Callable[[], Any]]:
    """A LogsFeed, all lines of which it keeps, and a callback that is told of them."""
    from dockmagic.feeds.logs_feed import LogsFeed
    from dockmagic.feeds.logs_targets import container_named, inspected

    with engine_at(place["socket"]) as engine:

        def call() -> Any:
            name = _writer(place)
            ended, counts = threading.Event(), [0]

            def told(lines: list[bytes], _: Any) -> None:
                counts[0] += len(lines)
                if feed.readers[0].phase.name == "ended":
                    ended.set()

            containers = [container_named(each, 0) for each in inspected(engine, [name])]
            feed = LogsFeed(engine, containers, limit=2 * place["size"])  # the note of its end is one more
            feed.subscribe(told)
            with feed:
                ended.wait()
            lines = int((feed.frame["stream"] == "stdout").sum())
            return place["size"], {"lost": place["size"] - lines, "untold": feed.seen - counts[0]}

        yield call


def docker_py_low(place: Place) -> Iterator[Callable[[], Any]]:
    """Iterated, and its lines counted."""
    with low_level_at(place["socket"]) as client:

        def call() -> Any:
            chunks = client.logs(_writer(place), stream=True, follow=True, timestamps=True)
            return place["size"], {"lost": place["size"] - sum(chunk.count(_LINE) for chunk in chunks)}

        yield call


def limit(place: Place) -> Iterator[Callable[[], Any]]:
    """What the engine sends, and only the lines counted."""

    def call() -> Any:
        target = f"/v{API}/containers/{_writer(place)}/logs?stdout=true&stderr=true&timestamps=true&follow=true"
        count, rest = 0, b""
        with sockets.socket(sockets.AF_UNIX) as sock:
            sock.connect(place["socket"])
            sock.sendall(f"GET {target} HTTP/1.0\r\n\r\n".encode())
            while data := sock.recv(65536):
                count += (rest + data).count(_LINE)
                rest = data[1 - len(_LINE) :]
        return place["size"], {"lost": place["size"] - count}

    yield call


def _writer(place: Place) -> str:
    """Start a container that begins to write; returns its name."""
    name = f"writer-{next(_numbers)}-{threading.get_native_id()}"
    script = _WRITE.replace("COUNT", str(place["size"] // _BATCH))
    body = json.dumps({"Image": IMAGE, "Cmd": ["sh", "-c", script], "HostConfig": {"NetworkMode": "none"}})
    checked(request(place["socket"], "POST", f"/containers/create?name={name}", body=body.encode()))
    checked(request(place["socket"], "POST", f"/containers/{name}/start"))
    return name


def essence(answer: Any) -> Mapping[str, Any]:
    """How many were written."""
    return {"count": answer}


TASK = Task(
    name="follow",
    title="{size} lines of a container that writes 20,000 per second, followed to its end",
    person="Whether `%dlogs -f` loses a line of a service that writes more than anybody reads, and what it costs the "
    "kernel meanwhile. Docker 20.10 may end a followed log before its last lines: dockmagic reads those again, "
    "whoever only follows loses them.",
    module=__name__,
    prepare=prepare,
    essence=essence,
    sizes={100000: 20000},
    subjects=(
        Subject("dockmagic", ours, figures=True),
        Subject(_DOCKER_PY, docker_py_low, "peers", figures=True),
        Subject(_LIMIT, limit, figures=True),
    ),
    goals=(
        Goal("lost", 0, unit="lines", says="lines lost in any round"),
        Goal("untold", 0, unit="lines", says="lines that a callback was not told of in any round"),
        Goal("cpu", 0.6, of=_DOCKER_PY),
    ),
)
