"""`push`: to real registries on loopback, one of which wants a password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import dockmagic
from dockmagic import push
from dockmagic.errors import EngineFault, NotFound, ProtocolError, PushError, UsageError
from tests.commands.scripted_engine import engine_that_says
from tests.commands.transferred import log_in, make_image

if TYPE_CHECKING:
    from pathlib import Path

    from IPython.core.interactiveshell import InteractiveShell

    from dockmagic import Engine
    from tests.conftest import DockerCli
    from tests.engines.dockerd import Dockerd
    from tests.engines.registry import Registry


@pytest.fixture
def image(engine_process: Dockerd, registry: Registry, label: str) -> str:
    """Return a new image that the registry does not have yet."""
    reference = f"{registry.address}/dmt/pushed:1"
    make_image(engine_process, reference, label, size=3_000_000)
    return reference


def test_it_sends_an_image_and_tells_its_digest(engine: Engine, image: str, docker_cli: DockerCli) -> None:
    """By the digest docker then pulls the same image; the lines are those that docker prints."""
    lines: list[str] = []
    frame = push(engine, image, on_progress=lines.append)
    row = frame.iloc[0]
    repository = image.removesuffix(":1")
    identity, size = docker_cli("inspect", "--format", "{{.Id}} {{.Size}}", image).split()
    assert (row["reference"], f"sha256:{row['id']}", row["size"]) == (image, identity[:19], int(size))
    assert lines[0] == f"The push refers to repository [{repository}]"
    assert lines[-1] == row["status"]
    assert row["status"].startswith(f"1: digest: {row['digest']} size: ")
    docker_cli("rmi", image)
    docker_cli("pull", f"{repository}@{row['digest']}")
    assert docker_cli("inspect", "--format", "{{.Id}}", f"{repository}@{row['digest']}").strip() == identity


def test_dockers_own_push_has_the_same_digest(engine: Engine, image: str, docker_cli: DockerCli) -> None:
    """And says that the layer is there."""
    digest = push(engine, image, quiet=True)["digest"][0]
    printed = docker_cli("push", image)
    assert f"1: digest: {digest} size: " in printed
    assert "Layer already exists" in printed


def test_without_a_tag_it_is_latest(engine: Engine, image: str, docker_cli: DockerCli) -> None:
    """As docker."""
    repository = image.removesuffix(":1")
    docker_cli("tag", image, repository)
    assert list(push(engine, repository, quiet=True)["reference"]) == [f"{repository}:latest"]


def test_every_tag_is_sent_and_is_a_row(
    engine: Engine, engine_process: Dockerd, registry: Registry, docker_cli: DockerCli, label: str
) -> None:
    """-a."""
    repository = f"{registry.address}/dmt/pushed-every"
    for tag in ("1", "2"):
        make_image(engine_process, f"{repository}:{tag}", label)
    frame = push(engine, repository, all_tags=True, quiet=True).sort_values("reference")
    assert list(frame["reference"]) == [f"{repository}:1", f"{repository}:2"]
    for row in frame.itertuples():
        assert f"{repository}@{row.digest}" in docker_cli("inspect", "--format", "{{.RepoDigests}}", str(row.reference))


@pytest.fixture
def kept(engine_process: Dockerd, private_registry: Registry, label: str) -> str:
    """Return an image whose registry wants a password."""
    reference = f"{private_registry.address}/dmt/pushed:1"
    make_image(engine_process, reference, label)
    return reference


def test_a_registry_is_shown_what_docker_login_left(engine: Engine, kept: str, isolated: Path) -> None:
    """From config.json."""
    log_in(isolated, kept.partition("/")[0])
    assert push(engine, kept, quiet=True)["digest"][0].startswith("sha256:")


def test_without_credentials_it_says_where_to_log_in(engine: Engine, kept: str) -> None:
    """The reply's status is 200; the error comes among the progress."""
    host = kept.partition("/")[0]
    with pytest.raises(PushError, match="no basic auth credentials") as caught:
        push(engine, kept, quiet=True)
    assert caught.value.hint == f"There are no credentials for {host}. In a terminal: docker login {host}"
    assert isinstance(caught.value, EngineFault)


