"""`build` with BuildKit's session: credentials, and engines that give none."""

from __future__ import annotations

import json
import socket
import threading
import uuid
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

import dockmagic
from dockmagic import build
from dockmagic.errors import BuildError, DockMagicError
from tests.commands.builds import Made
from tests.engine.scripted import serving
from tests.engines.registry import PASSWORD, USERNAME, Registry

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dockmagic import Engine
    from tests.commands.builds import Context
    from tests.conftest import DockerCli
    from tests.engine.scripted import Peer
    from tests.engines.dockerd import Dockerd


def log_in(home: Path, registry: Registry) -> None:
    """Write what `docker login` writes."""
    auth = b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()
    (home / ".docker").mkdir(exist_ok=True)
    (home / ".docker" / "config.json").write_text(json.dumps({"auths": {registry.address: {"auth": auth}}}))


def test_a_base_image_of_a_registry_with_a_password_is_fetched(
    made: Made, engine_process: Dockerd, isolated: Path, docker_cli: DockerCli
) -> None:
    """With the credentials that `docker login` left, by the session or in a header; without them it is not."""
    with Registry(password=True) as registry:
        registry.push(engine_process, "private:1", logged_in=True)
        dockerfile = f"FROM {registry.address}/private:1\nRUN echo {uuid.uuid4().hex}\n"
        with pytest.raises(BuildError, match=r"(?i)unauthorized|no basic auth|authorization|authentication"):
            made(None, dockerfile)
        log_in(isolated, registry)
        assert len(made(None, dockerfile)) == 1
    if not made.buildkit:
        docker_cli("image", "rm", "-f", f"{registry.address}/private:1")


def without_sessions(engine: Dockerd, asked: list[str]) -> Callable[[Peer], None]:
    """A script of an engine that refuses sessions, and otherwise is `engine`."""

    def script(peer: Peer) -> None:
        head = peer.head()
        asked.append(head.partition(b"\r\n")[0].decode())
        if b"/session" in head.partition(b"\r\n")[0]:
            body = b'{"message":"page not found"}'
            peer.send(b"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: %d\r\n" % len(body))
            peer.send(b"Connection: close\r\n\r\n" + body)
            return
        with socket.socket(socket.AF_UNIX) as upstream:
            upstream.connect(engine.socket)
            upstream.sendall(head[:-2] + b"Connection: close\r\n\r\n")  # each request comes on a connection of its own
            there = threading.Thread(target=_pump, args=(peer, upstream), daemon=True)
            there.start()
            while data := upstream.recv(65536):
                peer.send(data)
            peer.cut()
            there.join()

    return script


def _pump(peer: Peer, upstream: socket.socket) -> None:
    try:
        while data := peer.read():
            upstream.sendall(data)
    except OSError:
        return  # the engine has ended the connection


@pytest.fixture
def refusing(engine_process: Dockerd) -> Any:
    """Connect to the test engine as one that refuses sessions; returns it and what it was asked."""
    asked: list[str] = []
    with serving(without_sessions(engine_process, asked)) as server:
        with dockmagic.connect(f"unix://{server.path}") as engine:
            yield engine, asked


def test_an_engine_without_sessions_gets_the_context_as_an_archive(
    refusing: tuple[Engine, list[str]], label: str, context: Context
) -> None:
    """With BuildKit all the same; what COPY finds is the same but for the Dockerfile's own files."""
    engine, asked = refusing
    made = Made(engine, "buildkit", label)
    listing = f"FROM bb:1\nCOPY . /srv\nRUN find /srv -type f | sort # {uuid.uuid4().hex}\n"
    made(context(listing, a="a", b="b", __dockerignore="b\n"))
    assert [line for line in made.printed if line.startswith("/srv/")] == [
        "/srv/.dockerignore",
        "/srv/Dockerfile",
        "/srv/a",
    ]
    assert any("/session" in line for line in asked)
    made(None, f"FROM bb:1\nRUN echo {uuid.uuid4().hex}\n")


def test_where_there_is_no_session_base_images_are_pulled_first(
    refusing: tuple[Engine, list[str]], engine_process: Dockerd, label: str, isolated: Path, docker_cli: DockerCli
) -> None:
    """BuildKit would ask one for credentials: each image that it asks for is fetched, and the build begun again."""
    engine, asked = refusing
    made = Made(engine, "buildkit", label)
    with Registry(password=True) as registry:
        registry.push(engine_process, "private:1", "private:2", logged_in=True)
        first, second = (f"{registry.address}/private:{tag}" for tag in (1, 2))
        dockerfile = f"FROM {first} AS one\nRUN touch /one {uuid.uuid4().hex}\nFROM {second}\nCOPY --from=one /one /\n"
        with pytest.raises(DockMagicError):
            made(None, dockerfile)
        log_in(isolated, registry)
        asked.clear()
        assert len(made(None, dockerfile)) == 1
        pulls = [line for line in asked if "/images/create" in line]
        assert len(pulls) == 2
        assert sum("/build?" in line for line in asked) == 3
    docker_cli("image", "rm", "-f", first, second)


def test_a_secret_without_a_session_is_refused(refusing: tuple[Engine, list[str]]) -> None:
    """It has no other way, and nothing is built."""
    engine, asked = refusing
    with pytest.raises(DockMagicError, match="gives no session, and secrets have no other way") as caught:
        build(engine, dockerfile="FROM bb:1\n", secret={"token": "hunter2"}, progress="none")
    assert "hunter2" not in str(caught.value)
    assert not any("/build" in line for line in asked)
