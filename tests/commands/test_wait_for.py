"""`wait` until containers are healthy, have ended, or have written a line: by what the engine tells."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

import dockmagic
from dockmagic import wait
from dockmagic.errors import (
    EngineUnreachable,
    Interrupted,
    NotFound,
    ProtocolError,
    UsageError,
    WaitFailed,
    WaitTimeout,
)
from tests.engine.scripted import PROMPT, eventually, unix_endpoint
from tests.engine.test_interrupts import interrupted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd
    from IPython.core.interactiveshell import InteractiveShell

    from dockmagic import Engine
    from dockmagic.errors import (
        DockMagicError,
    )
    from tests.conftest import DockerCli
    from tests.engines.dockerd import Dockerd

SOON = ("--health-interval", "100ms", "--health-retries", "1")
SHORT = 0.3
"""Seconds of a limit that is to be reached."""
BLOCKED = 0.3
"""Seconds after which a wait has begun: nothing tells when."""


@pytest.fixture
def run(docker_cli: DockerCli, label: str) -> Callable[..., str]:
    """Return a function that runs a container (name, script, flags); it returns the name."""

    def run(name: str, script: str, *flags: str) -> str:
        labelled = ("--label", label, "--name", name, "--network", "none")
        docker_cli("run", "-d", *labelled, *flags, "bb:1", "sh", "-c", script)
        return name

    return run


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    """Whatever came of it."""
    yield
    assert eventually(lambda: not [each for each in threading.enumerate() if each.name.startswith("dockmagic-")])


@pytest.fixture
def later() -> Iterator[Callable[..., None]]:
    """Return a function that does something while a wait is under way."""
    timers: list[threading.Timer] = []

    def soon(work: Callable[..., object], *arguments: Any) -> None:
        timers.append(threading.Timer(BLOCKED, work, arguments))
        timers[-1].start()

    yield soon
    for timer in timers:
        timer.join()


def rows(frame: pd.DataFrame | None) -> list[tuple[str, bool, object, str]]:
    """Name, ok, exit code and error of each row."""
    assert frame is not None
    assert list(frame.columns) == ["name", "id", "action", "changed", "ok", "exit_code", "error", "seconds"]
    assert set(frame["action"]) == {"wait"}
    plain = frame.astype(object).where(frame.notna(), "")
    return list(zip(plain["name"], plain["ok"], plain["exit_code"], plain["error"], strict=True))


def failed(kind: type[DockMagicError], work: Callable[[], object]) -> DockMagicError:
    """The error that it raises, which is exactly of this kind."""
    with pytest.raises(kind) as caught:
        work()
    assert type(caught.value) is kind
    return caught.value


def test_several_are_waited_for_until_all_are_healthy(
    engine: Engine, docker_cli: DockerCli, run: Callable[..., str], later: Callable[..., None]
) -> None:
    """One is already, the other becomes so; docker says the same."""
    ready = run("dmt-wf-ready", "sleep 1000", *SOON, "--health-cmd", "true")
    becomes = run("dmt-wf-becomes", "sleep 1000", *SOON, "--health-cmd", "test -e /ready")
    wait(engine, ready, healthy=True)
    later(docker_cli, "exec", becomes, "touch", "/ready")
    frame = wait(engine, [ready, becomes], healthy=True, timeout=60)
    assert rows(frame) == [(ready, True, "", ""), (becomes, True, "", "")]
    health = docker_cli("inspect", "--format", "{{.State.Health.Status}}", ready, becomes).split()
    assert health == ["healthy"] * 2


def test_one_that_is_started_meanwhile_is_waited_for(
    engine: Engine, docker_cli: DockerCli, label: str, later: Callable[..., None]
) -> None:
    """It was created only."""
    flags = ("--label", label, "--name", "dmt-wf-new", *SOON, "--health-cmd", "true")
    docker_cli("create", *flags, "bb:1", "sleep", "1000")
    later(docker_cli, "start", "dmt-wf-new")
    assert wait(engine, "dmt-wf-new", healthy=True, timeout=60)["ok"].all()


def test_without_a_healthcheck_none_is_ever_healthy(engine: Engine, run: Callable[..., str]) -> None:
    """Which is said at once; the other one was waited for."""
    none, ready = run("dmt-wf-none", "sleep 1000"), run("dmt-wf-ready", "sleep 1000", *SOON, "--health-cmd", "true")
    error = failed(WaitFailed, lambda: wait(engine, [none, ready], healthy=True))
    (first, second) = rows(error.frame)
    assert first[:3] == (none, False, "")
    assert "has no healthcheck" in first[3]
    assert second == (ready, True, "", "")
    assert error.message.startswith(f"1 of 2 containers did not get there: {none} has no healthcheck")
    assert f"%dlogs {none}" in error.hint


def test_one_that_ends_before_it_is_healthy_is_an_error_with_its_code(
    engine: Engine, docker_cli: DockerCli, run: Callable[..., str], later: Callable[..., None]
) -> None:
    """Whether it ends meanwhile, or has ended before."""
    name = run("dmt-wf-dies", "sleep 1000", *SOON, "--health-cmd", "false")
    later(docker_cli, "kill", name)
    for _ in range(2):
        error = failed(WaitFailed, lambda: wait(engine, name, healthy=True))
        assert rows(error.frame) == [(name, False, 137, "ended with exit code 137 before it was healthy")]
        assert error.message == f'container "{name}" ended with exit code 137 before it was healthy'


def test_one_that_is_removed_before_it_is_healthy_is_an_error(
    engine: Engine, docker_cli: DockerCli, run: Callable[..., str], later: Callable[..., None]
) -> None:
    """With the exit code that its end was told with, where it was seen."""
    name = run("dmt-wf-removed", "sleep 1000", *SOON, "--health-cmd", "false")
    later(docker_cli, "rm", "-f", name)
    error = failed(WaitFailed, lambda: wait(engine, name, healthy=True))
    ((_, ok, code, said),) = rows(error.frame)
    assert (ok, code) == (False, 137)
    assert said in {"was removed before it was healthy", "ended with exit code 137 before it was healthy"}


def test_a_timeout_says_what_the_healthcheck_said(engine: Engine, run: Callable[..., str]) -> None:
    """It is an error also where others got there, and one of Python's for a timeout."""
    ready = run("dmt-wf-ready", "sleep 1000", *SOON, "--health-cmd", "true")
    sick = run("dmt-wf-sick", "sleep 1000", *SOON, "--health-cmd", "echo no such page; exit 1")
    assert wait(engine, ready, healthy=True)["ok"].all()
    assert eventually(lambda: bool(dockmagic.ps(engine)["health"].eq("unhealthy").any()))
    error = failed(WaitTimeout, lambda: wait(engine, [ready, sick], healthy=True, timeout="3s"))
    assert isinstance(error, TimeoutError)
    assert rows(error.frame)[0] == (ready, True, "", "")
    said = "is not healthy after 3 s: it is unhealthy (its last check ended with exit code 1: no such page)"
    assert rows(error.frame)[1] == (sick, False, "", said)
    assert error.message == f"1 of 2 containers did not get there: {sick} {said}"


