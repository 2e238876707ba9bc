"""Private images of the tests: who is logged in where, and what can be done with an image that needs it."""

from __future__ import annotations

import json
import uuid
from base64 import b64encode
from typing import TYPE_CHECKING, Any

from dockmagic import build, pull, push
from tests.commands.transferred import make_image, tar_of
from tests.engines.helper import Helper
from tests.engines.registry import PASSWORD, USERNAME

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from dockmagic import Engine
    from tests.engines.dockerd import Dockerd
    from tests.engines.registry import Registry

__all__ = ["OPERATIONS", "Here", "Image", "login"]

OPERATIONS = ("pull", "push", "classic", "buildkit")
"""What `Image.do` can do; the last two are builds."""


def login(user: str = USERNAME, password: str = PASSWORD) -> dict[str, str]:
    """What `docker login` writes."""
    return {"auth": b64encode(f"{user}:{password}".encode()).decode()}


class Here:
    """A home directory with docker's settings, and a credential helper within reach."""

    def __init__(self, home: Path, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._home, self._directory, self._monkeypatch = home, directory, monkeypatch

    def settings(self, **settings: Any) -> None:
        """Write config.json."""
        (self._home / ".docker").mkdir(exist_ok=True)
        (self._home / ".docker" / "config.json").write_text(json.dumps(settings))

    def helper(self, server: str, user: str, secret: str) -> Helper:
        """Put docker-credential-dmt on the PATH, which knows one registry."""
        helper = Helper(self._directory, "dmt", {server: (user, secret)})
        self._monkeypatch.setenv("PATH", helper.search_path)
        return helper


class Image:
    """An image in a registry, of a name that nothing else has, and what one can do with it."""

    def __init__(
        self, engine: Engine, process: Dockerd, registry: Registry, label: str, *, folder: str = "", hub: bool = False
    ) -> None:
        """`folder` begins its name, and ends with a slash; `hub` has the registry called Docker Hub."""
        self.engine, self._process, self._label = engine, process, label
        self.name = f"{folder}dmt/{uuid.uuid4().hex}:1"
        self.reference = self.name if hub else f"{registry.address}/{self.name}"
        self._registry = registry

    def fill(self) -> None:
        """Put it into the registry."""
        archive = tar_of({"base": self.name.encode()})
        self._registry.push(self._process, self.name, archive=archive, logged_in=True)

    def do(self, operation: str) -> None:
        """Pull it, push it, or build on it with one of the builders."""
        if operation == "pull":
            pull(self.engine, self.reference, quiet=True)
        elif operation == "push":
            make_image(self._process, self.reference, self._label)
            push(self.engine, self.reference, quiet=True)
        else:
            dockerfile = f"FROM {self.reference}\nENV BUILT={uuid.uuid4().hex}\n"
            build(self.engine, dockerfile=dockerfile, builder=operation, labels=[self._label], progress="none")
