"""`logs`: the lines of containers, and that docker's own command line shows the same."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import dockmagic
from dockmagic import logs, ps
from tests.engines.programs import find

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from IPython.core.interactiveshell import InteractiveShell

    from dockmagic import Engine
    from tests.conftest import DockerCli
    from tests.engines.dockerd import Dockerd

MUCH = r"""
echo one; echo two >&2; echo; printf 'caf\303\251 \000\033[1m\r\n'; printf '\377\n'
echo 2026-01-31T13:00:00.123456789Z mine; sleep 0.05; printf end
"""


@pytest.fixture
def docker_shows(engine_process: Dockerd, tmp_path: Path) -> Callable[..., dict[str, list[str]]]:
    """Return a function that runs `docker logs ARGUMENTS` and returns the lines that it shows of each stream."""

    def run(*arguments: str, end: str = "\n") -> dict[str, list[str]]:
        command = [find("docker"), "--host", engine_process.host, "logs", *arguments]
        done = subprocess.run(command, check=True, capture_output=True, env={"HOME": str(tmp_path)}, timeout=60)
        return {"stdout": shown_lines(done.stdout, end), "stderr": shown_lines(done.stderr, end)}

    return run


def shown_lines(output: bytes, end: str) -> list[str]:
    """Lines with their times; those that docker leaves between the parts of a long line are taken out."""
    lines = output.decode(errors="replace").split(end)
    return [line[:31] + line[31:].replace(line[:31], "") for line in lines if line]


def as_docker_shows(frame: pd.DataFrame) -> dict[str, list[str]]:
    """The lines of each stream with their times."""
    told = [f"{stamp(time)} {line}" for time, line in zip(frame["time"], frame["line"], strict=True)]
    return {
        stream: [line for line, of in zip(told, frame["stream"], strict=True) if of == stream]
        for stream in ("stdout", "stderr")
    }


def stamp(time: pd.Timestamp) -> str:
    """A time as engines write it."""
    return f"{time:%Y-%m-%dT%H:%M:%S}.{time.value % 10**9:09d}Z"


@pytest.mark.parametrize("flag", ["--log-driver=json-file", "--log-driver=local", "--tty"])
def test_it_agrees_with_the_docker_command_line(
    engine: Engine, write: Callable[..., str], docker_shows: Callable[..., dict[str, list[str]]], flag: str
) -> None:
    """Times, streams and every character: an empty line, no UTF-8, control characters, no newline at the end."""
    name = write("dmt-much", MUCH, flag)
    frame = logs(engine, name)
    assert as_docker_shows(frame) == docker_shows("--timestamps", name, end="\r\n" if flag == "--tty" else "\n")
    found = list(frame[frame["stream"] == "stdout"]["line"])
    lines = ["one", "", "café \0\x1b[1m\r", "\ufffd", "2026-01-31T13:00:00.123456789Z mine", "end"]
    assert [line for line in found if line != "two"] == lines
    assert list(frame[frame["line"] == "two"]["stream"]) == ["stdout" if flag == "--tty" else "stderr"]


@pytest.mark.parametrize("flag", ["--log-driver=json-file", "--log-driver=local", "--tty"])
def test_a_long_line_is_one_row(engine: Engine, write: Callable[..., str], flag: str) -> None:
    """Engines cut it after 16 KiB; that of 20.10 loses its newline with the log driver local, docker shows it so."""
    script = (
        "head -c 40000 /dev/zero | tr '\\000' x; echo; echo next; head -c 16384 /dev/zero | tr '\\000' y; echo; echo z"
    )
    frame = logs(engine, write("dmt-long", script, flag))
    assert list(frame["line"]) == ["x" * 40000, "next", "y" * 16384, "z"]


def test_a_second_run_goes_on_where_the_first_ended(
    engine: Engine, docker_cli: DockerCli, write: Callable[..., str], docker_shows: Callable[..., dict[str, list[str]]]
) -> None:
    """Without a newline at its end: what docker shows in one line is two rows."""
    name = write("dmt-twice", "printf end")
    docker_cli("start", "--attach", name)
    frame = logs(engine, name)
    assert list(frame["line"]) == ["end", "end"]
    assert docker_shows("-t", name)["stdout"] == ["".join(as_docker_shows(frame)["stdout"])]


def test_an_engine_asked_in_an_old_version_is_understood(
    write: Callable[..., str], engine_process: Dockerd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Below API 1.42 newer engines call frames raw-stream, as if there was a terminal."""
    monkeypatch.setenv("DOCKER_API_VERSION", "1.41")
    names = [write("dmt-frames", "echo x"), write("dmt-terminal", "echo x", "--tty")]
    with dockmagic.connect(engine_process.host) as engine:
        assert logs(engine, names)[["name", "line"]].to_numpy().tolist() == [[name, "x"] for name in names]


