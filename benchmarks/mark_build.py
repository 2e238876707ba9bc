"""build: an image of one file of 500 MB made by BuildKit, which has forgotten what it was sent before."""

from __future__ import annotations

import os
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.clients import engine_at
from benchmarks.places import dockerd
from benchmarks.task import Goal, Setting, Subject, Task
from tests.engines.http import checked, request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from benchmarks.task import Place

__all__ = ["LIMIT", "TASK", "built", "built_by_tar_and_curl", "change", "context"]

LIMIT = "limit: tar c | curl"
_DOCKERFILE = "FROM scratch\nCOPY large /\nCOPY small /\n"
_BLOCK = 1_000_000


@contextmanager
def context(size: int) -> Iterator[dict[str, str]]:
    """An engine, and a directory to build. The settings are nobody's: a session's number is kept there."""
    with dockerd() as socket, tempfile.TemporaryDirectory() as home:
        path = Path(home, "context")
        path.mkdir()
        (path / "Dockerfile").write_text(_DOCKERFILE)
        with (path / "large").open("wb") as large:
            for _ in range(size):
                large.write(os.urandom(_BLOCK))
        change(path / "small")
        yield {"socket": socket, "path": str(path), "settings": str(Path(home, "settings"))}


def change(path: Path) -> None:
    """Give a file another beginning, and thereby another time."""
    with path.open("r+b" if path.exists() else "wb") as file:
        file.write(os.urandom(64))


@contextmanager
def prepare(size: int) -> Iterator[Setting]:
    """Before each build the cache is emptied, with what is kept of contexts."""
    with context(size) as place:

        def forget() -> None:
            change(Path(place["path"], "large"))
            checked(request(place["socket"], "POST", "/build/prune?all=1", timeout=600))

        yield Setting(place, forget)


def built(place: Place) -> Iterator[Callable[[], Any]]:
    """By a session, in which the engine asks for what it wants."""
    import dockmagic

    os.environ["DOCKER_CONFIG"] = place["settings"]
    with engine_at(place["socket"]) as engine:
        yield lambda: len(dockmagic.build(engine, place["path"], tags=["large:1"], progress="none"))


def built_by_tar_and_curl(place: Place) -> Iterator[Callable[[], Any]]:
    """The tools at hand, to the same BuildKit."""
    curl = ["curl", "-sS", "--unix-socket", place["socket"], "-H", "Content-Type: application/x-tar", "-T", "-"]
    tar = ["tar", "c", "-C", place["path"], "."]
    url = "http://docker/build?version=2&t=large:1"

    def call() -> int:
        with subprocess.Popen(tar, stdout=subprocess.PIPE) as archive:
            done = subprocess.run([*curl, "-X", "POST", url], stdin=archive.stdout, capture_output=True, check=True)
        return done.stdout.count(b'"moby.image.id"')

    yield call


def essence(answer: Any) -> Mapping[str, Any]:
    """How many images came of it."""
    return {"images": answer}


TASK = Task(
    name="build",
    title="an image of one file of {size} MB, by BuildKit",
    person="How long the first `%dbuild` of a directory with a large file takes. Most of it is BuildKit's own time.",
    module=__name__,
    prepare=prepare,
    essence=essence,
    sizes={500: 50},
    subjects=(Subject("dockmagic", built), Subject(LIMIT, built_by_tar_and_curl)),
    goals=(Goal("wall", 1.10, of=LIMIT),),
)