def test_a_line_counts_whether_it_is_there_or_comes(
    engine: Engine, docker_cli: DockerCli, run: Callable[..., str], later: Callable[..., None]
) -> None:
    """Of each container its own; stderr and a terminal too."""
    script = "echo starting >&2; while ! test -e /go; do sleep 0.05; done; printf 'rea'; echo 'dy now'; sleep 1000"
    names = [run("dmt-wf-line", script), run("dmt-wf-tty", script, "--tty")]
    assert wait(engine, names, log="^start")["ok"].all()
    for name in names:
        later(docker_cli, "exec", name, "touch", "/go")
    assert rows(wait(engine, names, log=r"^ready\b", timeout=60)) == [(name, True, "", "") for name in names]
    assert wait(engine, names, log="ready", timeout=60)["ok"].all()


def test_no_line_is_missed_however_fast_it_comes(engine: Engine, docker_cli: DockerCli, label: str) -> None:
    """Written at once after a start, and then nothing more."""
    name = "dmt-wf-fast"
    docker_cli("create", "--label", label, "--name", name, "bb:1", "sh", "-c", "echo ready; sleep 1000")
    for _ in range(3):
        starter = threading.Thread(target=docker_cli, args=("start", name))
        starter.start()
        assert wait(engine, name, log="ready", timeout=60)["ok"].all()
        starter.join()
        docker_cli("kill", name)


