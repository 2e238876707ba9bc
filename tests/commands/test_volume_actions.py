"""`volume create` and `volume rm`: the same volumes as docker's, and what keeps one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import dockmagic
from dockmagic import volume_create, volume_ls, volume_rm
from dockmagic.errors import APIError, BadRequest, Conflict, NotFound, ProtocolError, UsageError
from tests.commands.scripted_engine import engine_that_says

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from dockmagic import Engine
    from tests.conftest import DockerCli

LINES = [
    [],
    ["--label", "a=b", "--label", "plain", "--label", "c=d=e", "--label", "a=again"],
    ["-d", "local"],
    ["--driver=local", "-o", "type=tmpfs", "-o", "device=tmpfs", "--opt", "o=size=10m,uid=1000"],
]


def told(docker_cli: DockerCli, name: str) -> dict[str, Any]:
    """What docker's inspect tells, but for the name and the time."""
    (found,) = json.loads(docker_cli("volume", "inspect", name))
    found["Options"] = found["Options"] or {}  # none are sent as {} by Docker 20.10's client
    return {key: value for key, value in found.items() if key not in {"Name", "CreatedAt", "Mountpoint"}}


@pytest.mark.parametrize("flags", LINES)
def test_it_makes_what_docker_makes_of_the_same_words(
    shell: InteractiveShell, engine: Engine, docker_cli: DockerCli, label: str, flags: list[str]
) -> None:
    """Compared in what inspect tells; the row is that of `volume ls`."""
    dockmagic.load_ipython_extension(shell)
    flags = [*flags, "--label", label]
    docker_cli("volume", "create", *flags, "dmt-theirs")
    frame = shell.run_line_magic("dvolume", f"create {' '.join(flags)} dmt-ours --host {engine.host}")
    assert told(docker_cli, "dmt-ours") == told(docker_cli, "dmt-theirs")
    listed = volume_ls(engine, filter={"name": "dmt-ours"})
    pd.testing.assert_frame_equal(frame, listed)


def test_without_a_name_the_engine_makes_one_up(shell: InteractiveShell, engine: Engine, label: str) -> None:
    """As docker's; -q gives it."""
    dockmagic.load_ipython_extension(shell)
    (name,) = shell.run_line_magic("dvolume", f"create -q --label {label} --host {engine.host}")
    assert len(name) == 64
    assert list(volume_ls(engine, filter=[f"label={label}"])["name"]) == [name]


def test_in_python_labels_and_options_are_dicts_too(engine: Engine, docker_cli: DockerCli, label: str) -> None:
    """None is a name alone."""
    key, _, value = label.partition("=")
    volume_create(
        engine, "dmt-dict", labels={key: value, "n": 1, "plain": None}, options={"type": "tmpfs", "device": "x"}
    )
    found = told(docker_cli, "dmt-dict")
    assert found["Labels"] == {key: value, "n": "1", "plain": ""}
    assert found["Options"] == {"type": "tmpfs", "device": "x"}


def test_one_that_is_there_stays_what_it_is(engine: Engine, label: str) -> None:
    """As with docker, so that a notebook can be run again."""
    first = volume_create(engine, "dmt-again", labels=[label, "a=1"])
    again = volume_create(engine, "dmt-again", labels=["a=2"])
    pd.testing.assert_frame_equal(first, again)


def test_a_driver_that_is_not_installed() -> None:
    """It is the driver that is missing. In the words of Docker 20.10 and 26.1, which take 15 seconds to look for it."""
    said = 'create a: error looking up volume plugin nosuch: plugin "nosuch" not found'
    with engine_that_says({"message": said}, status="404 Not Found") as (engine, _):
        with pytest.raises(NotFound, match='plugin "nosuch" not found') as caught:
            volume_create(engine, "a", driver="nosuch")
    assert caught.value.hint.startswith("Without --driver nosuch it is a local one")


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("d", {}, "too short|invalid characters"),
        ("a b", {}, "invalid characters"),
        ("dmt-x", {"foo": "1"}, "invalid option"),
    ],
)
def test_what_the_driver_does_not_take_is_its_to_complain_about(
    engine: Engine, name: str, options: dict[str, str], said: str
) -> None:
    """In the engine's words."""
    with pytest.raises(BadRequest, match=said):
        volume_create(engine, name, options=options)


@pytest.mark.parametrize(
    "options",
    [
        {"volume": ""},
        {"volume": " "},
        {"volume": "../x"},
        {"volume": ["a", "b"]},
        {"labels": ["=b"]},
        {"labels": ["a b=c"]},
        {"options": ["=b"]},
        {"options": [None]},
    ],
)
def test_what_cannot_be_right_is_refused_at_once(options: dict[str, Any]) -> None:
    """An empty name would be a volume without one."""
    with engine_that_says({}) as (engine, asked):
        with pytest.raises(UsageError):
            volume_create(engine, **options)
    assert asked == []


