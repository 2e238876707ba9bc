"""context: a directory of 5,000 small files as what a builder is sent."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from benchmarks.sink import sink
from benchmarks.task import Goal, Setting, Subject, Task
from benchmarks.trees import directory, docker_build, docker_py_build, fill, our_build, tar_and_curl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from benchmarks.task import Place

__all__ = ["TASK"]

_DOCKERIGNORE = "node_modules\n*.pyc\n**/*.log\n.git\n!keep/00/kept.log\n"


@contextmanager
def prepare(size: int) -> Iterator[Setting]:
    """Half of the files lie in a directory that is ignored. What is sent goes to a process that counts it."""
    with directory(_DOCKERIGNORE) as path, sink() as socket:
        for name in ("keep", "node_modules"):
            fill(path / name, size // 2)
        yield Setting({"socket": socket, "path": str(path), "exclude": ["./node_modules"]})


def ours(place: Place) -> Iterator[Callable[[], Any]]:
    """A tar made while it is sent."""
    yield from our_build(place["socket"], place["path"])


def essence(answer: Any) -> Mapping[str, Any]:
    """How many files came: half of them, and the Dockerfile."""
    return {"files": answer}


TASK = Task(
    name="context",
    title="{size} files of 2 kB, half of them ignored, sent to a builder that only reads",
    person="What `%dbuild .` costs before the engine has begun.",
    module=__name__,
    prepare=prepare,
    essence=essence,
    sizes={5000: 1000},
    subjects=(
        Subject("dockmagic", ours),
        Subject("docker-py, build", docker_py_build, "peers"),
        Subject("docker build", docker_build),
        Subject("limit: tar c | curl", tar_and_curl),
    ),
    goals=(Goal("cpu", 0.30, of="docker-py, build"),),
)