def test_a_line_of_the_run_before_does_not_count(
    engine: Engine, docker_cli: DockerCli, run: Callable[..., str]
) -> None:
    """It says nothing about what runs now."""
    name = run("dmt-wf-again", "test -e /once || echo ready; touch /once; sleep 1000")
    assert wait(engine, name, log="ready")["ok"].all()
    docker_cli("restart", "-t", "0", name)
    failed(WaitTimeout, lambda: wait(engine, name, log="ready", timeout=SHORT))


def test_one_that_ends_before_the_line_is_an_error_with_its_code(engine: Engine, run: Callable[..., str]) -> None:
    """All that it wrote has been read by then."""
    name = run("dmt-wf-silent", "echo something else; exit 3")
    error = failed(WaitFailed, lambda: wait(engine, name, log="ready"))
    assert rows(error.frame) == [(name, False, 3, "ended with exit code 3 before it wrote such a line")]
    assert wait(engine, name, log="else")["ok"].all()


def test_one_that_its_restart_policy_starts_again_is_waited_for(engine: Engine, run: Callable[..., str]) -> None:
    """It gets there in its second run, or not in its last."""
    script = "test -e /once && echo ready; touch /once; exit 1"
    assert wait(engine, run("dmt-wf-policy", script, "--restart=on-failure:2"), log="ready", timeout=60)["ok"].all()
    name = run("dmt-wf-given-up", "exit 3", "--restart=on-failure:2")
    error = failed(WaitFailed, lambda: wait(engine, name, log="ready", timeout=60))
    assert rows(error.frame) == [(name, False, 3, "ended with exit code 3 before it wrote such a line")]


def test_a_log_that_cannot_be_read_is_an_error(engine: Engine, run: Callable[..., str]) -> None:
    """Nothing would ever come."""
    name = run("dmt-wf-unread", "sleep 1000", "--log-driver=none")
    assert "cannot be read" in failed(WaitFailed, lambda: wait(engine, name, log="x")).message


def test_exited_waits_for_a_run_to_come(
    engine: Engine, docker_cli: DockerCli, label: str, later: Callable[..., None]
) -> None:
    """Where without it a container that never ran is done already, as with docker."""
    name = "dmt-wf-exits"
    docker_cli("create", "--label", label, "--name", name, "bb:1", "sh", "-c", "exit 7")
    assert rows(wait(engine, name, timeout=60)) == [(name, True, 0, "")]
    later(docker_cli, "start", name)
    assert rows(wait(engine, name, exited=True, timeout=60)) == [(name, True, 7, "")]
    assert rows(wait(engine, name, exited=True)) == [(name, True, 7, "")]


def test_exited_knows_the_code_of_one_that_vanishes(
    engine: Engine, docker_cli: DockerCli, run: Callable[..., str], later: Callable[..., None]
) -> None:
    """As docker wait does: `--rm` removes it at once."""
    name = run("dmt-wf-rm", "while ! test -e /go; do sleep 0.05; done; exit 9", "--rm")
    later(docker_cli, "exec", name, "touch", "/go")
    assert rows(wait(engine, name, exited=True, timeout=60)) == [(name, True, 9, "")]


def test_a_timeout_of_the_plain_wait(engine: Engine, run: Callable[..., str]) -> None:
    """Those that ended have their codes, however short it was."""
    over, on = run("dmt-wf-over", "exit 3"), run("dmt-wf-on", "sleep 1000")
    wait(engine, over)
    error = failed(WaitTimeout, lambda: wait(engine, [over, on], timeout=timedelta(milliseconds=1)))
    assert rows(error.frame)[0] == (over, True, 3, "")
    assert rows(error.frame)[1] == (on, False, "", "has not ended after 0.001 s: it is running")


