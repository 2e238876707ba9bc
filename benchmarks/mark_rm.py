"""rm: 200 created containers removed, against the docker command line and against docker-py in 16 threads."""

from __future__ import annotations

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import docker

import dockmagic
from benchmarks.engines import engine_at
from benchmarks.rounds import Mark, Pair
from tests.engines.http import checked, request
from tests.engines.images import import_image
from tests.engines.programs import find

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockmagic import Engine
    from tests.engines.dockerd import Dockerd

__all__ = ["CLIENT", "COMMAND_LINE"]

COUNT = 200
THREADS = 16
IMAGE = "rm:1"
NAMES = [f"rm-{number}" for number in range(COUNT)]


@contextmanager
def prepare(dockerd: Dockerd, other: Callable[[Dockerd, Engine], Callable[[], Any]]) -> Iterator[Pair]:
    """Make the containers before each call, and check that none is left after it."""
    import_image(dockerd.socket, IMAGE)
    with engine_at(dockerd.socket) as engine:
        yield Pair(
            lambda: sorted(dockmagic.rm(engine, NAMES, force=True)["name"]),
            other(dockerd, engine),
            before=partial(_create, dockerd),
        )


def _create(dockerd: Dockerd) -> None:
    """Make them; a name that is still taken means that the call before did not remove all, and raises."""
    body = json.dumps({"Image": IMAGE, "HostConfig": {"NetworkMode": "none"}}).encode()
    with ThreadPoolExecutor(8) as pool:
        paths = [f"/containers/create?name={name}" for name in NAMES]
        list(pool.map(lambda path: checked(request(dockerd.socket, "POST", path, body=body)), paths))


def _command_line(dockerd: Dockerd, _: Engine) -> Callable[[], list[str]]:
    line = [find("docker"), "--host", dockerd.host, "rm", "-f", *NAMES]
    return lambda: sorted(subprocess.run(line, check=True, capture_output=True, text=True).stdout.split())


def _docker_py(dockerd: Dockerd, engine: Engine) -> Callable[[], list[str]]:
    client = docker.APIClient(base_url=dockerd.host, version=engine.api_version, num_pools=THREADS)

    def remove() -> list[str]:
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(lambda name: client.remove_container(name, force=True), NAMES))
        return sorted(NAMES)

    return remove


COMMAND_LINE = Mark(
    name="rm",
    ours=f"dockmagic.rm(engine, names, force=True) of {COUNT} created containers",
    reference="docker rm -f of the same names",
    judged="wall",
    limit=1.1,
    times=1,
    prepare=partial(prepare, other=_command_line),
    essence=list,
)
CLIENT = Mark(
    name="rm-client",
    ours=COMMAND_LINE.ours,
    reference=f"docker.APIClient.remove_container in {THREADS} threads",
    judged="cpu",
    limit=0.6,
    times=1,
    prepare=partial(prepare, other=_docker_py),
    essence=list,
)
