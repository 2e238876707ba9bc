"""Builds of the tests: contexts written from names and contents, and images that go when the test ends."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dockmagic import build
from dockmagic.feeds.build_lines import BuildLines

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from dockmagic import Engine
    from tests.conftest import DockerCli


class Context:
    """Writes files into a directory, a build's context."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, dockerfile: str = "", /, **files: str) -> str:
        """Write a Dockerfile, unless it is empty, and `files`, in whose names __ is a dot; return the directory."""
        self.path.mkdir(exist_ok=True)
        for name, content in {"Dockerfile": dockerfile, **files}.items():
            if content or name != "Dockerfile":
                (self.path / name.replace("__", ".")).write_text(content)
        return str(self.path)


class Made:
    """Builds with one builder, and keeps the lines that were told meanwhile."""

    def __init__(self, engine: Engine, builder: str, label: str) -> None:
        self.engine = engine
        self.builder = builder
        self.lines: list[str] = []
        self._label = label

    @property
    def buildkit(self) -> bool:
        """Whether it is BuildKit."""
        return self.builder == "buildkit"

    def __call__(self, where: str | None = None, dockerfile: str | None = None, **options: Any) -> pd.DataFrame:
        """What `build` returns; the image carries the test's label."""
        labels = [self._label, *options.pop("labels", ())]
        self.lines.clear()
        watcher = BuildLines(self.lines.append)
        options = {"builder": self.builder, "watcher": watcher, **options}
        return build(self.engine, where, dockerfile=dockerfile, labels=labels, **options)

    @property
    def printed(self) -> list[str]:
        """What the steps wrote; indented lines that say how a step ended are among it."""
        return [line.strip() for line in self.lines if line.startswith("    ")]


def image_config(docker_cli: DockerCli, name: str) -> dict[str, Any]:
    """What docker tells of an image."""
    (found,) = json.loads(docker_cli("image", "inspect", name))
    return dict(found)


def older_than_23(engine: Engine) -> bool:
    """Whether the engine is older than Docker 23."""
    return tuple(map(int, engine.api_version.split("."))) < (1, 42)
