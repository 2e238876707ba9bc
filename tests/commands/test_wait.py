"""`wait`: exit codes, as docker tells them; an interrupt in the middle."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from dockmagic import wait
from dockmagic.errors import Interrupted, NotFound, ProtocolError
from tests.commands.scripted_engine import engine_that_says
from tests.engine.scripted import PATIENCE, PROMPT
from tests.engine.test_interrupts import interrupted

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockmagic import Engine
    from tests.conftest import DockerCli

BLOCKED = 0.3
"""Seconds after which a wait has begun: nothing tells when."""


@pytest.fixture
def sleeps(docker_cli: DockerCli, label: str) -> Callable[[str], str]:
    """Return a function that makes a container that runs; it returns its name."""

    def run(name: str) -> str:
        docker_cli("run", "-d", "--label", label, "--name", name, "--network", "none", "bb:1", "sleep", "1000")
        return name

    return run


def test_exit_codes_are_dockers(engine: Engine, docker_cli: DockerCli, write: Callable[..., str]) -> None:
    """In the order of the names; a code is nobody's failure."""
    names = [write(f"dmt-{code}", f"exit {code}") for code in (0, 3, 255)]
    frame = wait(engine, names)
    assert list(frame["exit_code"]) == list(map(int, docker_cli("wait", *names).split())) == [0, 3, 255]
    assert frame["exit_code"].dtype == "Int64"
    assert list(frame["ok"]) == [True] * 3
    assert not frame["changed"].any()


def test_it_waits_until_a_container_ends(engine: Engine, docker_cli: DockerCli, sleeps: Callable[[str], str]) -> None:
    """However it does."""
    name = sleeps("dmt-ends")
    timer = threading.Timer(BLOCKED, docker_cli, ("kill", name))
    timer.start()
    frame = wait(engine, name)
    timer.join()
    assert list(frame["exit_code"]) == [137]
    assert (frame["seconds"] > BLOCKED / 2).all()


def test_a_container_that_could_not_be_started_has_a_code_and_the_reason(
    engine: Engine, docker_cli: DockerCli, label: str
) -> None:
    """Docker gives the code alone."""
    docker_cli("create", "--label", label, "--name", "dmt-broken", "bb:1", "no-such-program")
    with pytest.raises(Exception, match="exit status"):
        docker_cli("start", "dmt-broken")
    (row,) = wait(engine, "dmt-broken").to_dict("records")
    assert [row["exit_code"]] == list(map(int, docker_cli("wait", "dmt-broken").split())) == [127]
    assert not row["ok"]
    assert "executable file not found" in row["error"]


def test_a_container_that_never_ran_is_not_waited_for(engine: Engine, docker_cli: DockerCli, label: str) -> None:
    """As with docker: it does not run, with 0."""
    docker_cli("create", "--label", label, "--name", "dmt-rests", "bb:1")
    assert (
        list(wait(engine, "dmt-rests")["exit_code"]) == [0] == list(map(int, docker_cli("wait", "dmt-rests").split()))
    )


def frame_of(work: Callable[[], object]) -> tuple[Callable[[], None], list[pd.DataFrame | None]]:
    """`work`, and the list that gets the frame of its interrupt."""
    caught: list[pd.DataFrame | None] = []

    def noting() -> None:
        try:
            work()
        except Interrupted as error:
            caught.append(error.frame)
            raise

    return noting, caught


def test_an_interrupt_ends_the_wait_and_not_the_containers(
    engine: Engine, docker_cli: DockerCli, sleeps: Callable[[str], str], write: Callable[..., str]
) -> None:
    """At once; what had ended before is in the frame."""
    names = [sleeps("dmt-on-1"), write("dmt-over", "exit 3"), sleeps("dmt-on-2")]
    work, caught = frame_of(lambda: wait(engine, names))
    assert interrupted(work, BLOCKED) < PROMPT
    assert caught[0] is not None
    over = caught[0].set_index("name").loc["dmt-over"]
    assert (over["ok"], over["exit_code"]) == (True, 3)
    assert docker_cli("inspect", "--format", "{{.State.Running}}", "dmt-on-1", "dmt-on-2").split() == ["true"] * 2


def test_an_interrupt_of_one_wait_has_a_row_as_of_several(engine: Engine, sleeps: Callable[[str], str]) -> None:
    """Nothing has ended."""
    name = sleeps("dmt-on")
    work, caught = frame_of(lambda: wait(engine, name))
    assert interrupted(work, BLOCKED) < PROMPT
    assert caught[0] is not None
    assert caught[0][["name", "ok", "error"]].to_dict("records") == [
        {"name": name, "ok": False, "error": "interrupted; it may still happen"}
    ]


def test_one_that_is_removed_meanwhile_is_over(
    engine: Engine, docker_cli: DockerCli, sleeps: Callable[[str], str]
) -> None:
    """Killed first, and then gone."""
    timer = threading.Timer(BLOCKED, docker_cli, ("rm", "-f", sleeps("dmt-removed")))
    timer.start()
    assert list(wait(engine, "dmt-removed")["exit_code"]) == [137]
    timer.join(PATIENCE)
    with pytest.raises(NotFound, match='no container "dmt-removed"'):
        wait(engine, "dmt-removed")


@pytest.mark.parametrize("reply", [{}, {"StatusCode": None}, {"StatusCode": "0"}, [], None, "ended"])
def test_an_end_without_a_code_is_a_protocol_error(reply: Any) -> None:
    """It is not taken for 0."""
    with engine_that_says({"Id": "0" * 64}, reply) as (engine, asked):
        with pytest.raises(ProtocolError, match=r"without telling its exit code|no object"):
            wait(engine, "web")
    assert asked[-1] == "POST /containers/web/wait"


@pytest.mark.parametrize("error", [None, {}, {"Message": ""}, "text", {"Message": None}])
def test_an_error_without_a_word_is_none(error: Any) -> None:
    """Docker 20.10 sends null, newer engines nothing."""
    with engine_that_says({"Id": "0" * 64}, {"StatusCode": 5, "Error": error}) as (engine, _):
        (row,) = wait(engine, "web").to_dict("records")
    assert (row["exit_code"], row["ok"]) == (5, True)
    assert pd.isna(row["error"])
