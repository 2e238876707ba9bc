"""context: a directory becomes what a builder is sent: of many files, of a large one, and of many that are ignored."""

from __future__ import annotations

import subprocess
import tarfile
import tempfile
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.engines import engine_at
from benchmarks.rounds import Mark, Pair
from benchmarks.sink import sink
from dockmagic.builder.context import build_context

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockmagic import Engine
    from tests.engines.dockerd import Dockerd

__all__ = ["IGNORED", "LARGE", "SMALL"]

DOCKERIGNORE = "node_modules\n*.pyc\n**/*.log\n.git\n!keep/00/kept.log\n"
SMALL_FILES = 5_000
IGNORED_FILES = 50_000
SENT_FILES = 500
LARGE_SIZE = 500_000_000
MEGABYTE = 1_000_000


@contextmanager
def _directory(dockerignore: str) -> Iterator[Path]:
    """A directory with nothing but a Dockerfile and a .dockerignore."""
    with tempfile.TemporaryDirectory(prefix="dm-") as name:
        directory = Path(name)
        (directory / "Dockerfile").write_text("FROM scratch\nCOPY . /\n")
        (directory / ".dockerignore").write_text(dockerignore)
        yield directory


def _fill(directory: Path, count: int) -> None:
    """Make files of 2 kB, a hundred in each directory."""
    for number in range(count):
        below = directory / f"{number // 100:03}"
        below.mkdir(parents=True, exist_ok=True)
        (below / f"module{number}.py").write_bytes(b"x" * 2000)


@contextmanager
def prepare_small(_: Dockerd) -> Iterator[Pair]:
    """Half of the files lie in a directory that is ignored."""
    with _directory(DOCKERIGNORE) as directory:
        for name in ("keep", "node_modules"):
            _fill(directory / name, SMALL_FILES // 2)
        yield Pair(lambda: _archive(directory), lambda: _docker_py(directory))


def _archive(directory: Path) -> bytes:
    body = build_context(str(directory)).body
    return b"".join(body or ())


def _docker_py(directory: Path) -> bytes:
    """What docker-py's build(path=...) does before it sends anything: an archive in a temporary file."""
    from docker.utils.build import tar  # noqa: PLC0415 - the other marks need no docker-py

    patterns = (directory / ".dockerignore").read_text().splitlines()
    with tar(str(directory), exclude=patterns, dockerfile=("Dockerfile", None), gzip=False) as file:
        archive: bytes = file.read()
    return archive


def _files(archive: bytes) -> list[str]:
    with tarfile.open(fileobj=BytesIO(archive)) as tar:
        return sorted(member.name for member in tar if member.isreg())


@contextmanager
def prepare_large(_: Dockerd) -> Iterator[Pair]:
    """One file with something in every block, and an engine that reads it as fast as it comes."""
    with _directory("") as directory, sink() as path, engine_at(path) as engine:
        with (directory / "large").open("wb") as file:
            for __ in range(LARGE_SIZE // MEGABYTE):
                file.write(b"large" * (MEGABYTE // 5))
        yield Pair(lambda: _send(engine, directory), lambda: _tar_and_curl(path, directory))


def _send(engine: Engine, directory: Path) -> int:
    context = build_context(str(directory))
    headers = {"Content-Type": "application/x-tar", "Content-Length": str(context.length)}
    return int(engine.post("/build", content=context.body, headers=headers))


def _tar_and_curl(path: str, directory: Path) -> int:
    curl = ["curl", "--silent", "--unix-socket", path, "--upload-file", "-", "--request", "POST", "http://docker/build"]
    with subprocess.Popen(["tar", "c", "-C", directory, "."], stdout=subprocess.PIPE) as tar:
        return int(subprocess.run(curl, stdin=tar.stdout, capture_output=True, check=True).stdout)


@contextmanager
def prepare_ignored(_: Dockerd) -> Iterator[Pair]:
    """Two directories from which the same is sent; one of them has a hundred times as many files."""
    with _directory("*\n!sent\n") as full, _directory("*\n!sent\n") as lean:
        for directory in (full, lean):
            _fill(directory / "sent", SENT_FILES)
        for name in (".git", "data", "node_modules", "venv", "other"):
            _fill(full / name, IGNORED_FILES // 5)
        yield Pair(lambda: _archive(full), lambda: _archive(lean))


SMALL = Mark(
    name="context",
    ours=f"build_context(directory) and its bytes, {SMALL_FILES:,} files of 2 kB, half of them ignored",
    reference="docker.utils.build.tar, and its bytes",
    judged="cpu",
    limit=0.3,
    times=1,
    prepare=prepare_small,
    essence=_files,
)
LARGE = Mark(
    name="context-large",
    ours="build_context(directory) sent by engine.post, one file of 500 MB",
    reference="tar c | curl to the same socket",
    judged="wall",
    limit=1.1,
    times=1,
    prepare=prepare_large,
    essence=lambda count: count // MEGABYTE,  # tar fills its archive up to 10 kB
)
IGNORED = Mark(
    name="context-ignored",
    ours=f"build_context(directory) and its bytes, {SENT_FILES} files sent and {IGNORED_FILES:,} ignored",
    reference="the same without the ignored ones",
    judged="wall",
    limit=1.2,
    times=3,
    prepare=prepare_ignored,
    essence=_files,
)
