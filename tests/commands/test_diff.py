"""`diff`: what a container changed, as docker's own command line tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import dockmagic
from dockmagic import diff
from dockmagic.errors import NotFound, UsageError
from tests.commands.scripted_engine import engine_that_says

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from dockmagic import Engine
    from tests.conftest import DockerCli


@pytest.fixture
def changed(docker_cli: DockerCli, label: str) -> str:
    """Make a container that added, changed and deleted a file, and ended; return its name."""
    script = "echo x > '/new file'; echo more >> /etc/passwd; rm /etc/group"
    docker_cli("run", "--label", label, "--name", "dmt-diff", "bb:1", "sh", "-c", script)
    return "dmt-diff"


def test_it_agrees_with_the_docker_command_line(engine: Engine, docker_cli: DockerCli, changed: str) -> None:
    """Docker's letters are words here; rows are sorted by path."""
    letters = {"A": "added", "C": "changed", "D": "deleted"}
    told = [line.split(" ", 1) for line in docker_cli("diff", changed).splitlines()]
    frame = diff(engine, changed)
    assert frame.to_dict("records") == sorted(
        ({"kind": letters[letter], "path": path} for letter, path in told), key=lambda row: row["path"]
    )
    assert frame.to_dict("list") == {
        "kind": ["changed", "deleted", "changed", "added"],
        "path": ["/etc", "/etc/group", "/etc/passwd", "/new file"],
    }


def test_the_kinds_are_a_category(engine: Engine, changed: str) -> None:
    """So that they can be counted, those that did not happen too."""
    assert diff(engine, changed)["kind"].value_counts(sort=False).to_dict() == {"added": 1, "changed": 2, "deleted": 1}


def test_a_container_that_changed_nothing_gives_the_same_columns_and_dtypes(
    engine: Engine, docker_cli: DockerCli, changed: str
) -> None:
    """The engine says null then."""
    docker_cli("create", "--name", "dmt-same", "--label", "dockmagic.test.same", "bb:1")
    try:
        none, some = diff(engine, "dmt-same"), diff(engine, changed)
    finally:
        docker_cli("rm", "dmt-same")
    assert len(none) == 0
    assert list(none.dtypes.astype(str).items()) == list(some.dtypes.astype(str).items())


def test_a_container_that_is_missing_is_told_with_the_nearest_one(engine: Engine, changed: str) -> None:
    """On which engine, and how to see them all."""
    with pytest.raises(NotFound, match='no container "dmt-dif" on') as caught:
        diff(engine, "dmt-dif")
    assert "Did you mean dmt-diff?" in caught.value.hint


@pytest.mark.parametrize("name", ["", " ", ".", "a//b", None, float("nan"), [], ["a", "b"]])
def test_what_can_be_no_name_is_refused_before_any_request(name: Any) -> None:
    """An empty name would be another path of the API."""
    with engine_that_says([]) as (engine, asked):
        with pytest.raises(UsageError):
            diff(engine, name)
    assert asked == []


def test_an_engine_may_take_as_long_as_it_needs() -> None:
    """It walks the container's files: the limit on silence is for other commands."""
    with engine_that_says([{"Path": "/a", "Kind": 1}], seconds=0.5) as (engine, _):
        engine.timeout = 0.1
        assert len(diff(engine, "web")) == 1


def test_the_magic_is_the_same(shell: InteractiveShell, engine: Engine, changed: str) -> None:
    """`container diff` is docker's long form."""
    dockmagic.load_ipython_extension(shell)
    for magic, line in (("ddiff", changed), ("dcontainer", f"diff {changed}")):
        assert len(shell.run_line_magic(magic, f"{line} --host {engine.host}")) == 4


def test_one_request_whose_fields_may_be_missing_null_or_of_another_type() -> None:
    """A kind that is not known is kept as it is."""
    reply = [{"Path": "/b", "Kind": 3}, {"Path": None, "Kind": []}, {}, {"Path": "/a", "Kind": True, "New": 1}]
    with engine_that_says(reply) as (engine, asked):
        frame = diff(engine, "web")
    assert frame.astype(object).fillna("").to_numpy().tolist() == [["true", "/a"], ["3", "/b"], ["[]", ""], ["", ""]]
    assert asked == ["GET /containers/web/changes"]
