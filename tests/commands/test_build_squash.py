"""`build --squash`: one layer of all that the steps made, on engines that have it switched on."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

import dockmagic
from dockmagic import build
from dockmagic.errors import BadRequest, UsageError
from tests.conftest import REASON, require
from tests.engines.dockerd import Dockerd
from tests.engines.images import import_image
from tests.engines.programs import find, missing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dockmagic import Engine
    from tests.commands.builds import Context

DOCKERFILE = """FROM bb:1
COPY a /a
RUN echo large >/gone && echo b >/b
RUN rm /gone
ENV X=1
"""


@pytest.fixture(scope="module")
def experimental(pytestconfig: pytest.Config) -> Iterator[Dockerd]:
    """Run an engine with experimental features, with the image bb:1."""
    require(pytestconfig.stash[REASON])
    require(missing("docker"))
    with Dockerd(extra=["--experimental"]) as engine:
        import_image(engine.socket, "bb:1")
        yield engine


def docker(engine: Dockerd, home: Path, *arguments: str) -> str:
    """What docker's own command line prints, of the classic builder."""
    environ = {"PATH": os.environ["PATH"], "HOME": str(home), "DOCKER_CONFIG": str(home), "DOCKER_BUILDKIT": "0"}
    command = [find("docker"), "--host", engine.host, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environ, timeout=60).stdout


def inspected(engine: Dockerd, home: Path, name: str) -> dict[str, Any]:
    """What docker tells of an image."""
    (found,) = json.loads(docker(engine, home, "image", "inspect", name))
    return dict(found)


def test_it_makes_what_docker_makes(experimental: Dockerd, context: Context, isolated: Path) -> None:
    """Two layers, the base's and one more, in which nothing is that a step has removed again."""
    where = context(DOCKERFILE, a="a")
    docker(experimental, isolated, "build", "--squash", "--tag", "dmt-theirs:1", where)
    with dockmagic.connect(experimental.host) as engine:
        frame = build(engine, where, tags="dmt-ours:1", squash=True, builder="classic", progress="none")
    theirs, ours = (inspected(experimental, isolated, name) for name in ("dmt-theirs:1", "dmt-ours:1"))
    assert ours["RootFS"] == theirs["RootFS"]
    assert len(ours["RootFS"]["Layers"]) == 2
    assert ours["Config"] == theirs["Config"]
    assert ours["Size"] == theirs["Size"] == frame["size"][0]
    listing = docker(experimental, isolated, "run", "--rm", "--network", "none", "dmt-ours:1", "ls", "/")
    assert {"a", "b"} <= set(listing.split())
    assert "gone" not in listing.split()


def test_the_steps_are_those_of_the_dockerfile(experimental: Dockerd, context: Context) -> None:
    """The squashing itself is none."""
    with dockmagic.connect(experimental.host) as engine:
        where = context(DOCKERFILE, a="a")
        steps = build(engine, where, squash=True, builder="classic", steps=True, no_cache=True)
    assert list(steps["status"]) == ["done"] * 5


def test_another_engine_refuses_it(engine: Engine) -> None:
    """In its own words; and BuildKit, which takes no notice of it, is not asked."""
    with pytest.raises(BadRequest, match="squash is only supported with experimental mode") as caught:
        build(engine, dockerfile="FROM bb:1\n", squash=True, builder="classic", progress="none")
    assert caught.value.hint == "The engine has it with dockerd --experimental."
    for builder in ("buildkit", "auto"):
        with pytest.raises(UsageError, match="--squash: needs --builder classic"):
            build(engine, dockerfile="FROM bb:1\n", squash=True, builder=builder)
