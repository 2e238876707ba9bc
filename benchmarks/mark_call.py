"""call: one small request over a warm connection."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from benchmarks.clients import aiodocker_at, engine_at, low_level_at
from benchmarks.places import API, dockerd
from benchmarks.raw import RawConnection
from benchmarks.task import Goal, Setting, Subject, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from benchmarks.task import Place

__all__ = ["TASK"]


@contextmanager
def prepare(_: int) -> Iterator[Setting]:
    """Any engine."""
    with dockerd() as socket:
        yield Setting({"socket": socket})


def ours(place: Place) -> Iterator[Callable[[], Any]]:
    """The public API."""
    with engine_at(place["socket"]) as engine:
        yield lambda: engine.get("/_ping")


def plain_httpx(place: Place) -> Iterator[Callable[[], Any]]:
    """As its documentation says, warm."""
    import httpx

    with httpx.Client(transport=httpx.HTTPTransport(uds=place["socket"])) as client:
        yield lambda: client.get(f"http://docker/v{API}/_ping").text


def docker_py_low(place: Place) -> Iterator[Callable[[], Any]]:
    """Its ping."""
    with low_level_at(place["socket"]) as client:
        yield lambda: "OK" if client.ping() else ""


def aio(place: Place) -> Iterator[Callable[[], Any]]:
    """Its way to ask anything."""
    with aiodocker_at(place["socket"]) as (client, loop):

        async def ping() -> Any:
            async with client._query("_ping") as response:  # noqa: SLF001 - it has no public one
                return await response.text()

        yield lambda: loop(ping())


def limit(place: Place) -> Iterator[Callable[[], Any]]:
    """Written and read, nothing parsed."""
    with RawConnection(place["socket"]) as connection:
        yield lambda: connection.get(f"/v{API}/_ping").decode()


def essence(answer: Any) -> Mapping[str, Any]:
    """What the engine said."""
    return {"text": answer}


TASK = Task(
    name="call",
    title="GET /_ping over a warm connection",
    person="What each call costs beyond the engine's own time, and so what a loop over many objects costs.",
    module=__name__,
    prepare=prepare,
    essence=essence,
    times={1: 200},
    subjects=(
        Subject("dockmagic", ours),
        Subject("httpx.Client", plain_httpx),
        Subject("docker-py, ping", docker_py_low, "peers"),
        Subject("aiodocker", aio, "peers"),
        Subject("limit: raw socket", limit),
    ),
    goals=(Goal("wall", 0.65, of="httpx.Client"), Goal("wall", 0.50, of="docker-py, ping")),
)
