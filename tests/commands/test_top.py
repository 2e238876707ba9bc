"""`top`: the processes of a container, as docker's own command line shows them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

import dockmagic
from dockmagic import top
from dockmagic.errors import Conflict, EngineFault, NotFound, ProtocolError, UsageError
from tests.commands.scripted_engine import engine_that_says

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from dockmagic import Engine
    from tests.conftest import DockerCli

DEFAULT = ["uid", "pid", "ppid", "c", "stime", "tty", "time", "cmd"]


@pytest.fixture
def busy(docker_cli: DockerCli, label: str) -> str:
    """Run a container with two processes; return its name."""
    docker_cli("run", "-d", "--label", label, "--name", "dmt-busy", "bb:1", "sh", "-c", "sleep 1001 & sleep 1002")
    return "dmt-busy"


def printed(text: str) -> list[dict[str, str]]:
    """Read docker's table: columns are at least three blanks apart."""
    titles, *rows = (re.split(r" {3,}", line.strip()) for line in text.splitlines())
    return [dict(zip((title.lower() for title in titles), row, strict=True)) for row in rows]


def test_it_agrees_with_the_docker_command_line(engine: Engine, docker_cli: DockerCli, busy: str) -> None:
    """The columns of `ps -ef`; how long a process computed may change in between."""
    theirs, frame = printed(docker_cli("top", busy)), top(engine, busy)
    assert list(frame.columns) == DEFAULT
    changing = {"c", "time"}
    assert frame.drop(columns=[*changing]).to_dict("records") == [
        {title: text for title, text in row.items() if title not in changing} for row in theirs
    ]
    assert {"sleep 1001", "sleep 1002"} <= set(frame["cmd"])
    assert set(frame.dtypes.astype(str)) == {"str"}


@pytest.mark.parametrize("options", [["-o", "pid,ppid,args"], ["-eo", "pid,user,comm"]])
def test_options_go_to_ps(engine: Engine, docker_cli: DockerCli, busy: str, options: list[str]) -> None:
    """And decide which columns there are."""
    frame = top(engine, busy, options)
    assert frame.to_dict("records") == printed(docker_cli("top", busy, *options))
    assert frame.equals(top(engine, busy, " ".join(options)))


def test_a_title_that_is_there_twice_has_a_number(engine: Engine, busy: str) -> None:
    """So that each column has a name of its own."""
    frame = top(engine, busy, ["-o", "pid,pid,ppid"])
    assert list(frame.columns) == ["pid", "pid_2", "ppid"]
    assert list(frame["pid"]) == list(frame["pid_2"])


def test_a_container_that_does_not_run_has_no_processes(engine: Engine, docker_cli: DockerCli, label: str) -> None:
    """The engine would name it by 64 digits."""
    docker_cli("create", "--label", label, "--name", "dmt-rests", "bb:1")
    with pytest.raises(Conflict, match=r'container "dmt-rests" on .* does not run, so it has no processes') as caught:
        top(engine, "dmt-rests")
    assert caught.value.hint == "%dps -a tells the state of each container."
    assert "is not running" in str(caught.value.__cause__)


@pytest.mark.parametrize(("options", "words"), [(["-o", "cmd"], "find PID field"), (["--nope"], "(?i)ps: .*option")])
def test_options_that_do_not_work_are_told_in_the_engines_words(
    engine: Engine, busy: str, options: list[str], words: str
) -> None:
    """The number of the process must be among the columns."""
    with pytest.raises(EngineFault, match=words):
        top(engine, busy, options)


def test_a_container_that_is_missing_is_told_with_the_nearest_one(engine: Engine, busy: str) -> None:
    """On which engine, and how to see them all."""
    with pytest.raises(NotFound, match='no container "dmt-bussy" on') as caught:
        top(engine, "dmt-bussy")
    assert "Did you mean dmt-busy?" in caught.value.hint


@pytest.mark.parametrize("name", ["", " ", ".", "a//b", None])
def test_what_can_be_no_name_is_refused_before_any_request(name: Any) -> None:
    """An empty name would be another path of the API."""
    with engine_that_says({}) as (engine, asked):
        with pytest.raises(UsageError):
            top(engine, name)
    assert asked == []


def test_the_magic_hands_on_what_stands_behind_the_container(
    shell: InteractiveShell, engine: Engine, busy: str
) -> None:
    """As docker does: even what looks like our own option. `container top` is docker's long form."""
    dockmagic.load_ipython_extension(shell)
    for magic, line in (("dtop", ""), ("dcontainer", "top ")):
        frame = shell.run_line_magic(magic, f"{line}--host {engine.host} {busy} -H -o pid,args")
        assert list(frame.columns) == ["pid", "command"]


@pytest.mark.parametrize(
    ("reply", "columns", "rows"),
    [
        ({}, DEFAULT, 0),
        ({"Titles": None, "Processes": None}, DEFAULT, 0),
        ({"Titles": [], "Processes": [["1"]]}, DEFAULT, 0),
        ({"Titles": ["PID", "CMD"], "Processes": None}, ["pid", "cmd"], 0),
        ({"Titles": ["PID", 5, "pid", None], "Processes": [["1"], ["2", 3, {}, None, "x"], None, []], "New": 1},
         ["pid", "5", "pid_2", "none"], 3),
    ],
)  # fmt: skip
def test_one_request_whose_fields_may_be_missing_null_or_of_another_type(
    reply: Any, columns: list[str], rows: int
) -> None:
    """All columns are text, also without rows."""
    with engine_that_says(reply) as (engine, asked):
        frame = top(engine, "web")
    assert list(frame.columns) == columns
    assert len(frame) == rows
    assert set(frame.dtypes.astype(str)) == {"str"}
    assert asked == ["GET /containers/web/top"]


def test_what_is_no_list_of_processes_is_a_protocol_error() -> None:
    """It names the endpoint."""
    with engine_that_says([]) as (engine, _), pytest.raises(ProtocolError, match=r"GET /containers/\{id\}/top"):
        top(engine, "web")
