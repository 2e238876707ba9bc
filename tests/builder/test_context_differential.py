"""The same directories and patterns given to docker's own client and to ours: the same files arrive."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings

from dockmagic.builder.context import build_context
from dockmagic.builder.dockerignore import Ignore, read_patterns
from dockmagic.builder.walk import walk
from dockmagic.errors import UsageError
from tests.builder.classic_client import classic_client, members
from tests.builder.trees import NAMES, patterns, plant, trees
from tests.conftest import require
from tests.engines.programs import client_version, missing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.builder.classic_client import ClassicClient, Member
    from tests.builder.trees import Tree

# Docker 20.10 looks at one of a path's directories only, and forgets some exceptions below another one.
EXCEPTIONS = client_version() >= (23,)
QUIETLY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module")
def client() -> Iterator[ClassicClient]:
    """Return docker's own client, of the classic builder."""
    require(missing("docker"))
    with classic_client() as client:
        yield client


def ours(directory: Path) -> list[Member] | None:
    """What our client sends, where the classic one is the model; None where it refuses a pattern."""
    try:
        body = build_context(str(directory), wildcard_exceptions=False).body
    except UsageError:
        return None
    assert body is not None
    return members(b"".join(body))


def theirs(client: ClassicClient, directory: Path) -> list[Member] | None:
    """What docker's client sends; None where it refuses a pattern."""
    try:
        return members(client.sends(directory))
    except subprocess.CalledProcessError as error:
        if b"pattern" not in error.stderr:
            raise
        return None


def written(lines: Sequence[str]) -> str:
    """The text of a .dockerignore."""
    return "\n".join(lines)


@settings(QUIETLY, max_examples=80)
@given(tree=trees(), lines=patterns(exceptions=EXCEPTIONS))
def test_names_kinds_modes_times_links_and_contents_arrive_as_with_docker(
    client: ClassicClient, tree: Tree, lines: list[str]
) -> None:
    """Of any directory and any patterns docker's client and ours make archives with the same entries in one order."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        plant(tree, directory)
        (directory / "Dockerfile").write_text("FROM scratch\n")
        (directory / ".dockerignore").write_text(written(lines))
        assert ours(directory) == theirs(client, directory)


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory with some hundred paths of one to three of the names."""
    directory = tmp_path_factory.mktemp("wide")
    for parents in product(NAMES[:5], repeat=2):
        below = directory.joinpath(*parents)
        below.mkdir(parents=True)
        for name in NAMES:
            (below / name).touch()
    (directory / "Dockerfile").touch()
    return directory


@settings(QUIETLY, max_examples=80)
@given(lines=patterns(exceptions=EXCEPTIONS))
def test_patterns_leave_the_same_of_many_files(client: ClassicClient, wide: Path, lines: list[str]) -> None:
    """Whatever the patterns, docker's client and ours send the same paths."""
    (wide / ".dockerignore").write_text(written(lines))
    assert names(ours(wide)) == names(theirs(client, wide))


def names(members: list[Member] | None) -> list[str] | None:
    """What they are called."""
    return None if members is None else [each.name for each in members]


@settings(QUIETLY, max_examples=200)
@given(lines=patterns())
def test_no_directory_is_passed_over_in_which_something_is_wanted(wide: Path, lines: list[str]) -> None:
    """A walk that passes over excluded directories finds what one finds that looks everywhere."""
    with contextlib.suppress(UsageError):
        ignore = Ignore(read_patterns(written(lines)))
        assert [entry.path for entry in walk(str(wide), ignore=ignore)] == everywhere(wide, "", ignore, ignore.start)


def everywhere(root: Path, directory: str, ignore: Ignore, known: tuple[bool, ...]) -> list[str]:
    """The paths that are not excluded, all directories looked into."""
    found = []
    for below in sorted((root / directory).iterdir(), key=os.fsencode):
        path = f"{directory}{below.name}"
        excluded, inside = ignore.enter(path, known)
        found += [] if excluded else [path]
        if below.is_dir():
            found += everywhere(root, path + "/", ignore, inside)
    return found
