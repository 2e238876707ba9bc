"""ignored: a directory most of which is ignored as what a builder is sent."""

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

_SENT = 500
_IGNORED = (".git", "data", "node_modules", "venv", "other")


@contextmanager
def prepare(size: int) -> Iterator[Setting]:
    """Two directories from which the same is sent; one of them has a hundred times as many files."""
    with directory("*\n!sent\n") as full, directory("*\n!sent\n") as lean, sink() as socket:
        for path in (full, lean):
            fill(path / "sent", _SENT)
        for name in _IGNORED:
            fill(full / name, size // len(_IGNORED))
        exclude = [f"./{name}" for name in _IGNORED]
        yield Setting({"socket": socket, "path": str(full), "lean": str(lean), "exclude": exclude})


def ours(place: Place) -> Iterator[Callable[[], Any]]:
    """Directories in which nothing can be wanted are not looked into."""
    yield from our_build(place["socket"], place["path"])


def lean(place: Place) -> Iterator[Callable[[], Any]]:
    """The one without those files."""
    yield from our_build(place["socket"], place["lean"])


def essence(answer: Any) -> Mapping[str, Any]:
    """How many files came."""
    return {"files": answer}


TASK = Task(
    name="ignored",
    title=f"{_SENT} small files sent, {{size}} beside them ignored",
    person="Whether a `.git`, a `node_modules` and a data directory slow down each build.",
    module=__name__,
    prepare=prepare,
    essence=essence,
    sizes={50000: 5000},
    subjects=(
        Subject("dockmagic", ours),
        Subject("dockmagic, without what is ignored", lean),
        Subject("docker-py, build", docker_py_build, "peers"),
        Subject("docker build", docker_build),
        Subject("limit: tar c | curl", tar_and_curl),
    ),
    goals=(Goal("cpu", 1.20, of="dockmagic, without what is ignored"),),
)
