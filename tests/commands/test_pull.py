"""`pull`: from a real registry on loopback, which is Docker Hub for the test engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import dockmagic
from dockmagic import images, pull
from dockmagic.errors import APIError, EngineFault, NotFound, ProtocolError, PullError, UsageError
from tests.commands.scripted_engine import engine_that_says
from tests.commands.transferred import log_in, make_image

if TYPE_CHECKING:
    from pathlib import Path

    from IPython.core.interactiveshell import InteractiveShell

    from dockmagic import Engine
    from tests.conftest import DockerCli
    from tests.engines.dockerd import Dockerd
    from tests.engines.registry import Registry

LOCAL = "127.0.0.1:5000/library/busybox"


@pytest.fixture
def absent(docker_cli: DockerCli, registry: Registry) -> None:
    """Have none of the registry's images in the engine."""
    for reference in ("busybox:latest", f"{LOCAL}:latest"):
        if reference in docker_cli("images", "--format", "{{.Repository}}:{{.Tag}}").split():
            docker_cli("rmi", reference)


def test_it_fetches_an_image_and_tells_what_it_is(engine: Engine, absent: None) -> None:
    """One row, and a line for every layer that is done."""
    lines: list[str] = []
    frame = pull(engine, "busybox", on_progress=lines.append)
    row = frame.iloc[0]
    assert row["reference"] == "busybox:latest"
    assert row["status"] == "Downloaded newer image for busybox:latest"
    assert row["digest"].startswith("sha256:")
    image = images(engine).query("repository == 'busybox'").iloc[0]
    assert (row["id"], row["size"], row["digest"]) == (image["id"], image["size"], image["digest"])
    assert any(line.endswith((": Pull complete", ": Already exists")) for line in lines)
    assert lines[-1] == f"Status: {row['status']}"


def test_a_second_time_it_is_up_to_date(engine: Engine, absent: None) -> None:
    """And says so."""
    pull(engine, "busybox", quiet=True)
    assert list(pull(engine, "busybox", quiet=True)["status"]) == ["Image is up to date for busybox:latest"]


def test_quiet_prints_nothing(engine: Engine, absent: None, capsys: pytest.CaptureFixture[str]) -> None:
    """-q."""
    pull(engine, f"{LOCAL}:latest", quiet=True)
    assert capsys.readouterr().out == ""


def test_a_digest_names_an_image_exactly(engine: Engine, absent: None) -> None:
    """NAME@sha256:..."""
    digest = pull(engine, LOCAL, quiet=True)["digest"][0]
    again = pull(engine, f"{LOCAL}@{digest}", quiet=True)
    assert list(again["reference"]) == [f"{LOCAL}@{digest}"]
    assert list(again["digest"]) == [digest]


def test_what_the_registry_does_not_have_is_not_found(engine: Engine, registry: Registry) -> None:
    """In the registry's own words."""
    with pytest.raises(NotFound, match="not found"):
        pull(engine, f"{LOCAL}:nobody", quiet=True)


def test_a_registry_that_is_down_is_an_error_of_the_pull(engine: Engine) -> None:
    """The engine says which address refused; who reads it may have tried from this machine."""
    with pytest.raises(PullError, match="connection refused") as caught:
        pull(engine, "127.0.0.1:5998/library/busybox", quiet=True)
    assert isinstance(caught.value, EngineFault)
    assert caught.value.status == 500
    assert caught.value.hint == (
        "It is the engine, not this machine, that could not talk to 127.0.0.1:5998: look from there."
    )


def test_every_tag_is_fetched_and_is_a_row(
    engine: Engine, engine_process: Dockerd, registry: Registry, docker_cli: DockerCli, label: str
) -> None:
    """-a: ids, digests and sizes are those of the images; the registry has the tags in an order of its own."""
    repository = f"{registry.address}/dmt/every"
    ids = {f"{repository}:{tag}": make_image(engine_process, f"{repository}:{tag}", label) for tag in ("1", "2", "x")}
    for reference in ids:
        docker_cli("push", reference)
        docker_cli("rmi", reference)
    lines: list[str] = []
    frame = pull(engine, repository, all_tags=True, on_progress=lines.append).sort_values("reference")
    assert list(frame["reference"]) == sorted(ids)
    told = [
        docker_cli("inspect", "--format", "{{.Id}} {{.Size}} {{index .RepoDigests 0}}", each) for each in sorted(ids)
    ]
    assert [f"sha256:{row.id} {row.size} {repository}@{row.digest}" for row in frame.itertuples()] == [
        f"{text.split()[0][:19]} {text.split()[1]} {text.split()[2]}" for text in told
    ]
    assert set(frame["status"]) == {f"Downloaded newer image for {repository}"}
    assert sum(line.endswith(": Pull complete") for line in lines) == 3


