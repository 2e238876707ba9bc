"""`pull`: from a real registry on loopback, which is Docker Hub for the test engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockmagic import images, pull
from dockmagic.errors import APIError, EngineFault, NotFound, UsageError

if TYPE_CHECKING:
    from dockmagic import Engine
    from tests.conftest import DockerCli
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


def test_a_registry_that_is_down_is_the_engines_fault(engine: Engine) -> None:
    """The engine says which address refused."""
    with pytest.raises(EngineFault, match="connection refused"):
        pull(engine, "127.0.0.1:5998/library/busybox", quiet=True)


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
