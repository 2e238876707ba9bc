"""`build` with BuildKit's session: secrets, credentials, and engines that give none."""

from __future__ import annotations

import hashlib
import json
import logging
import socket
import threading
import uuid
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

import dockmagic
from dockmagic import build, history
from dockmagic.builder.image_build import prepare
from dockmagic.engine.container_spec.values import Here
from dockmagic.errors import BuildError, DockMagicError, UsageError
from dockmagic.widgets.build_view import BuildView
from tests.commands.builds import Made
from tests.engine.scripted import serving
from tests.engines.registry import PASSWORD, USERNAME, Registry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from dockmagic import Engine
    from tests.commands.builds import Context
    from tests.conftest import DockerCli
    from tests.engine.scripted import Peer
    from tests.engines.dockerd import Dockerd

READ = "FROM bb:1\nRUN --mount=type=secret,id=token sha256sum </run/secrets/token # {}\n"


@pytest.fixture
def secret() -> str:
    """Return a secret that occurs nowhere else."""
    return f"hunter-{uuid.uuid4().hex}"


@pytest.fixture
def reading() -> str:
    """Return a Dockerfile whose only step prints the checksum of the secret `token`."""
    return READ.format(uuid.uuid4().hex)


def checksum(text: str) -> str:
    """As sha256sum prints it."""
    return f"{hashlib.sha256(text.encode()).hexdigest()}  -"


def log_in(home: Path, registry: Registry) -> None:
    """Write what `docker login` writes."""
    auth = b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()
    (home / ".docker").mkdir(exist_ok=True)
    (home / ".docker" / "config.json").write_text(json.dumps({"auths": {registry.address: {"auth": auth}}}))


@pytest.mark.parametrize("kind", ["file", "variable", "variable of that name", "text", "bytes", "path"])
def test_a_secret_is_there_for_the_run_that_asks_for_it(
    engine: Engine, label: str, reading: str, secret: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As docker's options name it, or as values of a dict."""
    path = tmp_path / "token"
    path.write_text(secret)
    monkeypatch.setenv("DMT_TOKEN", secret)
    if kind == "variable of that name":
        monkeypatch.setenv("token", secret)
    given: dict[str, Any] = {
        "file": f"id=token,src={path}",
        "variable": ["id=token,env=DMT_TOKEN"],
        "variable of that name": "id=token",
        "text": {"token": secret},
        "bytes": {"token": secret.encode()},
        "path": {"token": path},
    }
    made = Made(engine, "buildkit", label)
    made(None, reading, secret=given[kind])
    assert checksum(secret) in made.printed


def test_a_secrets_value_occurs_nowhere(
    engine: Engine,
    label: str,
    reading: str,
    secret: str,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    docker_cli: DockerCli,
) -> None:
    """Not in the output, the log, the view, the frames, the errors, or the image's history."""
    shown: list[Mapping[str, str]] = []

    def display(bundle: Mapping[str, str]) -> Callable[[Mapping[str, str]], object]:
        shown.append(bundle)
        return shown.append

    caplog.set_level(logging.DEBUG)
    given = {"token": secret}
    frame = build(
        engine, dockerfile=reading, secret=given, tags="dmt-secret:1", labels=[label], watcher=BuildView(display)
    )
    steps = build(engine, dockerfile=reading, secret=given, labels=[label], steps=True)
    with pytest.raises(BuildError) as caught:
        build(engine, dockerfile=f"{reading}RUN --mount=type=secret,id=token false\n", secret=given, labels=[label])
    error = caught.value
    assert error.steps is not None
    said = [
        capfd.readouterr().out,
        caplog.text,
        *(text for bundle in shown for text in bundle.values()),
        *(each.to_string() + each.to_html() + repr(each.attrs) for each in (frame, steps, error.steps)),
        *(str(error), repr(error), repr(vars(error)), error.log),
        history(engine, "dmt-secret:1", no_trunc=True).to_string(),
        docker_cli("history", "--no-trunc", "dmt-secret:1"),
        docker_cli("image", "inspect", "dmt-secret:1"),
    ]
    assert len("".join(said)) > 1000
    assert [text for text in said if secret in text] == []


def test_a_secret_is_not_in_the_repr_of_a_build(engine: Engine, secret: str) -> None:
    """Which a traceback could show."""
    here = Here({"DMT": secret}, lambda: engine.api_version)
    for given in ("id=token,env=DMT", {"token": secret}):
        options = {"secret": given}
        prepared = prepare(engine, None, dockerfile="FROM bb:1", options=options, here=here)
        assert secret not in repr(prepared)


def test_a_secret_that_was_not_given_fails_the_build_if_it_is_required(engine: Engine, label: str) -> None:
    """The step says which."""
    with pytest.raises(BuildError, match="other"):
        build(
            engine,
            dockerfile="FROM bb:1\nRUN --mount=type=secret,id=other,required=true true\n",
            secret={"token": "x"},
            labels=[label],
            progress="none",
        )


def test_a_secret_needs_buildkit(engine: Engine, secret: str) -> None:
    """The classic builder would have no way to keep it."""
    with pytest.raises(UsageError, match="--secret needs BuildKit") as caught:
        build(engine, dockerfile="FROM bb:1\n", secret={"token": secret}, builder="classic")
    assert secret not in str(caught.value)


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


def test_a_secret_without_a_session_is_refused(refusing: tuple[Engine, list[str]], reading: str, secret: str) -> None:
    """It has no other way, and nothing is built."""
    engine, asked = refusing
    with pytest.raises(DockMagicError, match="gives no session, and secrets have no other way") as caught:
        build(engine, dockerfile=reading, secret={"token": secret}, progress="none")
    assert secret not in str(caught.value)
    assert not any("/build" in line for line in asked)
