"""images: a list of images to the typed frame."""

from __future__ import annotations

import io
import json
import tarfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from benchmarks.clients import aiodocker_at, docker_py_at, engine_at, low_level_at, printed
from benchmarks.places import API, dockerd
from benchmarks.raw import RawConnection
from benchmarks.task import Goal, Setting, Subject, Task
from tests.engines.images import import_image

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from benchmarks.task import Place

__all__ = ["TASK"]


@contextmanager
def prepare(size: int) -> Iterator[Setting]:
    """Make images of one small file each, besides the one that is there."""
    with dockerd() as socket:
        for number in range(size - 1):
            labels = {"org.opencontainers.image.version": f"1.{number}", "com.example.team": f"team{number % 7}"}
            import_image(socket, f"shop/part{number}:1.{number}", labels=labels, archive=_archive(number))
        yield Setting({"socket": socket})


def _archive(number: int) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        entry = tarfile.TarInfo("part")
        content = str(number).encode()
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def ours(place: Place) -> Iterator[Callable[[], Any]]:
    """One request."""
    import dockmagic

    with engine_at(place["socket"]) as engine:
        yield lambda: dockmagic.images(engine)


def docker_py_low(place: Place) -> Iterator[Callable[[], Any]]:
    """The same request, to the same frame."""
    from benchmarks.peer_frames import images_frame

    with low_level_at(place["socket"]) as client:
        yield lambda: images_frame(client.images())


def docker_py_high(place: Place) -> Iterator[Callable[[], Any]]:
    """A list of Image objects: one request more for each of them."""
    with docker_py_at(place["socket"]) as client:
        yield client.images.list


def aio(place: Place) -> Iterator[Callable[[], Any]]:
    """One request, to the same frame."""
    from benchmarks.peer_frames import images_frame

    with aiodocker_at(place["socket"]) as (client, loop):
        yield lambda: images_frame(loop(client.images.list()))


def whales(place: Place) -> Iterator[Callable[[], Any]]:
    """A list of Image objects."""
    from python_on_whales import DockerClient

    client = DockerClient(host=f"unix://{place['socket']}")
    yield lambda: [(each.id, each.repo_tags, each.size) for each in client.image.list()]


def command_line(place: Place) -> Iterator[Callable[[], Any]]:
    """What `docker images` prints as JSON, as dicts: its sizes are rounded texts, no frame of numbers."""
    command = ["docker", "--host", f"unix://{place['socket']}", "images", "--no-trunc", "--format", "{{json .}}"]
    yield lambda: list(map(json.loads, printed(command).splitlines()))


def limit(place: Place) -> Iterator[Callable[[], Any]]:
    """The JSON as dicts, and no frame."""
    import orjson

    with RawConnection(place["socket"]) as connection:
        yield lambda: orjson.loads(connection.get(f"/v{API}/images/json"))


def essence(answer: Any) -> Mapping[str, Any]:
    """Frames are compared column by column; of those made in the same second, the engine has no order."""
    import pandas as pd

    from benchmarks.peer_frames import essence_of

    return essence_of(answer.sort_values("repository") if isinstance(answer, pd.DataFrame) else answer)


TASK = Task(
    name="images",
    title="{size} images to the typed frame",
    person="How long `%dimages` takes.",
    module=__name__,
    prepare=prepare,
    essence=essence,
    sizes={100: 30},
    times={100: 3},
    subjects=(
        Subject("dockmagic", ours),
        Subject("docker-py, low level", docker_py_low, "peers"),
        Subject("docker-py, images.list", docker_py_high, "peers"),
        Subject("aiodocker", aio, "peers"),
        Subject("python-on-whales", whales, "peers", once=True),
        Subject("docker images", command_line, "peers"),
        Subject("limit: raw socket, orjson", limit),
    ),
    goals=(Goal("cpu", 1.0, of=("docker-py, low level", "aiodocker"), says="client CPU of the best other client"),),
)