def test_with_a_wrong_password_it_says_so_and_not_which(engine: Engine, kept: str, isolated: Path) -> None:
    """Neither the message nor the hint has it."""
    host = kept.partition("/")[0]
    log_in(isolated, host, password="open-poppy")
    with pytest.raises(PushError, match="unauthorized") as caught:
        push(engine, kept, quiet=True)
    assert (
        caught.value.hint
        == f"The credentials for {host} are not enough, or not right. In a terminal: docker login {host}"
    )
    assert "poppy" not in str(caught.value)


def test_an_image_that_is_missing_is_told_with_the_nearest_one(engine: Engine, image: str) -> None:
    """A tag, and a whole repository; also of every tag."""
    with pytest.raises(NotFound, match="no image") as caught:
        push(engine, image.replace("dmt/pushed:1", "dmt/pushed:11"), quiet=True)
    assert f"Did you mean {image}?" in caught.value.hint
    with pytest.raises(NotFound, match="no image"):
        push(engine, "127.0.0.1:5000/dmt/nobody", quiet=True)
    with pytest.raises(NotFound, match="no image"):
        push(engine, "127.0.0.1:5000/dmt/nobody", all_tags=True, quiet=True)


def test_a_name_without_a_registry_is_docker_hubs(engine: Engine) -> None:
    """Which often nobody meant; from here it cannot be reached."""
    with pytest.raises(PushError) as caught:
        push(engine, "bb:1", quiet=True)
    assert caught.value.hint == "bb:1 is a name at Docker Hub. To push it elsewhere: %dtag bb:1 HOST/bb:1"


def test_what_docker_hub_refuses_needs_a_login_or_another_name() -> None:
    """Its own words, and both ways out."""
    words = "denied: requested access to the resource is denied"
    with engine_that_says({"errorDetail": {"message": words}}) as (engine, _):
        with pytest.raises(PushError, match=words) as caught:
            push(engine, "web", quiet=True, environ={})
    assert "%dtag web:latest HOST/web:latest" in caught.value.hint
    assert caught.value.hint.endswith("There are no credentials for Docker Hub. In a terminal: docker login")


@pytest.mark.parametrize(
    ("reference", "options", "words"),
    [
        ("", {}, "is no name of an image"),
        ("shop/UP", {}, "'shop/UP' can be no name of an image"),
        ("a" * 64, {}, "can be no name of an image"),
        (f"web@sha256:{'0' * 64}", {}, "has a digest, which comes of pushing"),
        ("web:1", {"all_tags": True}, "-a is every tag, and 'web:1' names one"),
        ("web:1", {"platform": "linux/arm64"}, "--platform needs API 1.46"),
    ],
)
def test_what_cannot_be_right_is_refused(engine: Engine, reference: str, options: dict[str, Any], words: str) -> None:
    """Before anything is asked for."""
    with pytest.raises(UsageError, match=words):
        push(engine, reference, **options)


def test_an_end_without_a_digest_is_no_success() -> None:
    """The reply's status says nothing."""
    with engine_that_says({"status": "The push refers to repository [web]"}) as (engine, _):
        with pytest.raises(ProtocolError, match="neither a digest nor an error"):
            push(engine, "host:5000/web", quiet=True, environ={})


def test_as_a_magic_it_gives_the_frame(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch, engine_process: Dockerd, image: str
) -> None:
    """`image push` is the same."""
    monkeypatch.setenv("DOCKER_HOST", engine_process.host)
    dockmagic.load_ipython_extension(shell)
    assert list(shell.run_line_magic("dpush", f"-q {image}")["reference"]) == [image]
    assert list(shell.run_line_magic("dimage", f"push -q {image}")["reference"]) == [image]
