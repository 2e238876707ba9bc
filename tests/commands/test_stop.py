"""`stop` and `restart`: how long a container has, and with which signal; an interrupt in the middle."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import dockmagic
from dockmagic import restart, stop
from dockmagic.errors import Interrupted, UsageError
from tests.commands.scripted_engine import engine_that_says
from tests.engine.scripted import PATIENCE, PROMPT
from tests.engine.test_interrupts import interrupted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockmagic import Engine
    from tests.conftest import DockerCli


def exit_code(docker_cli: DockerCli, name: str) -> int:
    """How a container ended."""
    return int(docker_cli("inspect", "--format", "{{.State.ExitCode}}", name))


@pytest.fixture
def deaf(docker_cli: DockerCli, label: str) -> list[str]:
    """Make containers that take no notice of SIGTERM, as every process 1 that does not say otherwise."""
    names = ["dmt-deaf-1", "dmt-deaf-2", "dmt-deaf-3"]
    for name in names:
        docker_cli("run", "-d", "--label", label, "--name", name, "--network", "none", "bb:1", "sleep", "1000")
    return names


@pytest.fixture
def polite(docker_cli: DockerCli, label: str) -> str:
    """Make a container that ends with 3 on SIGTERM and with 4 on SIGUSR1."""
    script = "trap 'exit 3' TERM; trap 'exit 4' USR1; mkfifo /ready; echo >/ready; sleep 1000 & wait"
    docker_cli("run", "-d", "--label", label, "--name", "dmt-polite", "bb:1", "sh", "-c", script)
    docker_cli("exec", "dmt-polite", "sh", "-c", "until [ -p /ready ]; do sleep 0.01; done; cat /ready")
    return "dmt-polite"


def test_a_container_that_listens_ends_by_itself(engine: Engine, docker_cli: DockerCli, polite: str) -> None:
    """Its own code, long before the time is up."""
    frame = stop(engine, polite, timeout=int(PATIENCE))
    assert (frame["seconds"] < PATIENCE / 2).all()
    assert exit_code(docker_cli, polite) == 3


def test_one_that_does_not_is_killed_after_the_time_that_it_has(
    engine: Engine, docker_cli: DockerCli, deaf: list[str]
) -> None:
    """All at once: three times one second is one second, whatever the limit on an engine's silence."""
    engine.timeout = 0.5
    frame = stop(engine, deaf, timeout=1)
    assert frame["seconds"].between(1, 2.9).all()
    assert [exit_code(docker_cli, name) for name in deaf] == [137] * 3


@contextlib.contextmanager
def told_to_end(engine: Engine, names: list[str]) -> Iterator[threading.Event]:
    """An event that is set once the engine has sent each of the containers SIGTERM."""
    ready, listening = threading.Event(), threading.Event()

    def listen() -> None:
        left = set(names)
        with engine.stream("GET", "/events", params={"filters": {"event": ["kill"], "container": names}}) as stream:
            stops.append(stream.stop)
            listening.set()
            for event in stream:
                left.discard(event["Actor"]["Attributes"]["name"])
                if not left:
                    ready.set()
                    return

    stops: list[Callable[[], object]] = []
    listener = threading.Thread(target=listen)
    listener.start()
    assert listening.wait(PATIENCE)
    yield ready
    stops[0]()
    listener.join(PATIENCE)


@pytest.mark.parametrize("call", [stop, restart])
def test_an_interrupt_ends_the_wait_at_once(engine: Engine, deaf: list[str], call: Callable[..., Any]) -> None:
    """Whatever the containers do; what was done until then is in the frame, and the engine can be asked again."""
    caught: list[Interrupted] = []

    def work() -> None:
        try:
            call(engine, [*deaf, "dmt-nobody"])
        except Interrupted as error:
            caught.append(error)
            raise

    with told_to_end(engine, deaf) as ready:
        assert interrupted(work, ready) < PROMPT
    assert caught[0].total == 4
    frame = caught[0].frame
    assert frame is not None
    rows = frame.set_index("name")
    assert "No such container" in rows["error"]["dmt-nobody"]
    assert {rows["error"].get(name, "interrupted; it may still happen") for name in deaf} == {
        "interrupted; it may still happen"
    }
    assert len(dockmagic.ps(engine, all=True)) >= 3


def test_the_signal_is_told_to_engines_that_know_it_and_refused_for_others(
    engine: Engine, docker_cli: DockerCli, polite: str
) -> None:
    """Docker 20.10 would pass over it without a word."""
    if engine.api_version == "1.41":
        for call in (stop, restart):
            with pytest.raises(UsageError, match=r"--signal wants API 1\.42 .* speaks 1\.41") as caught:
                call(engine, polite, signal="USR1")
            assert "%dkill -s SIGNAL" in caught.value.hint
    else:
        stop(engine, polite, signal="USR1")
        assert exit_code(docker_cli, polite) == 4


@pytest.mark.parametrize("call", [stop, restart])
@pytest.mark.parametrize(
    "options",
    [
        {"timeout": "5"},
        {"timeout": 2.5},
        {"timeout": True},
        {"timeout": 10**12},
        {"signal": ""},
        {"signal": " "},
        {"signal": True},
    ],
)
def test_what_can_be_no_time_and_no_signal_is_refused_at_once(
    call: Callable[..., Any], options: dict[str, Any]
) -> None:
    """Nothing is asked but the version."""
    with engine_that_says({}) as (engine, asked):
        with pytest.raises(UsageError):
            call(engine, "web", **options)
    assert asked == []


@pytest.mark.parametrize(
    ("line", "query"),
    [
        ("web", ""),
        ("-t 5 web", "?t=5"),
        ("--time 5 web", "?t=5"),
        ("--timeout=-1 web", "?t=-1"),
        ("-s USR1 -t0 web", "?t=0&signal=USR1"),
        ("--signal=9 web", "?signal=9"),
    ],
)
@pytest.mark.parametrize("word", ["stop", "restart"])
def test_the_flags_are_dockers(shell: Any, word: str, line: str, query: str) -> None:
    """`--time` is the older name of `--timeout`."""
    dockmagic.load_ipython_extension(shell)
    with engine_that_says({"Id": "0" * 64}, None) as (engine, asked):
        shell.run_line_magic(f"d{word}", f"{line} --host {engine.host}")
    assert asked == ["GET /containers/web/json", f"POST /containers/web/{word}{query}"]


def test_a_restart_where_the_port_is_taken_meanwhile_tells_by_whom(
    engine: Engine, docker_cli: DockerCli, label: str
) -> None:
    """The row's error is the engine's; the hint names the container."""
    for name in ("dmt-first", "dmt-second"):
        docker_cli("create", "--label", label, "--name", name, "-p", "127.0.0.1:8731:80", "bb:1", "sleep", "1000")
    docker_cli("start", "dmt-first")
    with pytest.raises(dockmagic.errors.EngineFault, match="port is already allocated") as caught:
        restart(engine, "dmt-second", timeout=0)
    assert caught.value.hint == "Port 8731 is that of dmt-first: %dstop dmt-first, or make it with another port."
    assert caught.value.frame is not None
    assert not pd.isna(caught.value.frame["error"][0])
