"""What all tests in a browser share: JupyterLab's server, and an engine with somebody who works there."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

import pytest

from tests.browser.dashboard_lab import BROWSER
from tests.browser.servers import jupyterlab
from tests.conftest import REASON, require
from tests.engines.dockerd import Dockerd
from tests.engines.images import import_image
from tests.widgets.dashboards import Host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.servers import Server


@pytest.fixture(scope="session")
def browser() -> None:
    """Skip what needs a browser, where there is none."""
    require(None if BROWSER else "there is no Chromium: apt install chromium")
    for module in ("playwright", "jupyterlab", "voila"):
        require(None if importlib.util.find_spec(module) else f"there is no {module}: pip install {module}")


@pytest.fixture(scope="session")
def jupyter(browser: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run a JupyterLab; each module opens a notebook of its own there."""
    with jupyterlab(tmp_path_factory.mktemp("lab")) as server:
        yield server


@pytest.fixture(scope="session")
def looked_at(pytestconfig: pytest.Config, browser: None) -> Iterator[Host]:
    """Run an engine for all of them, with the image bb:1."""
    require(pytestconfig.stash[REASON])
    with Dockerd() as process:
        import_image(process.socket, "bb:1")
        host = Host(process)
        yield host
        host.empty()


@pytest.fixture(scope="module")
def host(looked_at: Host) -> Host:
    """Return that engine, with nothing of what the modules before have made."""
    docker = looked_at.docker
    looked_at.empty()
    docker("network", "prune", "--force")
    images = {*docker("images", "--format", "{{.Repository}}:{{.Tag}}").split()} - {"bb:1"}
    for kind, there in (("volume", docker("volume", "ls", "-q").split()), ("image", images)):
        if there:
            docker(kind, "rm", *there)
    return looked_at
