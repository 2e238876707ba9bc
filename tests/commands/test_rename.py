"""`rename`: one container, one new name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import dockmagic
from dockmagic import ps, rename
from dockmagic.errors import BadRequest, Conflict, NotFound, UsageError
from tests.commands.scripted_engine import engine_that_says

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from dockmagic import Engine
    from tests.conftest import DockerCli


@pytest.fixture
def two(docker_cli: DockerCli, label: str) -> str:
    """Make two containers, dmt-old and dmt-other; return their label."""
    for name in ("dmt-old", "dmt-other"):
        docker_cli("create", "--label", label, "--name", name, "bb:1")
    return label


@pytest.mark.parametrize("new", ["dmt-new", "/dmt-new", " dmt-new "])
def test_it_has_the_new_name_and_the_row_the_old_one(engine: Engine, docker_cli: DockerCli, two: str, new: str) -> None:
    """A slash in front, as inspect shows it, and blanks are not part of it."""
    frame = rename(engine, "dmt-old", new)
    assert sorted(ps(engine, all=True, filter=[f"label={two}"])["name"]) == ["dmt-new", "dmt-other"]
    assert frame[["name", "action", "changed", "ok"]].to_dict("records") == [
        {"name": "dmt-old", "action": "rename", "changed": True, "ok": True}
    ]
    assert list(frame["id"]) == [docker_cli("inspect", "--format", "{{.Id}}", "dmt-new")[:12]]


def test_a_name_in_use_is_a_conflict(engine: Engine, two: str) -> None:
    """And nothing changes."""
    with pytest.raises(Conflict, match='The container name "/dmt-other" is already in use') as caught:
        rename(engine, "dmt-old", "dmt-other")
    assert caught.value.hint == "Take another name, or remove that one: %drm dmt-other"
    assert sorted(ps(engine, all=True, filter=[f"label={two}"])["name"]) == ["dmt-old", "dmt-other"]


@pytest.mark.parametrize("new", ["-dmt", "d", "a b", "naïve", "a:b"])
def test_a_name_that_the_engine_does_not_take(engine: Engine, two: str, new: str) -> None:
    """What it takes, the hint says."""
    with pytest.raises(BadRequest, match="Invalid container name") as caught:
        rename(engine, "dmt-old", new)
    assert caught.value.hint == "A name has two or more letters, digits, _ . or -, and begins with a letter or digit."


def test_its_own_name_is_dockers_error_too(engine: Engine, two: str) -> None:
    """In the engine's words."""
    with pytest.raises(BadRequest, match="same name as its current name"):
        rename(engine, "dmt-old", "dmt-old")


def test_a_container_that_is_missing_is_told_with_the_nearest_one(engine: Engine, two: str) -> None:
    """The old name counts."""
    with pytest.raises(NotFound, match='no container "dmt-odl" on') as caught:
        rename(engine, "dmt-odl", "dmt-new")
    assert caught.value.hint.startswith("Did you mean dmt-old?")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", "new"),
        ("old", ""),
        ("old", " "),
        ("old", "/"),
        ("old", "a/b/../c"),
        ("..", "new"),
        (["a", "b"], "new"),
        ("old", ["a", "b"]),
        ("old", None),
        ([], "new"),
    ],
)
def test_what_can_be_no_name_is_refused_at_once(old: Any, new: Any) -> None:
    """One old and one new name."""
    with engine_that_says({}) as (engine, asked):
        with pytest.raises(UsageError):
            rename(engine, old, new)
    assert asked == []


def test_the_magic_is_dockers_line(shell: InteractiveShell, engine: Engine, two: str) -> None:
    """In its long form too; both names are needed."""
    dockmagic.load_ipython_extension(shell)
    shell.run_line_magic("drename", f"dmt-old dmt-new --host {engine.host}")
    shell.run_line_magic("dcontainer", f"rename dmt-new dmt-newer --host {engine.host}")
    assert sorted(ps(engine, all=True, filter=[f"label={two}"])["name"]) == ["dmt-newer", "dmt-other"]
    with pytest.raises(Exception, match="NEW_NAME is missing"):
        shell.run_line_magic("drename", f"dmt-other --host {engine.host}")
