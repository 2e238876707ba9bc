"""What the tasks run on: a dockerd of their own, and what is made in it."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.engines.dockerd import Dockerd
from tests.engines.http import checked, request
from tests.engines.images import import_image

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["API", "IMAGE", "create", "demo", "dockerd", "remove", "start", "started", "web_container"]

IMAGE = "registry.example.com/shop/web:1.4"

API = "1.41"
"""The version that raw requests name, and that clients are pinned to where they would ask for it each time."""


@contextmanager
def dockerd() -> Iterator[str]:
    """The path of the socket of an engine with the image `IMAGE`, in namespaces of its own, and gone afterwards."""
    with Dockerd() as engine:
        import_image(engine.socket, IMAGE)
        yield engine.socket


@contextmanager
def demo(containers: int) -> Iterator[str]:
    """The socket of dockmagic's demo engine, in a process of its own, with so many containers."""
    command = [sys.executable, "-m", "dockmagic.demo", "--containers", str(containers)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip().partition("unix://")[2]
        process.terminate()


def web_container(number: int) -> dict[str, Any]:
    """What compose would ask for: labels, a bind mount, two ports; in no network, and never started."""
    labels = {
        "com.docker.compose.config-hash": f"{number:064x}",
        "com.docker.compose.container-number": "1",
        "com.docker.compose.oneoff": "False",
        "com.docker.compose.project": f"project{number % 40:02}",
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


def create(socket: str, bodies: dict[str, dict[str, Any]]) -> list[str]:
    """Create a container for each name, and return their ids in that order."""

    def one(name: str) -> str:
        sent = json.dumps(bodies[name]).encode()
        identity: str = checked(request(socket, "POST", f"/containers/create?name={name}", body=sent)).json()["Id"]
        return identity

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(one, bodies))


def started(socket: str, names: Sequence[str], **body: Any) -> list[str]:
    """Run a container that sleeps for each name; returns their ids."""
    asked = {"Image": IMAGE, "Cmd": ["sleep", "100000"], "HostConfig": {"NetworkMode": "none"}, **body}
    ids = create(socket, dict.fromkeys(names, asked))
    start(socket, ids)
    return ids


def start(socket: str, names: Sequence[str]) -> None:
    """Start containers, four at a time: an engine does no more at once."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: checked(request(socket, "POST", f"/containers/{name}/start", timeout=600)), names))


def remove(socket: str, names: Sequence[str]) -> None:
    """Remove containers, whatever their state."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: request(socket, "DELETE", f"/containers/{name}?force=1", timeout=600), names))