@pytest.mark.parametrize("flag", ["--group g", "--scope single", "--type block", "--limit-bytes 5", "--secret a=b"])
def test_volumes_of_a_cluster_are_refused_with_a_reason(shell: InteractiveShell, flag: str) -> None:
    """Nothing is asked."""
    dockmagic.load_ipython_extension(shell)
    with engine_that_says({}) as (engine, asked):
        with pytest.raises(Exception, match=r"docker has --.*, dockmagic has not .*swarm"):
            shell.run_line_magic("dvolume", f"create {flag} x --host {engine.host}")
    assert asked == []


def test_what_is_no_volume_is_a_protocol_error() -> None:
    """It names the endpoint."""
    with engine_that_says([]) as (engine, _), pytest.raises(ProtocolError, match="POST /volumes/create"):
        volume_create(engine)


@pytest.fixture
def two(docker_cli: DockerCli, label: str) -> list[str]:
    """Make two volumes and return their names."""
    names = ["dmt-volume-1", "dmt-volume-2"]
    for name in names:
        docker_cli("volume", "create", "--label", label, name)
    return names


def test_each_volume_is_a_row_and_one_that_fails_does_not_keep_the_others(
    engine: Engine, label: str, two: list[str]
) -> None:
    """A volume has no id."""
    frame = volume_rm(engine, [two[0], "dmt-nobody", two[1]])
    assert frame[["action", "changed", "ok"]].to_dict("list") == {
        "action": ["rm"] * 3,
        "changed": [True, False, True],
        "ok": [True, False, True],
    }
    assert frame["id"].isna().all()
    assert "no such volume" in frame["error"][1]
    assert len(volume_ls(engine, filter=[f"label={label}"])) == 0


def test_a_container_keeps_a_volume_and_the_hint_names_it(
    engine: Engine, docker_cli: DockerCli, label: str, two: list[str]
) -> None:
    """Also one that does not run, and with -f too: as docker."""
    docker_cli("create", "--label", label, "--name", "dmt-user", "-v", f"{two[0]}:/data", "bb:1")
    for force in (False, True):
        with pytest.raises(Conflict, match="volume is in use") as caught:
            volume_rm(engine, two[0], force=force)
        assert caught.value.hint == "Remove the containers that have it first: %drm -f dmt-user"
    frame = volume_rm(engine, two)
    assert list(frame["ok"]) == [False, True]


def test_with_force_a_missing_one_is_no_failure(engine: Engine, docker_cli: DockerCli, two: list[str]) -> None:
    """As in docker: nothing changed."""
    docker_cli("volume", "rm", "-f", "dmt-nobody")
    frame = volume_rm(engine, ["dmt-nobody", two[0]], force=True)
    assert list(frame["ok"]) == [True, True]
    assert list(frame["changed"]) == [False, True]
    with pytest.raises(NotFound, match='no volume "dmt-nobody" on') as caught:
        volume_rm(engine, "dmt-nobody")
    assert "%dvolume ls lists " in caught.value.hint


def test_lists_columns_and_frames_name_volumes_too(engine: Engine, label: str, two: list[str]) -> None:
    """A frame of volumes is its names."""
    frame = volume_ls(engine, filter=[f"label={label}"])
    assert list(volume_rm(engine, frame)["name"]) == sorted(two)
    assert list(volume_rm(engine, frame["name"], force=True)["changed"]) == [False, False]
    assert len(volume_rm(engine, [])) == 0


@pytest.mark.parametrize("name", ["", " ", "..", "a/../../info", "a//b", ["a", ""], None, {"a": 1}])
def test_what_can_be_no_name_is_refused_before_anything_is_removed(name: Any) -> None:
    """An empty name would be the list of all."""
    with engine_that_says({}) as (engine, asked):
        with pytest.raises(UsageError):
            volume_rm(engine, name, force=True)
    assert asked == []


@pytest.mark.parametrize("line", ["rm", "remove --force"])
def test_the_magic_has_dockers_two_names(
    shell: InteractiveShell, engine: Engine, label: str, two: list[str], line: str
) -> None:
    """And takes the list that -q gives."""
    dockmagic.load_ipython_extension(shell)
    shell.user_ns["names"] = shell.run_line_magic("dvolume", f"ls -q -f label={label} --host {engine.host}")
    frame = shell.run_line_magic("dvolume", f"{line} {{names}} --host {engine.host}")
    assert sorted(frame["name"]) == sorted(two)


def test_a_failure_is_told_in_the_engines_words() -> None:
    """A hint that cannot be had is none."""
    with engine_that_says({"message": "volume is in use"}, {"not": "a list"}, status="409 Conflict") as (engine, _):
        with pytest.raises(APIError, match="volume is in use") as caught:
            volume_rm(engine, "a")
    assert caught.value.hint == ""


@pytest.mark.parametrize("name", ["a b", "{names}", "a\nb"])
def test_with_force_a_name_that_none_can_have_is_a_failure(engine: Engine, name: str) -> None:
    """A Python value that is none, several names in one pair of quotes: the engine itself says that all is well."""
    with pytest.raises(APIError):
        volume_rm(engine, name, force=True)
    assert list(volume_rm(engine, [name, "dmt-nobody"], force=True)["ok"]) == [False, True]