@pytest.mark.parametrize("flags", [(), ("--log-driver=local",)], ids=["json-file", "local"])
@pytest.mark.parametrize("tail", [0, 1, 2, 5, -1, "2", "all", None])
def test_tail_is_dockers(
    engine: Engine,
    write: Callable[..., str],
    docker_shows: Callable[..., dict[str, list[str]]],
    tail: Any,
    flags: tuple[str, ...],
) -> None:
    """The last lines of both streams together; a number below 0 is all."""
    name = write("dmt-three", "echo a; sleep 0.02; echo b >&2; sleep 0.02; echo c", *flags)
    frame = logs(engine, name, tail=tail)
    assert as_docker_shows(frame) == docker_shows("-t", f"--tail={'all' if tail is None else tail}", name)


@pytest.fixture
def five(engine: Engine, write: Callable[..., str]) -> pd.DataFrame:
    """Write five lines, with a pause between them, in dmt-five; return them."""
    write("dmt-five", "for i in 1 2 3 4 5; do echo $i; sleep 0.02; done")
    return logs(engine, "dmt-five")


def test_since_and_until_are_dockers(
    engine: Engine, five: pd.DataFrame, docker_shows: Callable[..., dict[str, list[str]]]
) -> None:
    """To the nanosecond, both ends included; as pandas' times, as Python's, as text."""
    begin, end = five["time"][1], five["time"][3]
    frame = logs(engine, "dmt-five", since=begin, until=end)
    assert list(frame["line"]) == ["2", "3", "4"]
    assert as_docker_shows(frame) == docker_shows("-t", f"--since={stamp(begin)}", f"--until={stamp(end)}", "dmt-five")
    after = logs(engine, "dmt-five", since=begin + pd.Timedelta(1, unit="ns"))
    assert list(after["line"]) == ["3", "4", "5"]
    assert list(logs(engine, "dmt-five", since=stamp(end))["line"]) == ["4", "5"]
    assert list(logs(engine, "dmt-five", until=begin)["line"]) == ["1", "2"]


@pytest.mark.parametrize(
    ("window", "count"),
    [
        ({"since": "1h"}, 5),
        ({"since": timedelta(hours=1), "until": "0s"}, 5),
        ({"until": timedelta(hours=1)}, 0),
        ({"since": "2000-01-01", "until": "1970-01-02"}, 0),
        ({"until": 0}, 5),
        ({"since": "", "until": None}, 5),
    ],
)
def test_a_span_may_be_relative_or_empty(
    engine: Engine, five: pd.DataFrame, window: dict[str, Any], count: int
) -> None:
    """A since after the until is no lines, as in docker, and an until of 0 no limit."""
    frame = logs(engine, "dmt-five", **window)
    assert len(frame) == count
    assert list(frame.dtypes) == list(five.dtypes)


def test_details_stay_in_front_of_the_lines(
    engine: Engine, write: Callable[..., str], docker_shows: Callable[..., dict[str, list[str]]]
) -> None:
    """As docker shows them; of a line in parts, once."""
    flags = ("--log-opt=labels=team", "--log-opt=env=STAGE", "-l", "team=a b", "-e", "STAGE=prod")
    name = write("dmt-details", "echo x; head -c 20000 /dev/zero | tr '\\000' y; echo", *flags)
    frame = logs(engine, name, details=True)
    assert list(frame["line"]) == ["STAGE=prod,team=a+b x", "STAGE=prod,team=a+b " + "y" * 20000]
    theirs = docker_shows("-t", "--details", name)["stdout"]
    assert theirs[0] == as_docker_shows(frame)["stdout"][0]
    assert list(logs(engine, name)["line"]) == ["x", "y" * 20000]


def test_several_containers_are_one_frame(engine: Engine, write: Callable[..., str], label: str) -> None:
    """One behind the other as they are named; the column says which, also where an id was given."""
    names = [write(f"dmt-{name}", f"echo {name}") for name in ("b", "a")]
    frame = logs(engine, names)
    assert frame[["name", "line"]].to_numpy().tolist() == [["dmt-b", "b"], ["dmt-a", "a"]]
    by_id = logs(engine, ps(engine, all=True, filter=[f"label={label}"]))
    assert sorted(by_id["name"]) == ["dmt-a", "dmt-b"]
    assert len(logs(engine, [])) == 0
    assert frame.attrs["host"] == engine.host


def test_a_container_that_runs_gives_what_is_there_now(engine: Engine, docker_cli: DockerCli, label: str) -> None:
    """And the call returns."""
    docker_cli("run", "-d", "--label", label, "--name", "dmt-runs", "bb:1", "sh", "-c", "echo on; sleep 1000")
    assert list(logs(engine, "dmt-runs", since="10m")["line"]) == ["on"]


def test_it_is_a_magic_with_dockers_flags(
    engine_process: Dockerd, five: pd.DataFrame, shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """-t changes nothing; a time of Python fills in as it is; `container logs` is the same."""
    monkeypatch.setenv("DOCKER_HOST", engine_process.host)
    dockmagic.load_ipython_extension(shell)
    shell.user_ns["begin"] = five["time"][1]
    frame = shell.run_line_magic("dlogs", "-t --since {begin} -n3 dmt-five")
    assert list(frame["line"]) == ["3", "4", "5"]
    assert len(shell.run_line_magic("dcontainer", "logs --since {begin} dmt-five")) == 4
