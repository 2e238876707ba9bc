"""build: an image of one file of 500 MB, against tar and curl; and the same again with a small change."""

from __future__ import annotations

import os
import subprocess
import tempfile
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dockmagic
from benchmarks.engines import engine_at
from benchmarks.rounds import Mark, Pair
from tests.engines.http import checked, request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockmagic import Engine
    from tests.engines.dockerd import Dockerd

__all__ = ["AGAIN", "WHOLE"]

SIZE = 500_000_000
BLOCK = 1 << 20
DOCKERFILE = "FROM scratch\nCOPY large /\nCOPY small /\n"


@contextmanager
def prepare(dockerd: Dockerd, pair: Callable[[Path, Dockerd, Engine], Pair]) -> Iterator[Pair]:
    """Write the context. The settings are nobody's: a session names the directory by a number that it keeps there."""
    before = os.environ.get("DOCKER_CONFIG")
    with tempfile.TemporaryDirectory() as home, engine_at(dockerd.socket) as engine:
        os.environ["DOCKER_CONFIG"] = str(Path(home, "settings"))
        context = Path(home, "context")
        context.mkdir()
        (context / "Dockerfile").write_text(DOCKERFILE)
        with (context / "large").open("wb") as large:
            for _ in range(SIZE // BLOCK):
                large.write(os.urandom(BLOCK))
        change(context / "small")
        try:
            yield pair(context, dockerd, engine)
        finally:
            forget(dockerd)
            os.environ.pop("DOCKER_CONFIG")
            if before is not None:
                os.environ["DOCKER_CONFIG"] = before


def _whole(context: Path, dockerd: Dockerd, engine: Engine) -> Pair:
    """Both send all of it: the engine has forgotten what it was sent before."""

    def before() -> None:
        change(context / "large")
        forget(dockerd)

    return Pair(lambda: build(engine, context), lambda: tar_and_curl(context, dockerd), before=before)


def _again(context: Path, dockerd: Dockerd, engine: Engine) -> Pair:
    """The second build, with a small file changed, against one with the large file changed."""
    del dockerd

    def first() -> int:
        change(context / "large")
        return build(engine, context)

    return Pair(lambda: build(engine, context), first, before=lambda: change(context / "small"))


def change(path: Path) -> None:
    """Give a file another beginning, and thereby another time."""
    with path.open("r+b" if path.exists() else "wb") as file:
        file.write(os.urandom(64))


def forget(dockerd: Dockerd) -> None:
    """Empty the engine's build cache, and what it keeps of contexts."""
    checked(request(dockerd.socket, "POST", "/build/prune?all=1"))


def build(engine: Engine, context: Path) -> int:
    """Build it and return how many images came of it."""
    return len(dockmagic.build(engine, context, tags=["large:1"], progress="none"))


def tar_and_curl(context: Path, dockerd: Dockerd) -> int:
    """Build it with the tools at hand, to the same BuildKit."""
    url = "http://docker/build?version=2&t=large:1"
    curl = ["curl", "-sS", "--unix-socket", str(dockerd.socket), "-H", "Content-Type: application/x-tar"]
    with subprocess.Popen(["tar", "c", "-C", str(context), "."], stdout=subprocess.PIPE) as tar:
        done = subprocess.run([*curl, "-T", "-", "-X", "POST", url], stdin=tar.stdout, capture_output=True, check=True)
    if b"moby.image.id" not in done.stdout:
        raise RuntimeError(f"nothing was built: {done.stdout[-500:]!r}")
    return 1


def _mark(name: str, ours: str, reference: str, limit: float, pair: Callable[..., Pair]) -> Mark:
    essence: Any = bool
    prepared = partial(prepare, pair=pair)
    return Mark(
        name=name,
        ours=ours,
        reference=reference,
        judged="wall",
        limit=limit,
        times=1,
        prepare=prepared,
        essence=essence,
    )


WHOLE = _mark(
    "build",
    "dockmagic.build(engine, directory) of one file of 500 MB, by a session",
    "tar c | curl of the same to POST /build?version=2",
    1.1,
    _whole,
)
AGAIN = _mark(
    "build-again",
    "dockmagic.build(engine, directory) after a small file beside 500 MB has changed",
    "the same after the file of 500 MB has changed",
    0.2,
    _again,
)
