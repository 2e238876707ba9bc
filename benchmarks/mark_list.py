"""list: 10, 100 and 1,000 containers to the typed frame."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from benchmarks.clients import aiodocker_at, docker_py_at, engine_at, low_level_at, printed
from benchmarks.places import API, create, dockerd, web_container
from benchmarks.raw import RawConnection
from benchmarks.task import Goal, Setting, Subject, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from benchmarks.task import Place

__all__ = ["TASK", "essence"]


@contextmanager
def prepare(size: int) -> Iterator[Setting]:
    """Make the containers; they go with the engine."""
    with dockerd() as socket:
        create(socket, {f"web-{number}": web_container(number) for number in range(size)})
        yield Setting({"socket": socket})


def ours(place: Place) -> Iterator[Callable[[], Any]]:
    """One request, a list per column."""
    import dockmagic

    with engine_at(place["socket"]) as engine:
        yield lambda: dockmagic.ps(engine, all=True)


def docker_py_low(place: Place) -> Iterator[Callable[[], Any]]:
    """The same request, to the same frame."""
    from benchmarks.peer_frames import containers_frame

    with low_level_at(place["socket"]) as client:
        yield lambda: containers_frame(client.containers(all=True))


def docker_py_high(place: Place) -> Iterator[Callable[[], Any]]:
    """A list of Container objects: one request more for each of them."""
    with docker_py_at(place["socket"]) as client:
        yield lambda: client.containers.list(all=True)


def aio(place: Place) -> Iterator[Callable[[], Any]]:
    """One request, to the same frame."""
    from benchmarks.peer_frames import containers_frame

    with aiodocker_at(place["socket"]) as (client, loop):

        def call() -> Any:
            found = loop(client.containers.list(all=True))
            return containers_frame([each._container for each in found])  # noqa: SLF001 - it has no other way to them

        yield call


def whales(place: Place) -> Iterator[Callable[[], Any]]:
    """A list of Container objects, which run `docker inspect` when they are made."""
    from python_on_whales import DockerClient

    client = DockerClient(host=f"unix://{place['socket']}")
    yield lambda: [(each.id, each.name, each.state.status) for each in client.container.list(all=True)]


def command_line(place: Place) -> Iterator[Callable[[], Any]]:
    """What `docker ps` prints as JSON, to the same frame, but for the ids of images, which it does not tell."""
    from benchmarks.peer_frames import frame_of_cli

    command = ["docker", "--host", f"unix://{place['socket']}", "ps", "-a", "--no-trunc", "--format", "{{json .}}"]
    yield lambda: frame_of_cli(printed(command))


def limit(place: Place) -> Iterator[Callable[[], Any]]:
    """The JSON as dicts, and no frame."""
    import orjson

    with RawConnection(place["socket"]) as connection:
        yield lambda: orjson.loads(connection.get(f"/v{API}/containers/json?all=true"))


def essence(answer: Any) -> Mapping[str, Any]:
    """Frames are compared column by column."""
    from benchmarks.peer_frames import essence_of

    return essence_of(answer)


TASK = Task(
    name="list",
    title="{size} containers to the typed frame",
    person="How long `%dps -a` takes. From a few hundred containers on, most of it is the engine's own time: what a "
    "client can save shows in its processor time.",
    module=__name__,
    prepare=prepare,
    essence=essence,
    sizes={10: 10, 100: 100, 1000: 300},
    times={10: 5, 100: 3, 1000: 3},
    subjects=(
        Subject("dockmagic", ours),
        Subject("docker-py, low level", docker_py_low, "peers"),
        Subject("docker-py, containers.list", docker_py_high, "peers"),
        Subject("aiodocker", aio, "peers"),
        Subject("python-on-whales", whales, "peers", once=True, largest=100),
        Subject("docker ps", command_line, "peers"),
        Subject("limit: raw socket, orjson", limit),
    ),
    goals=(
        Goal("wall", 0.75, of="docker-py, low level", size=10),
        Goal("cpu", 0.70, of="docker-py, low level", size=1000),
        Goal("wall", 1.20, of="limit: raw socket, orjson", size=1000),
        Goal("wall", 0.10, of="docker-py, containers.list", size=1000),
        Goal("wall", 1.0, of=("docker ps", "aiodocker"), size=1000),
    ),
)
