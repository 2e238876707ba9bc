"""What the tests of commands share: dockmagic connected to the test engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import dockmagic
from tests.commands.builds import Context, Made
from tests.commands.prunable_mixture import Host
from tests.conftest import PASSWORD_REGISTRY, REASON, TOKEN_REGISTRY, require
from tests.engines.dockerd import Dockerd
from tests.engines.namespace import add_address, free_port
from tests.engines.programs import missing
from tests.engines.registry import TLS_ADDRESS, Registry
from tests.engines.tokens import TokenServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from dockmagic import Engine
    from tests.conftest import DockerCli
    from tests.engines.certificates import Authority


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


@pytest.fixture(scope="session")
def private_registry(engine_process: Dockerd) -> Iterator[Registry]:
    """Run an empty registry beside `engine_process` that lets in one user with a password."""
    require(missing("docker-registry"))
    with Registry(password=True) as server:
        yield server


@pytest.fixture(scope="session")
def password_registry(engine_process: Dockerd, authority: Authority) -> Iterator[Registry]:
    """Run an empty registry with TLS that lets in one user with a password."""
    require(missing("docker-registry", "ip"))
    add_address(TLS_ADDRESS)
    port = int(PASSWORD_REGISTRY.rpartition(":")[2])
    with Registry(host=TLS_ADDRESS, port=port, tls=authority.server(addresses=[TLS_ADDRESS]), password=True) as server:
        yield server


@pytest.fixture(scope="session")
def token_registry(engine_process: Dockerd, authority: Authority) -> Iterator[Registry]:
    """Run an empty registry with TLS that lets in whoever has a token of its token server, and that server."""
    require(missing("docker-registry", "ip"))
    add_address(TLS_ADDRESS)
    port = int(TOKEN_REGISTRY.rpartition(":")[2])
    with (
        TokenServer(authority, host=TLS_ADDRESS, port=free_port(TLS_ADDRESS)) as tokens,
        Registry(host=TLS_ADDRESS, port=port, tls=authority.server(addresses=[TLS_ADDRESS]), tokens=tokens) as server,
    ):
        yield server


@pytest.fixture(scope="module")
def prune_host(pytestconfig: pytest.Config) -> Iterator[Host]:
    """Run an engine for the prunes of one module: without filters they remove what anybody made."""
    require(pytestconfig.stash[REASON])
    with Dockerd() as process:
        host = Host(process.socket)
        yield host
        host.empty()  # a paused container would keep the engine from ending


@pytest.fixture(params=["buildkit", "classic"])
def made(request: pytest.FixtureRequest, engine: Engine, label: str) -> Made:
    """Return a function that builds, once with each builder; what it makes goes when the test ends."""
    return Made(engine, request.param, label)


@pytest.fixture
def context(tmp_path: Path) -> Context:
    """Return a function that writes a build context from names and contents; it returns its path."""
    return Context(tmp_path / "context")
