"""kernel: a fresh Jupyter kernel, from its start to the answer of its first cell."""

from __future__ import annotations

import os
import subprocess
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from benchmarks.places import create, dockerd, web_container
from benchmarks.task import Goal, Setting, Subject, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from benchmarks.task import Place

__all__ = ["TASK"]

_LIST = "len(get_ipython().run_line_magic('dps', '-a'))"


@contextmanager
def prepare(size: int) -> Iterator[Setting]:
    """A few containers, and a profile that is nobody's."""
    with dockerd() as socket, tempfile.TemporaryDirectory() as home:
        create(socket, {f"web-{number}": web_container(number) for number in range(size)})
        yield Setting({"socket": socket, "home": home})


def ours(place: Place) -> Iterator[Callable[[], Any]]:
    """Load, connect and list: `%load_ext dockmagic`, `%dps -a`."""
    yield _kernel(place, f"%load_ext dockmagic\n{_LIST}")


def loaded(place: Place) -> Iterator[Callable[[], Any]]:
    """The extension alone."""
    yield _kernel(place, "%load_ext dockmagic\n10")


def pandas_alone(place: Place) -> Iterator[Callable[[], Any]]:
    """What any frame costs."""
    yield _kernel(place, "import pandas\n10")


def limit(place: Place) -> Iterator[Callable[[], Any]]:
    """A cell that does nothing."""
    yield _kernel(place, "10")


def _kernel(place: Place, cell: str) -> Callable[[], int]:
    """Its processor time is in that of the children: the kernel is waited for when it has been shut down."""
    from jupyter_client.manager import start_new_kernel

    environ = {**os.environ, "IPYTHONDIR": place["home"], "DOCKER_HOST": f"unix://{place['socket']}"}
    results: list[str] = []

    def told(message: dict[str, Any]) -> None:
        if message["msg_type"] == "execute_result":
            results.append(message["content"]["data"]["text/plain"])

    def call() -> int:
        results.clear()
        manager, client = start_new_kernel(env=environ, stderr=subprocess.DEVNULL)
        try:
            client.execute_interactive(cell, timeout=60, output_hook=told)
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)
        return int(results[0])

    return call


def essence(answer: Any) -> Mapping[str, Any]:
    """How many containers there are."""
    return {"count": answer}


TASK = Task(
    name="kernel",
    title="a fresh kernel: {size} containers to the typed frame",
    person="From Restart Kernel to the first frame.",
    module=__name__,
    prepare=prepare,
    essence=essence,
    sizes={10: 10},
    subjects=(
        Subject("dockmagic", ours),
        Subject("dockmagic, the extension alone", loaded),
        Subject("import pandas", pandas_alone),
        Subject("limit: a bare kernel", limit),
    ),
    goals=(
        Goal("wall", 1.30, of="import pandas"),
        Goal("wall", 1.10, of="limit: a bare kernel", subject="dockmagic, the extension alone"),
    ),
)
