"""engine: a client is made and closed again."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from benchmarks.task import Goal, Setting, Subject, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from benchmarks.task import Place

__all__ = ["TASK"]

_HOST = "unix:///nowhere"


@contextmanager
def prepare(_: int) -> Iterator[Setting]:
    """Nothing is sent by anybody."""
    yield Setting({})


def ours(_: Place) -> Iterator[Callable[[], Any]]:
    """An Engine for a unix socket."""
    from dockmagic import Engine
    from dockmagic.engine.endpoint import Endpoint

    endpoint = Endpoint(host=_HOST, scheme="unix", path=_HOST.removeprefix("unix://"), source="a benchmark says so")
    yield lambda: Engine(endpoint).close()


def plain_httpx(_: Place) -> Iterator[Callable[[], Any]]:
    """With a context for TLS, as it is by default."""
    import httpx

    yield lambda: httpx.Client().close()


def docker_py_low(_: Place) -> Iterator[Callable[[], Any]]:
    """With a pinned version: it would ask for it."""
    import docker

    yield lambda: docker.APIClient(base_url=_HOST, version="1.41").close()


def essence(_: Any) -> Mapping[str, Any]:
    """There is no answer."""
    return {}


TASK = Task(
    name="engine",
    title="a client made and closed again, nothing sent",
    person="What `%dconnect` costs before it has asked anything.",
    module=__name__,
    prepare=prepare,
    essence=essence,
    times={1: 5},
    subjects=(
        Subject("dockmagic", ours),
        Subject("httpx.Client", plain_httpx),
        Subject("docker-py, APIClient", docker_py_low, "peers"),
    ),
    goals=(Goal("wall", 0.15, of="httpx.Client"),),
)
