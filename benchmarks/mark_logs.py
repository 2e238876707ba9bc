"""logs: 200,000 lines of a container to the typed frame, with and without pyarrow."""

from __future__ import annotations

import json
import subprocess
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

from benchmarks.clients import aiodocker_at, engine_at, low_level_at
from benchmarks.places import API, IMAGE, dockerd
from benchmarks.raw import raw_body
from benchmarks.task import Goal, Setting, Subject, Task
from tests.engines.http import checked, request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from benchmarks.task import Place

__all__ = ["TASK"]

_NAME = "writer"
_LIMIT = "limit: raw socket, bytes alone"
_TARGET = f"/v{API}/containers/{_NAME}/logs?stdout=true&stderr=true&timestamps=true"
_STAMP = 30  # characters of 2026-01-31T13:00:00.123456789Z

# every tenth line on stderr; 130 bytes each with the time and the header of its frame
_WRITE = """
awk 'BEGIN {
  for (i = 0; i < COUNT; i++) {
    line = sprintf("10.0.0.%d - \\"GET /shop/items/%06d HTTP/1.1\\" 200 %d \\"Mozilla/5.0 (Linux x86_64; rv:150)\\"",
                   i % 250, i, i)
    if (i % 10) print line; else print line > "/dev/stderr"
  }
}'
"""


@contextmanager
def prepare(size: int) -> Iterator[Setting]:
    """Have a container write the lines."""
    with dockerd() as socket:
        write = _WRITE.replace("COUNT", str(size))
        body = json.dumps({"Image": IMAGE, "Cmd": ["sh", "-c", write], "HostConfig": {"NetworkMode": "none"}})
        checked(request(socket, "POST", f"/containers/create?name={_NAME}", body=body.encode()))
        checked(request(socket, "POST", f"/containers/{_NAME}/start"))
        checked(request(socket, "POST", f"/containers/{_NAME}/wait", timeout=600))
        yield Setting({"socket": socket})


def ours(place: Place) -> Iterator[Callable[[], Any]]:
    """To the typed frame."""
    import dockmagic

    with engine_at(place["socket"]) as engine:
        dockmagic.logs(engine, _NAME, tail=10)  # imports are not what is measured here
        yield lambda: dockmagic.logs(engine, _NAME)


def ours_with_pyarrow(place: Place) -> Iterator[Callable[[], Any]]:
    """The same, where pandas keeps text in pyarrow's arrays."""
    import_module("pyarrow")  # fails where it is missing
    yield from ours(place)


def limit(place: Place) -> Iterator[Callable[[], Any]]:
    """What the engine sends, kept, and nothing done with it."""

    def call() -> Any:
        body = raw_body(place["socket"], _TARGET)
        return body, {"body": len(body) / 1e6}

    yield call


def docker_py_low(place: Place) -> Iterator[Callable[[], Any]]:
    """Text, its streams merged: it does not tell them apart in logs."""
    with low_level_at(place["socket"]) as client:
        yield lambda: _merged(client.logs(_NAME, timestamps=True).decode(errors="replace").splitlines())


def aio(place: Place) -> Iterator[Callable[[], Any]]:
    """Lines, its streams merged."""
    with aiodocker_at(place["socket"]) as (client, loop):

        async def call() -> Any:
            container = await client.containers.get(_NAME)
            return _merged(await container.log(stdout=True, stderr=True, timestamps=1))

        yield lambda: loop(call())


def plain_httpx(place: Place) -> Iterator[Callable[[], Any]]:
    """The frames taken apart as Docker's documentation says, a tuple for each line."""
    import struct

    import httpx

    from benchmarks.peer_frames import log_frame

    def rows(body: bytes) -> Iterator[tuple[str, str, str]]:
        position, header = 0, struct.Struct(">BxxxL")
        while position < len(body):
            stream, length = header.unpack_from(body, position)
            position += header.size
            stamp, _, line = body[position : position + length].decode(errors="replace").partition(" ")
            yield stamp, "stderr" if stream == 2 else "stdout", line.rstrip("\n")
            position += length

    with httpx.Client(transport=httpx.HTTPTransport(uds=place["socket"]), timeout=60) as client:
        yield lambda: log_frame(_NAME, rows(client.get(f"http://docker{_TARGET}").content))


def command_line(place: Place) -> Iterator[Callable[[], Any]]:
    """`docker logs -t`, whose two outputs are put in order by their times."""
    from benchmarks.peer_frames import log_frame

    command = ["docker", "--host", f"unix://{place['socket']}", "logs", "--timestamps", _NAME]

    def call() -> Any:
        done = subprocess.run(command, check=True, capture_output=True)
        printed = {"stdout": done.stdout, "stderr": done.stderr}
        rows = [
            (line[:_STAMP], stream, line[_STAMP + 1 :])
            for stream, text in printed.items()
            for line in text.decode(errors="replace").splitlines()
        ]
        return log_frame(_NAME, sorted(rows))

    yield call


def _merged(lines: list[str]) -> Any:
    from benchmarks.peer_frames import log_frame

    return log_frame(_NAME, ((line[:_STAMP], None, line[_STAMP + 1 :].rstrip("\n")) for line in lines))


def essence(answer: Any) -> Mapping[str, Any]:
    """Each column, in the order of time; how many are of stderr, where that is told; of bytes the number of lines."""
    import pandas as pd

    from benchmarks.peer_frames import essence_of

    if not isinstance(answer, pd.DataFrame):
        return {"count": answer.count(b"GET /shop/items/")}
    ordered = answer.sort_values(["time", "line"])
    told = {} if answer["stream"].isna().all() else {"stderr": int((answer["stream"] == "stderr").sum())}
    return essence_of(ordered.drop(columns="stream")) | told


_OTHERS = ("docker-py, streams merged", "aiodocker, streams merged", "httpx and a demultiplexer", "docker logs")

TASK = Task(
    name="logs",
    title="{size} lines of 130 bytes to the typed frame",
    person="How long `%dlogs` takes for all that a chatty service has written: a million lines are five times that. "
    "Most of it is the engine's own time, which sends each line for itself.",
    module=__name__,
    prepare=prepare,
    essence=essence,
    sizes={200000: 40000},
    subjects=(
        Subject("dockmagic", ours),
        Subject("dockmagic, with pyarrow", ours_with_pyarrow, "pyarrow"),
        Subject(_OTHERS[0], docker_py_low, "peers"),
        Subject(_OTHERS[1], aio, "peers"),
        Subject(_OTHERS[2], plain_httpx, "peers"),
        Subject(_OTHERS[3], command_line, "peers"),
        Subject(_LIMIT, limit, figures=True),
    ),
    goals=(
        Goal("wall", 1.25, of=_LIMIT),
        Goal("wall", 1.15, of=_LIMIT, subject="dockmagic, with pyarrow"),
        Goal("cpu", 0.45, of="httpx and a demultiplexer"),
        Goal("memory", 4.5, of=_LIMIT, of_measure="body", says="growth, of the bytes that the engine sends"),
        Goal("wall", 1.0, of=_OTHERS, says="time of the fastest other client"),
    ),
)
