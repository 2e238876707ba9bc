"""Docker Hub has names and a key of its own: a registry with tokens that an engine takes for it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

import dockmagic
from dockmagic.engine.registry_auth import HUB_KEY
from dockmagic.errors import DockMagicError
from tests.commands.private_images import OPERATIONS, Here, Image, login
from tests.conftest import REASON, require
from tests.engines.dockerd import Bridge, Dockerd
from tests.engines.namespace import add_address, free_port
from tests.engines.programs import missing
from tests.engines.registry import PASSWORD, USERNAME, Registry
from tests.engines.tokens import TokenServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.engines.certificates import Authority

ADDRESS = "10.99.0.2"
NAMES = ("registry-1.docker.io", "index.docker.io")


@pytest.fixture(scope="module")
def hub(pytestconfig: pytest.Config, authority: Authority) -> Iterator[Registry]:
    """Run a registry with tokens where Docker Hub would be, for an engine that knows no other address of it."""
    require(pytestconfig.stash[REASON])
    require(missing("docker-registry", "ip"))
    add_address(ADDRESS)
    certificate = authority.server(names=NAMES, addresses=[ADDRESS])
    with (
        TokenServer(authority, host=ADDRESS, port=free_port(ADDRESS)) as tokens,
        Registry(host=ADDRESS, port=443, tls=certificate, tokens=tokens) as server,
    ):
        yield server


@pytest.fixture(scope="module")
def process(hub: Registry, authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dockerd]:
    """Run an engine for which `hub` is Docker Hub."""
    roots = tmp_path_factory.mktemp("roots") / "ca.pem"
    roots.write_bytes(authority.certificate)
    with Dockerd(
        private_network=False,
        bridge=Bridge("dmbr3", "10.222.3.1/24"),
        hosts=dict.fromkeys(NAMES, ADDRESS),
        environ={"SSL_CERT_FILE": str(roots)},
    ) as engine:
        yield engine


@pytest.fixture
def image(process: Dockerd, hub: Registry) -> Iterator[Image]:
    """Return an image that Docker Hub shows to its owner alone; no other test sees this engine."""
    with dockmagic.connect(process.host) as engine:
        made = Image(engine, process, hub, f"dockmagic.test={uuid.uuid4().hex}", hub=True)
        made.fill()
        yield made


def auths(here: Here) -> None:
    """What `docker login` without a name of a registry writes; an entry of the name itself is another one's."""
    here.settings(auths={HUB_KEY: login(), "docker.io": login(password="open-poppy")})


def store(here: Here) -> None:
    """A helper for everything."""
    here.helper(HUB_KEY, USERNAME, PASSWORD)
    here.settings(credsStore="dmt")


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("way", [auths, store], ids=lambda way: way.__name__)
def test_docker_hub_is_shown_what_its_key_has(
    image: Image,
    isolated: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    way: Callable[[Here], object],
    operation: str,
) -> None:
    """A name without a registry in front is Docker Hub's."""
    way(Here(isolated, tmp_path / "helper", monkeypatch))
    image.do(operation)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_without_credentials_it_says_how_to_log_in(image: Image, operation: str) -> None:
    """Without a name of a registry."""
    with pytest.raises(DockMagicError) as caught:
        image.do(operation)
    assert caught.value.hint == "There are no credentials for Docker Hub. In a terminal: docker login"
