"""What the tests of the demo engine share: a demo that loses no time, and any engine, the demo or a real one."""

from __future__ import annotations

import io
import json
import os
import subprocess
import tarfile
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

import pytest

import dockmagic
from dockmagic.demo import Demo
from tests.conftest import require
from tests.engines.http import request
from tests.engines.images import import_image
from tests.engines.labels import remove_labelled
from tests.engines.programs import find, missing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dockmagic import Engine
    from tests.engines.http import Reply


class AnyEngine(NamedTuple):
    """An engine with the image bb:1, and the label of what a test makes in it."""

    socket: str
    name: str
    label: str

    def ask(self, method: str, path: str, body: Any = None, **options: Any) -> Reply:
        """Send one request, with `body` as JSON."""
        content = None if body is None else json.dumps(body).encode()
        return request(self.socket, method, path, body=content, **options)

    def made(self, name: str, *command: str, **body: Any) -> str:
        """Create a container of bb:1 that carries the label; its id."""
        key, _, value = self.label.partition("=")
        asked = {"Image": "bb:1", "Cmd": list(command) or ["sleep", "60"], **body}
        asked["Labels"] = {key: value, **asked.get("Labels", {})}
        reply = self.ask("POST", f"/containers/create?name={name}", asked)
        assert reply.status == 201, reply
        return str(reply.json()["Id"])

    def run(self, name: str, *command: str, **body: Any) -> str:
        """Create and start a container; its id."""
        identity = self.made(name, *command, **body)
        reply = self.ask("POST", f"/containers/{identity}/start")
        assert reply.status == 204, reply
        return identity

    def ended(self, name: str, *command: str, **body: Any) -> str:
        """Run a container to its end; its id."""
        identity = self.run(name, *command, **body)
        assert self.ask("POST", f"/containers/{identity}/wait").status == 200
        mine = quote(json.dumps({"id": [identity], "status": ["exited"]}))
        while not self.ask("GET", f"/containers/json?filters={mine}").json():
            pass  # the list of a real engine may be a moment behind
        return identity


@pytest.fixture
def demo() -> Iterator[Demo]:
    """Run a demo for this test alone, whose pulls and builds lose no time."""
    with Demo(pace=0, seed="test") as running:
        yield running


@pytest.fixture(scope="module")
def shared_demo() -> Iterator[Demo]:
    """Run one demo for a file of the contract, with the image bb:1."""
    with Demo(pace=0) as running:
        import_image(running.socket, "bb:1", archive=_ARCHIVE)
        yield running


@pytest.fixture(params=["demo", "dockerd"])
def any_engine(request: pytest.FixtureRequest) -> Iterator[AnyEngine]:
    """Return the demo, and then a real engine: what holds for both makes the demo a fake to be trusted."""
    if request.param == "demo":
        socket = request.getfixturevalue("shared_demo").socket
    else:
        socket = request.getfixturevalue("engine_process").socket
    mark = f"dockmagic.test=contract{os.getpid()}"
    yield AnyEngine(str(socket), request.param, mark)
    remove_labelled(socket, mark)


@pytest.fixture
def engine(demo: Demo) -> Iterator[Engine]:
    """Return dockmagic's view of the demo."""
    with dockmagic.connect(demo.host) as connected:
        yield connected


class Cli:
    """docker's own command line, on the demo."""

    def __init__(self, host: str, settings: Path) -> None:
        self._host, self._settings = host, settings

    def __call__(self, *arguments: str, code: int = 0, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run `docker ARGUMENTS`; it must end with `code`."""
        home = str(self._settings)
        done = subprocess.run(
            [find("docker"), "--host", self._host, *arguments],
            check=False,
            capture_output=True,
            text=True,
            input=stdin,
            timeout=60,
            env={"PATH": os.environ["PATH"], "HOME": home, "DOCKER_CONFIG": home, "DOCKER_BUILDKIT": "0"},
        )
        assert done.returncode == code, (arguments, done)
        return done

    def lines(self, *arguments: str) -> list[str]:
        """Run it, and give the lines it printed."""
        return self(*arguments).stdout.splitlines()

    def json(self, *arguments: str) -> list[dict[str, Any]]:
        """Run it with `--format {{json .}}`, and read its lines."""
        return [json.loads(line) for line in self.lines(*arguments, "--format", "{{json .}}")]


@pytest.fixture
def cli(demo: Demo, tmp_path: Path) -> Cli:
    """Return docker's own command line on the demo."""
    require(missing("docker"))
    settings = tmp_path / "docker"
    settings.mkdir()
    return Cli(demo.host, settings)


def archive(**files: str) -> bytes:
    """A tar of a few text files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content.encode())
            tar.addfile(entry, io.BytesIO(content.encode()))
    return buffer.getvalue()


_ARCHIVE = archive(busybox="pretended")