def test_every_tag_of_one_tag_is_refused(engine: Engine) -> None:
    """As docker does; nothing is asked for."""
    with pytest.raises(UsageError, match="-a is every tag, and 'busybox:1' names one"):
        pull(engine, "busybox:1", all_tags=True)


@pytest.fixture
def kept_image(engine_process: Dockerd, private_registry: Registry, docker_cli: DockerCli, label: str) -> str:
    """Return an image that only the private registry has."""
    reference = f"{private_registry.address}/dmt/kept:1"
    private_registry.push(engine_process, "dmt/kept:1", logged_in=True)
    return reference


def test_a_registry_is_shown_what_docker_login_left(
    engine: Engine, kept_image: str, isolated: Path, docker_cli: DockerCli
) -> None:
    """From config.json."""
    log_in(isolated, kept_image.partition("/")[0])
    frame = pull(engine, kept_image, quiet=True)
    docker_cli("rmi", kept_image)
    assert list(frame["reference"]) == [kept_image]


def test_without_credentials_it_says_where_to_log_in(engine: Engine, kept_image: str) -> None:
    """In the second line."""
    registry = kept_image.partition("/")[0]
    with pytest.raises(PullError, match="no basic auth credentials") as caught:
        pull(engine, kept_image, quiet=True)
    assert caught.value.hint == f"There are no credentials for {registry}. In a terminal: docker login {registry}"


def test_with_a_wrong_password_it_says_so_and_not_which(engine: Engine, kept_image: str, isolated: Path) -> None:
    """Neither the message nor the hint has it."""
    registry = kept_image.partition("/")[0]
    log_in(isolated, registry, password="open-poppy")
    with pytest.raises(PullError, match="unauthorized") as caught:
        pull(engine, kept_image, quiet=True)
    assert caught.value.hint.startswith(f"The credentials for {registry} are not enough, or not right.")
    assert "poppy" not in str(caught.value)


def test_an_error_among_the_progress_is_raised() -> None:
    """The reply's status was 200."""
    with engine_that_says({"errorDetail": {"message": "toomanyrequests: slow down"}}) as (engine, _):
        with pytest.raises(PullError, match="toomanyrequests: slow down") as caught:
            pull(engine, "web:1", quiet=True)
    assert caught.value.status == 500


def test_what_is_not_found_among_the_progress_is_not_found() -> None:
    """As where the status says so."""
    with engine_that_says({"error": "manifest for web:1 not found: manifest unknown"}) as (engine, _):
        with pytest.raises(NotFound, match="manifest unknown"):
            pull(engine, "web:1", quiet=True)


def test_progress_that_is_none_is_no_engines() -> None:
    """ProtocolError."""
    with engine_that_says(["Pulling"]) as (engine, _):
        with pytest.raises(ProtocolError, match="the engine reports progress as list"):
            pull(engine, "web:1", quiet=True)


def test_the_platform_is_the_one_of_the_environment_unless_one_is_given() -> None:
    """DOCKER_DEFAULT_PLATFORM, as docker reads it."""
    environ = {"DOCKER_DEFAULT_PLATFORM": "linux/s390x"}
    with engine_that_says({"status": "Status: done"}, {"Id": "sha256:1"}) as (engine, asked):
        pull(engine, "web:1", quiet=True, environ=environ)
    with engine_that_says({"status": "Status: done"}, {"Id": "sha256:1"}) as (engine, again):
        pull(engine, "web:1", quiet=True, environ=environ, platform="linux/arm64")
    assert "platform=linux%2Fs390x" in asked[0]
    assert "platform=linux%2Farm64" in again[0]


def test_as_a_magic_it_prints_lines_and_gives_the_frame(
    shell: InteractiveShell,
    monkeypatch: pytest.MonkeyPatch,
    engine_process: Dockerd,
    absent: None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In a terminal; `image pull` is the same."""
    monkeypatch.setenv("DOCKER_HOST", engine_process.host)
    dockmagic.load_ipython_extension(shell)
    frame = shell.run_line_magic("dimage", f"pull {LOCAL}:latest")
    assert list(frame["reference"]) == [f"{LOCAL}:latest"]
    assert capsys.readouterr().out.splitlines()[-1].startswith("Status: ")
    assert list(shell.run_line_magic("dpull", f"-q {LOCAL}:latest")["status"]) == [
        f"Image is up to date for {LOCAL}:latest"
    ]
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("reference", ["", " ", ":tag", "@sha256:abc"])
def test_an_empty_name_is_refused_before_any_request(engine: Engine, reference: str) -> None:
    """It would otherwise be a request for nothing."""
    with pytest.raises(UsageError, match="is no name of an image"):
        pull(engine, reference)


@pytest.mark.parametrize("reference", ["a b", "../etc", "x" * 10_000])
def test_a_name_that_no_image_can_have_is_refused_by_the_engine(engine: Engine, reference: str) -> None:
    """With its own words."""
    with pytest.raises(APIError, match=r"invalid reference format|repository name"):
        pull(engine, reference, quiet=True)
