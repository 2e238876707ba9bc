"""`tag`: one more name for an image, as docker would have understood it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import dockmagic
from dockmagic import tag
from dockmagic.errors import NotFound, UsageError
from tests.commands.scripted_engine import engine_that_says

if TYPE_CHECKING:
    from collections.abc import Callable

    from IPython.core.interactiveshell import InteractiveShell

    from dockmagic import Engine
    from tests.conftest import DockerCli


@pytest.fixture
def image(docker_cli: DockerCli, label: str) -> Callable[[str], str]:
    """Return a function that makes an image with one name; it is gone afterwards, with all that it has then."""

    def make(name: str) -> str:
        made = docker_cli("create", "--label", label, "bb:1", "true").strip()
        change = ["--change", f"LABEL {label}", "--change", f"LABEL note={name}"]
        return docker_cli("commit", *change, made, name).strip()

    return make


def names(docker_cli: DockerCli, image: str) -> list[str]:
    """The names of an image, sorted."""
    return sorted(docker_cli("inspect", "--format", "{{range .RepoTags}}{{println .}}{{end}}", image).split())


@pytest.mark.parametrize(
    "target",
    [
        "dmt/other",
        "dmt/other:2",
        "docker.io/library/dmtother:3",
        "docker.io/dmt/other",
        "localhost:5000/dmt/other:x",
        "registry.example.com/a/b/c:Tag_1.2-3",
    ],
)
def test_it_is_the_name_that_docker_makes_of_it(
    engine: Engine, docker_cli: DockerCli, image: Callable[[str], str], target: str
) -> None:
    """Compared with another image of the same name but for a letter."""
    ours, theirs = image("dmt/ours:1"), image("dmt/theirs:1")
    docker_cli("tag", "dmt/theirs:1", target)
    told = [name for name in names(docker_cli, theirs) if name != "dmt/theirs:1"]
    frame = tag(engine, "dmt/ours:1", target)
    assert [name for name in names(docker_cli, ours) if name != "dmt/ours:1"] == told
    assert names(docker_cli, theirs) == ["dmt/theirs:1"]
    assert frame[["name", "id", "action", "changed", "ok"]].to_dict("records") == [
        {
            "name": "dmt/ours:1",
            "id": ours.removeprefix("sha256:")[:12],
            "action": "tag",
            "changed": True,
            "ok": True,
        }
    ]


def test_a_name_that_it_has_already_changes_nothing(engine: Engine, image: Callable[[str], str]) -> None:
    """So that a notebook can be run again; by id it is the same image."""
    identity = image("dmt/a:1")
    assert list(tag(engine, "dmt/a:1", "dmt/a:2")["changed"]) == [True]
    assert list(tag(engine, "dmt/a:1", "dmt/a:2")["changed"]) == [False]
    assert list(tag(engine, identity, "dmt/a:2")["changed"]) == [False]


def test_an_image_that_is_missing_is_told_with_the_nearest_one(engine: Engine, image: Callable[[str], str]) -> None:
    """Nothing is made."""
    image("dmt/there:1")
    with pytest.raises(NotFound, match='no image "dmt/their:1" on') as caught:
        tag(engine, "dmt/their:1", "dmt/new:1")
    assert caught.value.hint.startswith("Did you mean dmt/there:1?")


DIGEST = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("source", "target", "said"),
    [
        ("a", "UPPER", "can be no name of an image"),
        ("a", "b:tag:tag", "can be no name of an image"),
        ("a", "b:", "can be no name of an image"),
        ("a", "b c", "can be no name of an image"),
        ("a", "http://b/c", "is no name of an image"),
        ("a", "a" * 64, "can be no name of an image"),
        ("a", f"b@{DIGEST}", "has a digest"),
        ("a", f"b:1@{DIGEST}", "has a digest"),
        ("a", "", "is no name of an image"),
        ("a", "../b", "is no name of an image"),
        ("", "b", "is no name of an image"),
        ("a", None, "is no argument"),
        (["a", "b"], "c", "is one name, not 2"),
        ("a", ["b", "c"], "is one name, not 2"),
    ],
)
def test_what_can_be_no_name_is_refused_at_once(source: Any, target: Any, said: str) -> None:
    """Docker's own client refuses the same."""
    with engine_that_says({}) as (engine, asked):
        with pytest.raises(UsageError, match=said):
            tag(engine, source, target)
    assert asked == []


def test_the_magic_is_dockers_line(
    shell: InteractiveShell, engine: Engine, docker_cli: DockerCli, image: Callable[[str], str]
) -> None:
    """In its long form too."""
    image("dmt/a:1")
    dockmagic.load_ipython_extension(shell)
    shell.run_line_magic("dtag", f"dmt/a:1 dmt/a:2 --host {engine.host}")
    shell.run_line_magic("dimage", f"tag dmt/a:1 dmt/a:3 --host {engine.host}")
    assert names(docker_cli, "dmt/a:1") == ["dmt/a:1", "dmt/a:2", "dmt/a:3"]
