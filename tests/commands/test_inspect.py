"""`inspect`: docker's own JSON, with secrets masked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from dockmagic import inspect
from dockmagic.errors import NotFound, UsageError
from tests.engines.builds import buildkit_image, forget_builds
from tests.engines.images import import_image
from tests.engines.programs import client_version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockmagic import Engine
    from tests.conftest import DockerCli
    from tests.engines.dockerd import Dockerd


@pytest.fixture
def things(docker_cli: DockerCli, label: str) -> str:
    """Make a container, a volume and a network that are all named dmt-thing, and return the name."""
    docker_cli("volume", "create", "--label", label, "dmt-thing")
    docker_cli("network", "create", "--label", label, "dmt-thing")
    docker_cli("create", "--name", "dmt-thing", "--label", label, "-e", "DB_PASSWORD=hunter2", "-e", "A=1", "bb:1")
    return "dmt-thing"


@pytest.mark.parametrize("kind", ["container", "network", "volume"])
def test_it_agrees_with_the_docker_command_line(engine: Engine, docker_cli: DockerCli, things: str, kind: str) -> None:
    """All that docker shows, key by key."""
    (theirs,) = json.loads(docker_cli(kind, "inspect", things))
    row = inspect(engine, things, type=kind, show_secrets=True).iloc[0]
    same = {key: value for key, value in theirs.items() if key in row["raw"]}
    assert {key: row["raw"][key] for key in same} == same
    assert len(same) > 5
    assert (row["name"], row["kind"]) == (things, kind)


@pytest.fixture
def images(engine_process: Dockerd, docker_cli: DockerCli) -> Iterator[list[str]]:
    """Build an image of several instructions, and take the name from another one; return the name and the id."""
    buildkit_image(engine_process.socket, "dmt/thing:1", "FROM bb:1\nLABEL made=here\nENV A=1\nUSER nobody\nCMD true\n")
    docker_cli("tag", "dmt/thing:1", "dmt/thing:again")
    nameless = import_image(engine_process.socket, "dmt/nameless:1", labels={"made": "here"})
    import_image(engine_process.socket, "dmt/nameless:1", labels={"made": "later"})
    yield ["dmt/thing:1", nameless]
    docker_cli("rmi", "-f", "dmt/thing:1", "dmt/thing:again", "dmt/nameless:1", nameless)
    forget_builds(engine_process.socket)


def test_it_agrees_of_images(engine: Engine, docker_cli: DockerCli, images: list[str]) -> None:
    """All that docker shows, by name or id, also of an image without a name; docker's newest asks as we do."""
    for name in ("bb:1", *images):
        (theirs,) = json.loads(docker_cli("image", "inspect", name))
        row = inspect(engine, name, type="image", show_secrets=True).iloc[0]
        same = theirs.keys() if client_version() >= (26, 0) else theirs.keys() & row["raw"].keys()
        assert {key: row["raw"].get(key) for key in same} == {key: theirs[key] for key in same}
        assert len(same) > 10
        assert (row["id"], row["kind"]) == (theirs["Id"].removeprefix("sha256:")[:12], "image")


def test_several_of_different_kinds_at_once(engine: Engine, things: str) -> None:
    """By name or id; a name is a container's first, as with docker."""
    frame = inspect(engine, [things, "bb:1", "bridge"])
    assert list(frame["kind"]) == ["container", "image", "network"]
    assert list(frame["name"]) == [things, "bb:1", "bridge"]
    again = inspect(engine, frame["id"])
    assert list(again["kind"]) == list(frame["kind"])


def test_secrets_are_masked_unless_they_are_wanted(engine: Engine, things: str) -> None:
    """Notebooks keep their outputs."""

    def environment(**options: Any) -> list[str]:
        return [text for text in inspect(engine, things, **options)["raw"][0]["Config"]["Env"] if "PATH" not in text]

    assert sorted(environment()) == ["A=1", "DB_PASSWORD=********"]
    assert sorted(environment(show_secrets=True)) == ["A=1", "DB_PASSWORD=hunter2"]


def test_a_network_may_have_a_name_that_no_image_can_have(engine: Engine, docker_cli: DockerCli, label: str) -> None:
    """Images are asked before networks, and refuse capital letters."""
    docker_cli("network", "create", "--label", label, "DMT-Net")
    docker_cli("volume", "create", "--label", label, "DMT-Vol")
    assert list(inspect(engine, ["DMT-Net", "DMT-Vol"])["kind"]) == ["network", "volume"]


def test_sizes_are_there_when_asked_for(engine: Engine, things: str) -> None:
    """-s, for containers."""
    assert "SizeRootFs" in inspect(engine, things, size=True)["raw"][0]
    assert "SizeRootFs" not in inspect(engine, things)["raw"][0]


def test_what_is_missing_is_named(engine: Engine, things: str) -> None:
    """And nothing is returned: half an answer would look like a whole one."""
    with pytest.raises(NotFound, match="no object dmt-nobody, dmt-nothing on"):
        inspect(engine, [things, "dmt-nobody", "dmt-nothing"])
    with pytest.raises(NotFound, match="no image dmt-thing on") as caught:
        inspect(engine, things, type="image")
    assert caught.value.hint == "%dimages lists what there is."


def test_the_name_that_was_meant_is_offered_of_whatever_kind_it_is(engine: Engine, things: str) -> None:
    """Containers, images, networks and volumes are looked through."""
    with pytest.raises(NotFound) as caught:
        inspect(engine, "bridg")
    listing = "%dps -a, %dimages, %dnetwork ls and %dvolume ls list what there is."
    assert caught.value.hint == f"Did you mean bridge?  {listing}"


@pytest.mark.parametrize("name", ["", ".", "a/../../info", None])
def test_what_can_be_no_name_is_refused(engine: Engine, name: Any) -> None:
    """Before any request."""
    with pytest.raises(UsageError):
        inspect(engine, name)


def test_an_unknown_type_is_refused(engine: Engine) -> None:
    """With those there are."""
    with pytest.raises(UsageError, match="one of container, image, network, volume, not 'pod'"):
        inspect(engine, "bb:1", type="pod")


def test_a_platform_needs_a_newer_api(engine: Engine) -> None:
    """Engines of the versions that are spoken would pass over it."""
    with pytest.raises(UsageError, match=r"--platform needs API 1.49, which dockmagic does not speak yet"):
        inspect(engine, "bb:1", type="image", platform="linux/arm64")