@pytest.mark.parametrize("goal", [{"healthy": True}, {"exited": True}, {"log": "x"}, {"timeout": 5}])
def test_a_name_that_is_not_there_is_told_before_the_wait(
    engine: Engine, run: Callable[..., str], goal: dict[str, Any]
) -> None:
    """With the one that is like it, although another one is there."""
    there = run("dmt-wf-there", "sleep 1000")
    error = failed(NotFound, lambda: wait(engine, [there, "dmt-wf-ther"], **goal))
    assert 'no container "dmt-wf-ther"' in error.message
    assert "Did you mean dmt-wf-there?" in error.hint


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"log": "("}, "--log wants a regular expression, not '('"),
        ({"healthy": True, "log": "x"}, "--healthy and --log are waited for one after the other"),
        ({"timeout": "soon"}, "--timeout wants a duration such as 30s or 1m30s, not 'soon'"),
        ({"timeout": 0}, "--timeout is longer than nothing"),
        ({"timeout": "-5s"}, "--timeout is not negative"),
    ],
)
def test_what_cannot_be_waited_for_is_refused(options: dict[str, Any], said: str) -> None:
    """Before the engine is asked: here there is none."""
    with dockmagic.Engine(unix_endpoint("/nowhere")) as engine:
        with pytest.raises(UsageError) as caught:
            wait(engine, "web", **options)
        assert caught.value.message.startswith(said)
        with pytest.raises(EngineUnreachable):
            wait(engine, "web", healthy=True)


@pytest.mark.parametrize("goal", [{"healthy": True}, {"exited": True}, {"log": "never"}])
def test_an_interrupt_ends_the_wait_and_has_what_was_reached(
    engine: Engine, run: Callable[..., str], goal: dict[str, Any]
) -> None:
    """At once, whatever is waited for."""
    over = run("dmt-wf-over", "exit 3", *SOON, "--health-cmd", "true")
    on = run("dmt-wf-on", "sleep 1000", *SOON, "--health-cmd", "false")
    wait(engine, over)
    caught: list[pd.DataFrame | None] = []

    def work() -> None:
        try:
            wait(engine, [over, on], **goal)
        except Interrupted as error:
            caught.append(error.frame)
            raise

    assert interrupted(work, 2 * BLOCKED) < PROMPT
    first, second = rows(caught[0])
    assert first[2] == 3
    assert second[:2] == (on, False)
    assert second[3].startswith("interrupted before it was settled")


@pytest.mark.parametrize("goal", [{"healthy": True}, {"exited": True}, {"log": "never"}])
def test_an_engine_that_dies_is_an_error(own_engine: Dockerd, goal: dict[str, Any], later: Callable[..., None]) -> None:
    """And no wait without an end."""
    with dockmagic.connect(own_engine.host) as engine:
        dockmagic.run(engine, "bb:1", ["sleep", "1000"], name="web", detach=True, health_cmd="false", network="none")
        later(lambda: own_engine.halt(hard=True))
        error = failed(ProtocolError, lambda: wait(engine, "web", **goal))
    assert error.message.startswith("the engine went away while it was waited for")
    assert rows(error.frame)[0][:2] == ("web", False)


def test_the_magic_takes_them_as_flags(
    engine_process: Dockerd, shell: InteractiveShell, run: Callable[..., str]
) -> None:
    """Plain seconds as well as docker's durations."""
    name = run("dmt-wf-magic", "echo ready; sleep 1000")
    shell.run_line_magic("load_ext", "dockmagic")
    shell.run_line_magic("dconnect", engine_process.host)
    frame = shell.run_line_magic("dwait", f"--log ^ready$ --timeout 60 {name}")
    assert rows(frame) == [(name, True, "", "")]
    start = time.monotonic()
    with pytest.raises(WaitTimeout):
        shell.run_line_magic("dwait", f"--exited --timeout 200ms {name}")
    assert time.monotonic() - start < 10
