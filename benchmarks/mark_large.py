"""large: one file of 500 MB as what a builder is sent."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from benchmarks.sink import sink
from benchmarks.task import Goal, Setting, Subject, Task
from benchmarks.trees import directory, docker_build, docker_py_build, megabytes_written, our_build, tar_and_curl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from benchmarks.task import Place

__all__ = ["TASK"]

_MEGABYTE = 1_000_000


@contextmanager
def prepare(size: int) -> Iterator[Setting]:
    """One file with something in every block, and a process that reads it as fast as it comes."""
    with directory("") as path, sink() as socket:
        with (path / "large").open("wb") as file:
            for _ in range(size):
                file.write(b"large" * (_MEGABYTE // 5))
        yield Setting({"socket": socket, "path": str(path)})


def ours(place: Place) -> Iterator[Callable[[], Any]]:
    """Block by block, from the file to the socket."""
    yield from _told(our_build(place["socket"], place["path"]))


def docker_py(place: Place) -> Iterator[Callable[[], Any]]:
    """By way of a temporary file."""
    yield from _told(docker_py_build(place))


def _told(making: Iterator[Callable[[], Any]]) -> Iterator[Callable[[], Any]]:
    """Also how much was written to the disk meanwhile."""
    for build in making:

        def call(build: Callable[[], Any] = build) -> Any:
            before = megabytes_written()
            return build(), {"disk": megabytes_written() - before}

        yield call


def essence(answer: Any) -> Mapping[str, Any]:
    """How many files came."""
    return {"files": answer}


TASK = Task(
    name="large",
    title="one file of {size} MB sent to a builder that only reads",
    person="Whether a large model or data set in the directory of a build costs memory or a second copy on the disk.",
    module=__name__,
    prepare=prepare,
    essence=essence,
    sizes={500: 50},
    subjects=(
        Subject("dockmagic", ours, figures=True),
        Subject("docker-py, build", docker_py, "peers", figures=True),
        Subject("docker build", docker_build),
        Subject("limit: tar c | curl", tar_and_curl),
    ),
    goals=(
        Goal("wall", 1.00, of="limit: tar c | curl"),
        Goal("memory", 16, unit="MB", says="growth at its peak"),
        Goal("disk", 1, unit="MB", says="written to the disk (a temporary file)"),
    ),
)
