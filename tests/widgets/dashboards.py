"""An engine to be looked at in a dashboard, and a front end that is none: it keeps what it is sent."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import dockmagic
from dockmagic.commands.dashboard import _doing
from dockmagic.widgets.dashboard import Dashboard
from tests.engine.scripted import eventually
from tests.engines.programs import find

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.engines.dockerd import Dockerd

__all__ = ["Host", "Seen"]


class Host:
    """An engine, on which somebody else works with docker's own command line."""

    def __init__(self, dockerd: Dockerd) -> None:
        self.dockerd = dockerd

    def docker(self, *arguments: str) -> str:
        """Run `docker ARGUMENTS` there, and return what it printed."""
        command = [find("docker"), "--host", self.dockerd.host, *arguments]
        environ = {"PATH": "/usr/bin:/bin", "DOCKER_CONFIG": str(self.dockerd.directory / "home")}
        return subprocess.run(command, check=True, capture_output=True, text=True, env=environ, timeout=60).stdout

    def run(self, name: str, *flags: str, image: str = "bb:1", command: tuple[str, ...] = ("sleep", "1000")) -> str:
        """Start a container that ends at once when it is told to."""
        self.docker("run", "-d", "--stop-signal", "KILL", "--name", name, *flags, image, *command)
        return name

    def create(self, name: str, *flags: str, image: str = "bb:1", command: tuple[str, ...] = ("sleep", "1000")) -> str:
        """Make such a container, and do not start it."""
        self.docker("create", "--stop-signal", "KILL", "--name", name, *flags, image, *command)
        return name

    def names(self) -> set[str]:
        """The containers that are there."""
        return set(self.docker("ps", "-a", "--format", "{{.Names}}").split())

    def empty(self) -> None:
        """Remove all containers; one that is paused would keep the engine from ending."""
        if ids := self.docker("ps", "-aq").split():
            self.docker("rm", "-f", *ids)


class Seen:
    """A dashboard, and what a page would know of it from the patches alone."""

    def __init__(self, host: str) -> None:
        self.patches: list[dict[str, Any]] = []
        self.sections: dict[str, Any] = {}
        self.rows: dict[str, dict[str, Any]] = {}
        self.order: list[str] = []
        self.samples: dict[str, list[Any]] = {}
        with dockmagic.connect(host) as engine:
            self.dashboard = Dashboard(engine.twin(), _doing(), self._take).start()

    def _take(self, patch: Mapping[str, Any]) -> None:
        assert patch["seq"] == len(self.patches) + 1
        self.patches.append(dict(patch))
        self.sections |= patch.get("sections", {})
        self.rows |= patch.get("rows", {})
        for identity in patch.get("gone", ()):
            del self.rows[identity]
        self.order = patch.get("order", self.order)
        for identity, sample in patch.get("samples", {}).items():
            self.samples.setdefault(identity, []).append(sample)

    def row(self, name: str) -> dict[str, Any]:
        """The row of a container; empty if there is none of that name."""
        return next((row for row in list(self.rows.values()) if row["name"] == name), {})

    def sees(self, condition: Callable[[], object]) -> bool:
        """Whether that is so, sooner or later."""
        return eventually(lambda: bool(condition()))

    def press(self, act: str, *names: str) -> None:
        """Press a button, with these containers selected."""
        self.dashboard.take({"kind": "act", "act": act, "ids": [self.row(name)["id"] for name in names]})

    def messages(self, kind: str) -> list[str]:
        """What it says about what was done (`done`) or went wrong (`error`)."""
        return [each["text"] for each in self.sections.get("messages", ()) if each["kind"] == kind]
