"""`rm`: what is removed, what is not, and one row for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import dockmagic
from dockmagic import ps, rm, stop
from dockmagic.errors import Conflict, NotFound, UsageError

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from dockmagic import Engine
    from tests.conftest import DockerCli


@pytest.fixture
def two(docker_cli: DockerCli, label: str) -> str:
    """Make a container that runs, dmt-runs, and one that does not, dmt-rests; return their label."""
    docker_cli("run", "-d", "--label", label, "--name", "dmt-runs", "bb:1", "sleep", "1000")
    docker_cli("create", "--label", label, "--name", "dmt-rests", "bb:1")
    return label


def test_each_container_is_a_row(engine: Engine, two: str) -> None:
    """By name or id; -f kills what runs."""
    (identity,) = ps(engine, filter=["name=dmt-runs"])["id"]
    frame = rm(engine, ["dmt-rests", identity], force=True)
    assert frame[["name", "id", "action", "changed", "ok"]].to_dict("records")[1] == {
        "name": identity,
        "id": identity,
        "action": "rm",
        "changed": True,
        "ok": True,
    }
    assert (frame["seconds"] > 0).all()
    assert len(ps(engine, all=True, filter=[f"label={two}"])) == 0


def test_one_that_fails_does_not_keep_the_others(engine: Engine, two: str) -> None:
    """What runs is not removed without -f: its row tells why."""
    frame = rm(engine, ["dmt-runs", "dmt-rests"])
    assert list(frame["ok"]) == [False, True]
    assert "stop the container before" in frame["error"][0].lower() or "is running" in frame["error"][0].lower()
    assert pd.isna(frame["error"][1])
    assert list(ps(engine, all=True, filter=[f"label={two}"])["name"]) == ["dmt-runs"]


def test_if_all_fail_it_is_an_error(engine: Engine, two: str) -> None:
    """So that a notebook stops."""
    with pytest.raises(Conflict):
        rm(engine, "dmt-runs")


def test_of_several_that_fail_each_is_named_with_its_reason(engine: Engine, two: str) -> None:
    """As they were typed."""
    with pytest.raises(Conflict, match=r"nothing was removed on .*: dmt-runs: .*running.*; dmt-nobody: ") as caught:
        rm(engine, ["dmt-runs", "dmt-nobody"])
    assert caught.value.hint == "%drm -f dmt-runs dmt-nobody kills those that run."


def test_a_name_that_is_missing_is_told_with_the_nearest_one(engine: Engine, two: str) -> None:
    """On which engine, and how to see them all."""
    with pytest.raises(NotFound, match='no container "dmt-rest" on') as caught:
        rm(engine, "dmt-rest")
    count = len(ps(engine, all=True))
    assert caught.value.hint == f"Did you mean dmt-rests?  %dps -a lists {'it' if count == 1 else f'all {count}'}."


def test_with_force_a_missing_one_is_no_failure(engine: Engine) -> None:
    """As in docker, so that a notebook can be run again: nothing changed."""
    frame = rm(engine, "dmt-nobody", force=True)
    assert frame[["changed", "ok"]].to_dict("records") == [{"changed": False, "ok": True}]
    assert frame["id"].isna().all()


@pytest.mark.parametrize("name", ['{df[df.state=="exited"].id}', "${HOME}", "a b", "a\0b", "a\nb", "-x"])
def test_with_force_a_name_that_none_can_have_is_a_failure(engine: Engine, name: str) -> None:
    """Nobody removed it before: it is a mistake, such as a Python value that is none."""
    with pytest.raises(NotFound, match="no container"):
        rm(engine, name, force=True)
    assert list(rm(engine, [name, "dmt-nobody"], force=True)["ok"]) == [False, True]


def test_what_only_looks_like_a_python_value_is_told(engine: Engine) -> None:
    """It stays as it is typed, and no container has such a name."""
    with pytest.raises(NotFound, match="no container") as caught:
        rm(engine, "{df[df.state==exited].id}")
    assert caught.value.hint.startswith("Only {name} and {name.attribute} are Python values")


def test_of_many_that_run_the_hint_names_the_first_ones(engine: Engine, docker_cli: DockerCli, label: str) -> None:
    """It is a line to read."""
    names = [f"dmt-run-{number}" for number in range(7)]
    for name in names:
        docker_cli("run", "-d", "--label", label, "--name", name, "bb:1", "sleep", "1000")
    with pytest.raises(Conflict) as caught:
        rm(engine, names)
    assert caught.value.hint == f"%drm -f {' '.join(names[:5])} ... kills those that run."


def test_a_list_a_column_and_a_frame_name_containers_too(engine: Engine, two: str) -> None:
    """A name given twice is removed once."""
    frame = ps(engine, all=True, filter=[f"label={two}"])
    assert list(rm(engine, frame[frame["state"] == "created"])["changed"]) == [True]
    assert len(rm(engine, [*frame["id"], *frame["id"]], force=True)) == 2


def test_an_empty_list_removes_nothing(engine: Engine) -> None:
    """`%drm -f {ids}` goes on working on an empty host; no name at all is still an error."""
    frame = rm(engine, [], force=True)
    assert len(frame) == 0
    assert "ok" in frame


@pytest.mark.parametrize(
    "name",
    ["", " ", ".", "..", "a/../../info", "a//b", ["dmt-runs", ""], None, b"dmt-runs", {"name": "dmt-runs"}],
)
def test_what_can_be_no_name_is_refused_before_anything_is_removed(engine: Engine, two: str, name: Any) -> None:
    """An empty name would otherwise be the list of all, by a redirect."""
    with pytest.raises(UsageError):
        rm(engine, name, force=True)
    assert len(ps(engine, all=True, filter=[f"label={two}"])) == 2


@pytest.mark.parametrize("name", ["a/b", "%2e%2e", "100%", "naïve", "容器", "x" * 10_000, "a?force=1", "a#b", "a\nb"])
def test_strange_names_are_just_missing(engine: Engine, name: str) -> None:
    """They reach the engine as they are, percent-encoded, and nothing else happens."""
    with pytest.raises(NotFound, match="no container"):
        rm(engine, name)


def test_anonymous_volumes_go_with_it_when_asked(engine: Engine, docker_cli: DockerCli, label: str) -> None:
    """-v, as in docker."""
    docker_cli("create", "--label", label, "--name", "dmt-vol", "-v", "/data", "bb:1")
    volume = docker_cli("inspect", "--format", "{{(index .Mounts 0).Name}}", "dmt-vol").strip()
    rm(engine, "dmt-vol", volumes=True)
    assert volume not in docker_cli("volume", "ls", "-q").split()


def test_a_number_removes_nothing(engine: Engine, shell: InteractiveShell, two: str) -> None:
    """The index of a frame would be the beginnings of ids."""
    frame = ps(engine, all=True, filter=[f"label={two}"])
    for numbers in (frame.index, range(10), 0, True, [*frame["id"], 1]):
        for act in (rm, stop):
            with pytest.raises(UsageError, match="a name of a container is text"):
                act(engine, numbers)
    dockmagic.load_ipython_extension(shell)
    shell.user_ns["df"] = frame
    assert not shell.run_cell(f"%drm --host {engine.host} -f {{df.index}}").success
    assert len(ps(engine, all=True, filter=[f"label={two}"])) == 2


def test_a_flag_that_is_none_removes_nothing(engine: Engine, two: str) -> None:
    """As a truth "no" would kill."""
    with pytest.raises(UsageError, match="force is either True or False, not 'no'"):
        rm(engine, "dmt-runs", force="no")  # type: ignore[arg-type]
    assert len(ps(engine, filter=[f"label={two}"])) == 1


def test_a_name_may_have_the_slash_that_inspect_tells(engine: Engine, two: str) -> None:
    """As with docker."""
    assert list(rm(engine, "/dmt-runs", force=True)["name"]) == ["dmt-runs"]
    assert len(ps(engine, all=True, filter=[f"label={two}"])) == 1
