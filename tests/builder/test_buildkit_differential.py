"""Random directories built with docker's own BuildKit client and over our session: the same files arrive."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dockmagic
from tests.builder.session_builds import built_in_client, docker_build, files_of, run
from tests.builder.trees import patterns, plant, trees

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.builder.session_builds import Entry
    from tests.builder.trees import Tree
    from tests.engines.dockerd import Dockerd

COPIED = (".", ".", "a", "a*", "*", "a/b .a", "a/.")  # of */b docker's client of 20.10 sends too much


def built(build: Callable[[], str], socket: str) -> list[Entry] | None:
    """What is in the image that `build` makes; None where it fails."""
    try:
        return files_of(socket, build(), "/x")
    except AssertionError:
        return None


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(tree=trees(), lines=patterns(exceptions=False), copied=st.sampled_from(COPIED))
def test_random_contexts_arrive_as_with_dockers_own_client(
    engine_process: Dockerd, tree: Tree, lines: Sequence[str], copied: str
) -> None:
    """Or neither build succeeds. There are no exceptions among the patterns: docker's client of 20.10 misreads them."""
    docker = built_in_client()
    if docker is None:
        pytest.skip("there is no docker with BuildKit's client (20.10, or buildx)")
    dockerfile = f"FROM bb:1\nRUN mkdir /x\nCOPY {copied} /x/\n"
    with tempfile.TemporaryDirectory() as name, dockmagic.connect(engine_process.host) as engine:
        directory = Path(name)
        plant(tree, directory)
        (directory / ".dockerignore").write_text("\n".join(lines))

        def ours() -> str:
            build = run(engine, directory, dockerfile, nocache=True)
            assert build.error == ""
            return build.image

        def theirs() -> str:
            return docker_build(docker, engine_process.host, directory, dockerfile, "--no-cache")

        assert built(ours, engine_process.socket) == built(theirs, engine_process.socket)
