"""Faults on request: what goes wrong, and how dockmagic tells it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import dockmagic
from dockmagic.demo import Demo
from dockmagic.errors import EngineFault, EngineTimeout, EngineUnreachable, ProtocolError
from tests.engines.http import request

if TYPE_CHECKING:
    from dockmagic import Engine


def test_a_failure_happens_as_often_as_it_was_asked_for(engine: Engine, demo: Demo) -> None:
    """Once, unless told otherwise, and only where its path fits."""
    demo.faults.fail(path="/containers/*", status=503, message="out of order")
    assert len(dockmagic.images(engine)) == 8
    with pytest.raises(EngineFault, match="out of order") as caught:
        dockmagic.ps(engine)
    assert caught.value.status == 503
    assert len(dockmagic.ps(engine)) == 0


def test_a_slow_reply_runs_into_the_limit(engine: Engine, demo: Demo) -> None:
    """Until the fault is taken back."""
    engine.api_version  # noqa: B018 - negotiated before it gets slow
    engine.timeout = 0.3
    demo.faults.slow(30)
    with pytest.raises(EngineTimeout):
        dockmagic.ps(engine)
    demo.faults.clear()
    assert len(dockmagic.ps(engine)) == 0


def test_a_reply_that_is_cut_is_noticed(engine: Engine, demo: Demo) -> None:
    """It is no shorter list."""
    demo.faults.cut(path="/images/json", after=100, times=2)
    with pytest.raises(ProtocolError):
        dockmagic.images(engine)
    demo.faults.clear()
    assert len(dockmagic.images(engine)) == 8


def test_a_stream_that_is_cut_is_noticed(engine: Engine, demo: Demo) -> None:
    """After as many bytes as were asked for."""
    dockmagic.run(engine, "busybox", ["sh", "-c", "echo first; sleep 0.1; echo second"], detach=True, name="box")
    dockmagic.wait(engine, "box")
    demo.faults.cut(path="/containers/*/logs", after=10)
    with pytest.raises(ProtocolError):
        dockmagic.logs(engine, "box")
    assert list(dockmagic.logs(engine, "box")["line"]) == ["first", "second"]


def test_a_restart_ends_containers_and_forgets_events(engine: Engine, demo: Demo) -> None:
    """At the same address, after a while in which nothing answers."""
    dockmagic.run(engine, "busybox", ["sleep", "600"], detach=True, name="sleeper")
    dockmagic.run(engine, "nginx", detach=True, name="web", restart="always")
    demo.faults.restart(down=0.3)
    with pytest.raises(EngineUnreachable):
        dockmagic.ps(engine)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            request(demo.socket, "GET", "/_ping")
            break
        except OSError:
            time.sleep(0.05)
    states = dockmagic.ps(engine, all=True).set_index("name")
    assert (states.loc["sleeper", "state"], states.loc["sleeper", "exit_code"]) == ("exited", 255)
    assert states.loc["web", "state"] in {"running", "restarting"}
    assert "create" not in set(dockmagic.events(engine)["action"])


def test_a_demo_that_is_down_can_be_stopped() -> None:
    """It does not come back after that."""
    with Demo() as demo:
        directory = Path(demo.socket).parent
        demo.faults.restart(down=0.2)
        assert directory.is_dir()
    assert not directory.exists()
