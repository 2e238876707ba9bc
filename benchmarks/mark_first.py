"""first: a fresh process, from its start to the first answer and its end."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from benchmarks.clients import printed
from benchmarks.places import create, dockerd, web_container
from benchmarks.task import Goal, Setting, Subject, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from benchmarks.task import Place

__all__ = ["TASK"]

_OURS = """
import dockmagic
with dockmagic.connect("unix://SOCKET") as engine:
    print(len(dockmagic.ps(engine, all=True)))
"""
_PANDAS = """
import pandas
print(10)
"""
_DOCKER_PY = """
import docker
from benchmarks.peer_frames import containers_frame
print(len(containers_frame(docker.APIClient("unix://SOCKET").containers(all=True))))
"""
_AIODOCKER = """
import aiodocker, asyncio
from benchmarks.peer_frames import containers_frame
async def main():
    async with aiodocker.Docker(url="unix://SOCKET") as client:
        print(len(containers_frame([each._container for each in await client.containers.list(all=True)])))
asyncio.run(main())
"""
_WHALES = """
from python_on_whales import DockerClient
print(len(DockerClient(host="unix://SOCKET").container.list(all=True)))
"""


@contextmanager
def prepare(size: int) -> Iterator[Setting]:
    """A few containers."""
    with dockerd() as socket:
        create(socket, {f"web-{number}": web_container(number) for number in range(size)})
        yield Setting({"socket": socket})


def ours(place: Place) -> Iterator[Callable[[], Any]]:
    """Connect and list, to the typed frame."""
    yield _fresh(place, _OURS)


def limit(place: Place) -> Iterator[Callable[[], Any]]:
    """What any frame costs."""
    yield _fresh(place, _PANDAS)


def docker_py_low(place: Place) -> Iterator[Callable[[], Any]]:
    """The same, to the same frame."""
    yield _fresh(place, _DOCKER_PY)


def aio(place: Place) -> Iterator[Callable[[], Any]]:
    """The same, to the same frame."""
    yield _fresh(place, _AIODOCKER)


def whales(place: Place) -> Iterator[Callable[[], Any]]:
    """A list of objects, no frame."""
    yield _fresh(place, _WHALES)


def command_line(place: Place) -> Iterator[Callable[[], Any]]:
    """The text."""
    command = ["docker", "--host", f"unix://{place['socket']}", "ps", "-aq"]
    yield lambda: len(printed(command).splitlines())


def _fresh(place: Place, code: str) -> Callable[[], int]:
    command = [sys.executable, "-c", code.replace("SOCKET", place.get("socket", ""))]
    return lambda: int(printed(command))


def essence(answer: Any) -> Mapping[str, Any]:
    """How many there are."""
    return {"count": answer}


TASK = Task(
    name="first",
    title="a fresh process: {size} containers to the typed frame",
    person="The wait for the first answer in a new notebook or script. Importing pandas is most of it, whatever asks.",
    module=__name__,
    prepare=prepare,
    essence=essence,
    sizes={10: 10},
    subjects=(
        Subject("dockmagic", ours),
        Subject("docker-py, low level", docker_py_low, "peers"),
        Subject("aiodocker", aio, "peers"),
        Subject("python-on-whales, no frame", whales, "peers", once=True),
        Subject("docker ps, no frame", command_line),
        Subject("limit: import pandas", limit),
    ),
    goals=(
        Goal("wall", 1.30, of="limit: import pandas"),
        Goal("cpu", 1.30, of="limit: import pandas"),
    ),
)
