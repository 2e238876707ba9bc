"""Directories to build from, and other ways to send them: tar and curl, and docker's classic builder."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.task import Place

__all__ = ["directory", "docker_build", "docker_py_build", "fill", "megabytes_written", "our_build", "tar_and_curl"]

_SIZE = 2000  # bytes of a small file


@contextmanager
def directory(dockerignore: str) -> Iterator[Path]:
    """One with nothing but a Dockerfile and a .dockerignore."""
    with tempfile.TemporaryDirectory(prefix="dm-") as name:
        made = Path(name)
        (made / "Dockerfile").write_text("FROM scratch\nCOPY . /\n")
        (made / ".dockerignore").write_text(dockerignore)
        yield made


def fill(below: Path, count: int) -> None:
    """Make files of 2 kB, a hundred in each directory."""
    for number in range(count):
        place = below / f"{number // 100:03}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"module{number}.py").write_bytes(b"x" * _SIZE)


def our_build(socket: str, path: str) -> Iterator[Callable[[], Any]]:
    """The context that dockmagic's classic builder sends."""
    from benchmarks.clients import engine_at
    from dockmagic.builder.context import build_context

    with engine_at(socket) as engine:

        def call() -> int:
            context = build_context(path)
            headers = {"Content-Type": "application/x-tar", "Content-Length": str(context.length)}
            return int(engine.post("/build", content=context.body, headers=headers)["stream"])

        yield call


def docker_py_build(place: Place) -> Iterator[Callable[[], Any]]:
    """docker-py's build from a path; it writes an archive to a temporary file."""
    from benchmarks.clients import low_level_at

    with low_level_at(place["socket"], timeout=600) as client:
        yield lambda: int(json.loads(next(iter(client.build(path=place["path"]))))["stream"])


def docker_build(place: Place) -> Iterator[Callable[[], Any]]:
    """The command line and the classic builder."""
    command = ["docker", "--host", f"unix://{place['socket']}", "build", place["path"]]
    environ = {**os.environ, "DOCKER_BUILDKIT": "0"}

    def call() -> int:
        done = subprocess.run(command, check=True, capture_output=True, env=environ)
        return int(done.stdout.split()[-1])  # behind "Sending build context to Docker daemon"

    yield call


def tar_and_curl(place: Place) -> Iterator[Callable[[], Any]]:
    """The tools at hand. tar does not read .dockerignore: `place` says what it leaves out."""
    curl = ["curl", "--silent", "--unix-socket", place["socket"], "--upload-file", "-", "--request", "POST"]
    tar = ["tar", "c", "-C", place["path"], *(f"--exclude={each}" for each in place.get("exclude", ())), "."]

    def call() -> int:
        with subprocess.Popen(tar, stdout=subprocess.PIPE) as archive:
            done = subprocess.run([*curl, "http://docker/build"], stdin=archive.stdout, capture_output=True, check=True)
        return int(json.loads(done.stdout)["stream"])

    yield call


def megabytes_written() -> float:
    """What this process has written to disks so far (man proc_pid_io)."""
    lines = Path("/proc/self/io").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("write_bytes")) / 1e6
