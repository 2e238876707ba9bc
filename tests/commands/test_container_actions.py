"""What `start`, `stop`, `restart`, `kill`, `pause`, `unpause`, `wait` and `update` have in common."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd
import pytest

import dockmagic
from dockmagic import kill, pause, ps, restart, start, stop, unpause, update, wait
from dockmagic.errors import APIError, NotFound, ProtocolError, UsageError
from tests.commands.scripted_engine import engine_that_says
from tests.engine.scripted import serving

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from dockmagic import Engine
    from tests.conftest import DockerCli
    from tests.engine.scripted import Peer

Call = Callable[..., pd.DataFrame]


class Case(NamedTuple):
    """An action: the function, docker's words for it, and the state that it is done to."""

    call: Call
    words: str
    before: str
    changed: bool = True

    @property
    def name(self) -> str:
        """What stands in the column `action`."""
        return self.words.split()[0]


CASES = [
    Case(start, "start", "created"),
    Case(start, "start", "running", changed=False),
    Case(stop, "stop", "running"),
    Case(stop, "stop", "exited", changed=False),
    Case(stop, "stop", "created", changed=False),
    Case(stop, "stop", "paused"),
    Case(partial(stop, timeout=0), "stop -t 0", "running"),
    Case(partial(restart, timeout=0), "restart -t 0", "running"),
    Case(restart, "restart", "exited"),
    Case(kill, "kill", "running"),
    Case(partial(kill, signal="INT"), "kill --signal INT", "running"),
    Case(pause, "pause", "running"),
    Case(unpause, "unpause", "paused"),
    Case(wait, "wait", "exited", changed=False),
    Case(partial(update, memory="64m", memory_swap="128m"), "update -m 64m --memory-swap 128m", "running"),
    Case(partial(update, restart="on-failure:3"), "update --restart on-failure:3", "created"),
]
"""Told to stop, the containers of `make` are killed at once."""

STATE = ("Status", "Running", "Paused", "Restarting", "OOMKilled", "Dead", "ExitCode", "Error")
HOST = ("Memory", "MemorySwap", "RestartPolicy")


@pytest.fixture
def make(docker_cli: DockerCli, label: str) -> Callable[..., list[str]]:
    """Return a function that makes containers in a state and returns their names."""

    def make(state: str, *names: str) -> list[str]:
        for name in names:
            docker_cli(
                *("create", "--label", label, "--name", name, "--stop-signal", "KILL", "--network", "none"),
                *("bb:1", "sh", "-c", "trap 'exit 5' INT; sleep 1000 & wait"),
            )
        for step in {"created": (), "running": ("start",), "exited": ("start", "kill"), "paused": ("start", "pause")}[
            state
        ]:
            docker_cli(step, *names)
            if step == "kill":
                docker_cli("wait", *names)
        return list(names)

    return make


def told(docker_cli: DockerCli, name: str) -> dict[str, Any]:
    """What docker's inspect tells of what actions change."""
    (found,) = json.loads(docker_cli("inspect", name))
    host = {key: found["HostConfig"][key] for key in HOST}
    return {key: found["State"][key] for key in STATE} | host | {"RestartCount": found["RestartCount"]}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.words} ({case.before})")
def test_it_does_what_the_docker_command_line_does(
    engine: Engine, docker_cli: DockerCli, make: Callable[..., list[str]], case: Case
) -> None:
    """Done to one of two twins each, inspect tells the same of both."""
    ours, theirs = make(case.before, "dmt-ours", "dmt-theirs")
    (row,) = case.call(engine, ours).to_dict("records")
    docker_cli(*case.words.split(), theirs)
    if case.name == "kill":
        docker_cli("wait", ours, theirs)
    assert told(docker_cli, ours) == told(docker_cli, theirs)
    assert (row["name"], row["action"], row["changed"], row["ok"]) == (ours, case.name, case.changed, True)
    assert row["id"] == docker_cli("inspect", "--format", "{{.Id}}", ours)[:12]
    assert pd.isna(row["error"])
    assert row["seconds"] > 0


WORKING: list[tuple[Call, str]] = [
    (start, "created"),
    (stop, "running"),
    (partial(restart, timeout=0), "running"),
    (kill, "running"),
    (pause, "running"),
    (unpause, "paused"),
    (wait, "exited"),
    (partial(update, restart="no"), "created"),
]
"""Each once, with a state that it makes a difference to."""


def name_of(value: Any) -> str | None:
    """The name of a function that may have options with it; None lets pytest choose."""
    return value.func.__name__ if isinstance(value, partial) else getattr(value, "__name__", None)


EACH = pytest.mark.parametrize(("call", "before"), WORKING, ids=name_of)


