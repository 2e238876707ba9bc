"""Private images of real registries with TLS, one with a password, one with bearer tokens: pull, push and builds."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from dockmagic import images
from dockmagic.errors import BuildError, NotFound, PullError, PushError
from tests.commands.private_images import OPERATIONS, Here, Image, login
from tests.engines.registry import PASSWORD, TLS_ADDRESS, USERNAME, Registry
from tests.engines.tokens import FORBIDDEN, IDENTITY, PUBLIC

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from dockmagic import Engine
    from dockmagic.errors import DockMagicError
    from tests.conftest import DockerCli
    from tests.engines.certificates import Authority
    from tests.engines.dockerd import Dockerd

WRONG = "open-poppy"


@pytest.fixture
def here(isolated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Here:
    """Return the settings of this test alone."""
    return Here(isolated, tmp_path / "helper", monkeypatch)


@pytest.fixture(params=["password", "token"])
def registry(request: pytest.FixtureRequest) -> Registry:
    """Return a registry that is empty at first, once of each kind."""
    server: Registry = request.getfixturevalue(f"{request.param}_registry")
    return server


@pytest.fixture
def image(
    engine: Engine, engine_process: Dockerd, registry: Registry, label: str, docker_cli: DockerCli
) -> Iterator[Image]:
    """Return an image that is in the registry alone."""
    made = Image(engine, engine_process, registry, label)
    made.fill()
    yield made
    if made.reference in docker_cli("images", "--format", "{{.Repository}}:{{.Tag}}").split():
        docker_cli("rmi", "--force", made.reference)


def auths(here: Here, registry: str) -> None:
    """User and password, in base64."""
    here.settings(auths={registry: login()})


def store(here: Here, registry: str) -> None:
    """One helper for all registries."""
    here.helper(registry, USERNAME, PASSWORD)
    here.settings(credsStore="dmt", auths={registry: {}})


def helpers(here: Here, registry: str) -> None:
    """A helper for this registry alone; what the file has for it is not right any more."""
    here.helper(registry, USERNAME, PASSWORD)
    here.settings(credHelpers={registry: "dmt"}, auths={registry: login(password=WRONG)})


def identity(here: Here, registry: str) -> None:
    """A token that stands for a password."""
    here.settings(auths={registry: {"identitytoken": IDENTITY}})


def kept_identity(here: Here, registry: str) -> None:
    """The same, kept by a helper."""
    here.helper(registry, "<token>", IDENTITY)
    here.settings(credHelpers={registry: "dmt"})


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("way", [auths, store, helpers], ids=lambda way: way.__name__)
def test_a_registry_is_shown_what_docker_login_left(
    image: Image, registry: Registry, here: Here, way: Callable[[Here, str], None], operation: str
) -> None:
    """In config.json, or with a credential helper: everything that needs it has it."""
    way(here, registry.address)
    image.do(operation)


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("way", [identity, kept_identity], ids=lambda way: way.__name__)
def test_an_identity_token_is_changed_for_one_of_the_registry(
    engine: Engine,
    engine_process: Dockerd,
    token_registry: Registry,
    label: str,
    here: Here,
    way: Callable[[Here, str], None],
    operation: str,
) -> None:
    """By a POST of OAuth 2, which never sees a password."""
    image = Image(engine, engine_process, token_registry, label)
    image.fill()
    way(here, token_registry.address)
    assert token_registry.tokens is not None
    token_registry.tokens.calls.clear()
    image.do(operation)
    assert "POST refresh_token" in token_registry.tokens.calls
    assert f"GET {USERNAME}" not in token_registry.tokens.calls


@pytest.mark.parametrize("operation", ["pull", "classic", "buildkit"])
def test_a_helper_that_knows_nothing_of_a_registry_means_nobody(
    engine: Engine, engine_process: Dockerd, token_registry: Registry, label: str, here: Here, operation: str
) -> None:
    """Who may have what everybody may have."""
    image = Image(engine, engine_process, token_registry, label, folder=PUBLIC)
    image.fill()
    helper = here.helper("other.example", USERNAME, PASSWORD)
    here.settings(credsStore="dmt")
    image.do(operation)
    asked = "list unused" if operation == "classic" else f"get {token_registry.address}"
    assert asked in helper.asked


ERRORS = {"pull": PullError, "push": PushError, "classic": BuildError, "buildkit": BuildError}


def refused(image: Image, operation: str, kind: type[DockMagicError] | None = None) -> DockMagicError:
    """The error, which is two lines that hold no secret."""
    with pytest.raises(kind or ERRORS[operation]) as caught:
        image.do(operation)
    error = cast("DockMagicError", caught.value)
    assert len(str(error).splitlines()) == 2
    told = f"{error} {error!r} {vars(error)!r} {error.__cause__}"
    for secret in (PASSWORD, WRONG, IDENTITY, login()["auth"], login(password=WRONG)["auth"]):
        assert secret not in told
    return error


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_wrong_password_is_an_error_that_says_where_to_log_in(
    image: Image, registry: Registry, here: Here, operation: str
) -> None:
    """And not which one it was."""
    here.settings(auths={registry.address: login(password=WRONG)})
    error = refused(image, operation)
    assert any(word in error.message for word in ("unauthorized", "401 Unauthorized"))
    assert error.hint == (
        f"The credentials for {registry.address} are not enough, or not right. "
        f"In a terminal: docker login {registry.address}"
    )


@pytest.mark.parametrize("operation", OPERATIONS)
def test_without_credentials_it_says_where_to_log_in(
    image: Image, registry: Registry, here: Here, operation: str
) -> None:
    """What a registry does not show to everybody is for some of them as if it were not there."""
    error = refused(image, operation, NotFound if operation == "pull" and registry.tokens else None)
    assert error.hint == (
        f"There are no credentials for {registry.address}. In a terminal: docker login {registry.address}"
    )


@pytest.fixture
def token_image(engine: Engine, engine_process: Dockerd, token_registry: Registry, label: str) -> Image:
    """Return an image that is in the registry with tokens alone."""
    image = Image(engine, engine_process, token_registry, label)
    image.fill()
    return image


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_identity_token_that_was_taken_back_is_an_error(
    token_image: Image, token_registry: Registry, here: Here, operation: str
) -> None:
    """Somebody has logged it out, say."""
    here.settings(auths={token_registry.address: {"identitytoken": WRONG}})
    error = refused(token_image, operation)
    assert "nauthorized" in error.message
    assert error.hint.startswith(f"The credentials for {token_registry.address} are not enough, or not right.")


@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_one_may_not_have_is_an_error(
    engine: Engine, engine_process: Dockerd, token_registry: Registry, label: str, here: Here, operation: str
) -> None:
    """The token that comes is good for nothing."""
    image = Image(engine, engine_process, token_registry, label, folder=FORBIDDEN)
    here.settings(auths={token_registry.address: login()})
    error = refused(image, operation, NotFound if operation == "pull" else None)
    assert "denied" in error.message
    assert error.hint.startswith(f"The credentials for {token_registry.address} are not enough, or not right.")


@pytest.mark.parametrize("operation", ["pull", "classic", "buildkit"])
def test_what_the_registry_does_not_have_is_an_error(
    engine: Engine, engine_process: Dockerd, registry: Registry, label: str, here: Here, operation: str
) -> None:
    """A name that nobody has pushed."""
    here.settings(auths={registry.address: login()})
    image = Image(engine, engine_process, registry, label)
    error = refused(image, operation, NotFound if operation == "pull" else None)
    assert "not found" in error.message
    assert error.hint == f"{registry.address} has no such name or tag: is one of them misspelled?"


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_certificate_that_the_engine_does_not_know_is_an_error(
    engine: Engine,
    engine_process: Dockerd,
    stranger: Registry,
    label: str,
    here: Here,
    operation: str,
) -> None:
    """The engine talks to registries, so it is there that somebody has to trust."""
    here.settings(auths={stranger.address: login()})
    error = refused(Image(engine, engine_process, stranger, label), operation)
    assert "x509: certificate signed by unknown authority" in error.message
    assert f"/etc/docker/certs.d/{stranger.address}/ca.crt" in error.hint


@pytest.fixture(scope="module")
def stranger(password_registry: Registry, authority: Authority) -> Iterator[Registry]:
    """Run a registry whose certificate the engine was not told to trust."""
    with Registry(host=TLS_ADDRESS, tls=authority.server(addresses=[TLS_ADDRESS]), password=True) as server:
        yield server


def test_dockers_own_client_gets_in_too(
    token_image: Image, token_registry: Registry, here: Here, docker_cli: DockerCli
) -> None:
    """With a name and a password: the registries of these tests are such as docker knows."""
    docker_cli("login", "--username", USERNAME, "--password-stdin", token_registry.address, stdin=PASSWORD)
    docker_cli("pull", token_image.reference)
    assert list(images(token_image.engine, token_image.reference)["tag"]) == ["1"]
    docker_cli("logout", token_registry.address)
    docker_cli("rmi", token_image.reference)
