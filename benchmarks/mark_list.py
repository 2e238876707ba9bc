"""list: 1,000 containers to the typed frame, against their JSON read from a raw socket."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import orjson

import dockmagic
from benchmarks.engines import engine_at
from benchmarks.raw import RawConnection
from benchmarks.rounds import Mark, Pair
from tests.engines.http import checked, request
from tests.engines.images import import_image

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.engines.dockerd import Dockerd

__all__ = ["MARK"]

COUNT = 1000
IMAGE = "registry.example.com/shop/web:1.4"


@contextmanager
def prepare(dockerd: Dockerd) -> Iterator[Pair]:
    """Make the containers; they go with the engine."""
    import_image(dockerd.socket, IMAGE)
    for number in range(COUNT):
        body = json.dumps(_container(number)).encode()
        checked(request(dockerd.socket, "POST", f"/containers/create?name=web-{number}", body=body))
    with engine_at(dockerd.socket) as engine, RawConnection(dockerd.socket) as connection:
        target = f"/v{engine.api_version}/containers/json?all=true"
        yield Pair(lambda: dockmagic.ps(engine, all=True), lambda: orjson.loads(connection.get(target)))


def _container(number: int) -> dict[str, Any]:
    """What compose would ask for: labels, a bind mount, two ports; in no network, and never started."""
    project = f"project{number % 40:02}"
    labels = {
        "com.docker.compose.config-hash": f"{number:064x}",
        "com.docker.compose.container-number": "1",
        "com.docker.compose.oneoff": "False",
        "com.docker.compose.project": project,
        "com.docker.compose.service": "web",
        "com.docker.compose.version": "2.29.1",
    }
    bindings = {port: [{"HostIp": "127.0.0.1", "HostPort": ""}] for port in ("80/tcp", "443/tcp")}
    return {
        "Image": IMAGE,
        "Cmd": ["httpd", "-f", "-p", "80"],
        "Labels": labels,
        "ExposedPorts": {port: {} for port in bindings},
        "HostConfig": {"NetworkMode": "none", "Binds": ["/tmp:/srv/data:ro"], "PortBindings": bindings},
    }


MARK = Mark(
    name="list",
    ours=f"dockmagic.ps(engine, all=True) of {COUNT:,} created containers, to the typed frame",
    reference="the same GET over a raw socket, then orjson.loads",
    judged="wall",
    limit=1.3,
    times=4,  # single listings take the engine 45 to 60 ms, whoever asks
    prepare=prepare,
    essence=len,
)