@EACH
def test_one_that_fails_does_not_keep_the_others(
    engine: Engine, make: Callable[..., list[str]], call: Call, before: str
) -> None:
    """A row each, in the order given; what is not there has no id."""
    first, second = make(before, "dmt-1", "dmt-2")
    frame = call(engine, [first, "dmt-nobody", second])
    assert list(frame["name"]) == [first, "dmt-nobody", second]
    assert list(frame["ok"]) == [True, False, True]
    assert list(frame["id"].isna()) == [False, True, False]
    assert "No such container: dmt-nobody" in frame["error"][1]
    assert frame["error"][[0, 2]].isna().all()


@EACH
def test_a_name_that_is_missing_is_told_with_the_nearest_one(
    engine: Engine, make: Callable[..., list[str]], call: Call, before: str
) -> None:
    """And how to see them all; the row is in the error's frame."""
    make(before, "dmt-there")
    with pytest.raises(NotFound, match='no container "dmt-ther" on') as caught:
        call(engine, "dmt-ther")
    assert caught.value.hint.startswith("Did you mean dmt-there?  %dps -a lists ")
    assert caught.value.frame is not None
    assert list(caught.value.frame["ok"]) == [False]


@EACH
def test_lists_columns_and_frames_name_containers_too(
    engine: Engine, make: Callable[..., list[str]], label: str, call: Call, before: str
) -> None:
    """A frame is its ids."""
    make(before, "dmt-1", "dmt-2")
    frame = ps(engine, all=True, filter=[f"label={label}"])
    done = call(engine, frame)
    assert list(done["id"]) == list(done["name"]) == list(frame["id"])
    assert done["ok"].all()


@EACH
@pytest.mark.parametrize("name", ["", " ", ".", "..", "a/../../info", "a//b", ["dmt-1", ""], None, b"a", {"a": 1}])
def test_what_can_be_no_name_is_refused_before_anything_is_done(
    call: Call,
    before: str,
    name: Any,
) -> None:
    """Nothing is asked."""
    with engine_that_says({}) as (engine, asked):
        with pytest.raises(UsageError):
            call(engine, name)
    assert asked == []


@EACH
def test_an_empty_list_is_no_error(call: Call, before: str) -> None:
    """`%dstop {ids}` goes on working on an empty host."""
    with engine_that_says({}) as (engine, asked):
        assert len(call(engine, [])) == 0
    assert asked == []


@EACH
@pytest.mark.parametrize(("status", "error"), [("500 Broken", APIError), ("302 Found", ProtocolError)])
def test_an_engine_that_fails_is_told_in_its_words(
    call: Call,
    before: str,
    status: str,
    error: type[Exception],
) -> None:
    """Or in ours, where it has none."""
    with engine_that_says({"message": "the disk is full"}, status=status) as (engine, _):
        with pytest.raises(error, match=r"the disk is full|redirects are never followed"):
            call(engine, "web")


@EACH
def test_an_engine_that_goes_away_is_told_and_not_asked_again(call: Call, before: str) -> None:
    """Whether it did what it was asked to is unknown: nothing is sent twice."""
    asked: list[str] = []

    def script(peer: Peer) -> None:
        while True:
            request = peer.request()
            asked.append(request.method)
            if request.method == "POST":
                return
            peer.send(
                b"HTTP/1.1 200 OK\r\nApi-Version: 1.45\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
            )

    with serving(script) as server, dockmagic.connect(f"unix://{server.path}") as engine:
        with pytest.raises(ProtocolError, match="broke off"):
            call(engine, "web")
    assert asked.count("POST") == 1


@pytest.mark.parametrize("word", ["start", "stop", "restart", "kill", "pause", "unpause", "wait"])
def test_the_magic_takes_dockers_long_form_and_python_values(
    shell: InteractiveShell, engine: Engine, make: Callable[..., list[str]], word: str
) -> None:
    """`%dcontainer stop {names}`."""
    before = {"start": "created", "unpause": "paused", "wait": "exited"}.get(word, "running")
    dockmagic.load_ipython_extension(shell)
    shell.user_ns["names"] = make(before, "dmt-1", "dmt-2")
    frame = shell.run_line_magic("dcontainer", f"{word} {{names}} --host {engine.host}")
    assert list(frame["name"]) == ["dmt-1", "dmt-2"]
    assert frame["ok"].all()


def test_very_many_are_done_at_once(engine: Engine, make: Callable[..., list[str]]) -> None:
    """More than there are requests at once; each once."""
    names = make("created", *(f"dmt-many-{number}" for number in range(20)))
    frame = update(engine, [*names, *names], restart="always")
    assert list(frame["name"]) == names
    assert frame["changed"].all()
