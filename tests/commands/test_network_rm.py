"""`network rm`: what is removed, and what keeps a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import dockmagic
from dockmagic import network_ls, network_rm
from dockmagic.errors import APIError, NotFound, UsageError
from tests.commands.scripted_engine import engine_that_says

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from dockmagic import Engine
    from tests.conftest import DockerCli


@pytest.fixture
def two(docker_cli: DockerCli, label: str) -> list[str]:
    """Make two networks and return their names."""
    for number in (1, 2):
        docker_cli("network", "create", "--label", label, "--subnet", f"10.97.3{number}.0/24", f"dmt-two-{number}")
    return ["dmt-two-1", "dmt-two-2"]


def test_each_network_is_a_row_and_one_that_fails_does_not_keep_the_others(
    engine: Engine, label: str, two: list[str]
) -> None:
    """By name or id; docker's own are never removed."""
    identity = network_ls(engine, filter={"name": two[1]})["id"][0]
    frame = network_rm(engine, [two[0], "dmt-nobody", "bridge", identity])
    assert frame[["changed", "ok"]].to_dict("list") == {
        "changed": [True, False, False, True],
        "ok": [True, False, False, True],
    }
    assert list(frame["id"].isna()) == [False, True, False, False]
    assert frame["id"][3] == identity
    assert "not found" in frame["error"][1]
    assert "pre-defined network" in frame["error"][2]
    assert len(network_ls(engine, filter=[f"label={label}"])) == 0


def test_containers_keep_a_network_and_the_hint_names_them(
    engine: Engine, docker_cli: DockerCli, label: str, two: list[str]
) -> None:
    """Those that run."""
    docker_cli("run", "-d", "--label", label, "--name", "dmt-user", "--network", two[0], "bb:1", "sleep", "1000")
    with pytest.raises(APIError, match="has active endpoints") as caught:
        network_rm(engine, two[0], force=True)
    assert caught.value.hint == "Take the containers out first: %dnetwork disconnect dmt-two-1 dmt-user"


def test_the_engines_own_are_never_removed(engine: Engine) -> None:
    """Not with -f either."""
    with pytest.raises(APIError, match="pre-defined network") as caught:
        network_rm(engine, ["bridge", "host"], force=True)
    assert caught.value.hint.startswith("bridge, host and none are the engine's own")


def test_with_force_a_missing_one_is_no_failure(engine: Engine, two: list[str]) -> None:
    """As in docker: nothing changed."""
    frame = network_rm(engine, ["dmt-nobody", two[0]], force=True)
    assert list(frame["ok"]) == [True, True]
    assert list(frame["changed"]) == [False, True]
    with pytest.raises(NotFound, match='no network "dmt-two-3" on') as caught:
        network_rm(engine, "dmt-two-3")
    assert "Did you mean dmt-two-2?" in caught.value.hint


def test_lists_columns_and_frames_name_networks_too(engine: Engine, label: str, two: list[str]) -> None:
    """A frame is its ids."""
    frame = network_ls(engine, filter=[f"label={label}"])
    assert list(network_rm(engine, frame)["id"]) == list(frame["id"])
    assert list(network_rm(engine, two, force=True)["changed"]) == [False, False]
    assert len(network_rm(engine, [])) == 0


@pytest.mark.parametrize("name", ["", " ", "..", "a/../../info", "a//b", ["a", ""], None, {"a": 1}])
def test_what_can_be_no_name_is_refused_before_anything_is_removed(name: Any) -> None:
    """An empty name would be the list of all."""
    with engine_that_says([]) as (engine, asked):
        with pytest.raises(UsageError):
            network_rm(engine, name, force=True)
    assert asked == []


@pytest.mark.parametrize("line", ["rm", "remove --force"])
def test_the_magic_has_dockers_two_names(
    shell: InteractiveShell, engine: Engine, label: str, two: list[str], line: str
) -> None:
    """And takes the list that -q gives."""
    dockmagic.load_ipython_extension(shell)
    shell.user_ns["ids"] = shell.run_line_magic("dnetwork", f"ls -q -f label={label} --host {engine.host}")
    frame = shell.run_line_magic("dnetwork", f"{line} {{ids}} --host {engine.host}")
    assert list(frame["ok"]) == [True, True]


@pytest.mark.parametrize("name", ["a b", "{nets}", "a\x7fb", "a\nb"])
def test_with_force_a_missing_one_that_was_hardly_meant_is_a_failure(engine: Engine, name: str) -> None:
    """A Python value that is none, several names in one pair of quotes."""
    with pytest.raises(NotFound):
        network_rm(engine, name, force=True)
    assert list(network_rm(engine, [name, "dmt-nobody"], force=True)["ok"]) == [False, True]


@pytest.mark.parametrize("name", ["dmt a b", "dmt-a/b", "dmt{b"])
def test_a_strange_name_that_is_there_is_removed(engine: Engine, docker_cli: DockerCli, label: str, name: str) -> None:
    """Engines let networks have it."""
    docker_cli("network", "create", "--label", label, name)
    assert list(network_rm(engine, name)["changed"]) == [True]


def test_they_go_in_order(engine: Engine, docker_cli: DockerCli, label: str) -> None:
    """A configuration after the network that has it, as with docker."""
    for number in range(5):
        config, made = f"dmt-config-{number}", f"dmt-made-{number}"
        docker_cli("network", "create", "--label", label, "--config-only", "--subnet", f"10.96.{number}.0/24", config)
        docker_cli("network", "create", "--config-from", config, made)  # it can have no label of its own
        assert list(network_rm(engine, [made, config])["ok"]) == [True, True]
