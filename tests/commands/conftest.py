"""What the tests of commands share: dockmagic connected to the test engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import dockmagic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockmagic import Engine
    from tests.conftest import DockerCli
    from tests.engines.dockerd import Dockerd


@pytest.fixture
def engine(engine_process: Dockerd) -> Iterator[Engine]:
    """Return dockmagic's view of the test engine, over its unix socket."""
    with dockmagic.connect(engine_process.host) as connected:
        yield connected


@pytest.fixture
def write(docker_cli: DockerCli, label: str) -> Callable[..., str]:
    """Return a function that runs a container (name, script, flags) to its end; it returns the name."""

    def run(name: str, script: str, *flags: str) -> str:
        docker_cli("create", "--label", label, "--name", name, *flags, "bb:1", "sh", "-c", script)
        docker_cli("start", name)
        docker_cli("wait", name)
        return name

    return run
