"""An interrupt in the middle: of every list command, in Python and as a magic."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

import dockmagic
from dockmagic import registry
from dockmagic.arguments import arguments
from dockmagic.errors import Interrupted
from dockmagic.options import parse
from tests.engine.scripted import PATIENCE, PROMPT, eventually, serving
from tests.engine.test_interrupts import interrupted
from tests.frames.api_engine import reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from IPython.core.interactiveshell import InteractiveShell

    from dockmagic import Engine
    from tests.engine.scripted import Peer

VERSION = "1.45"

LINES = {
    "api GET /info": "/info",
    "diff web": "/containers/web/changes",
    "events --since 1h": "/events",
    "history shop:1": "/images/shop%3A1/history",
    "images": "/images/json",
    "info": "/info",
    "inspect --type image shop:1": "/images/shop%3A1/json",
    "inspect web": "/containers/web/json",
    "logs web": "/logs",
    "network ls": "/networks",
    "port web": "/containers/web/json",
    "ps -a": "/containers/json",
    "ps -a --size": "/containers/json",
    "pull -q shop:1": "/images/create",
    "system df": "/system/df",
    "system df -v": "/system/df",
    "top web": "/containers/web/top",
    "version": "/version",
    "volume ls": "/volumes",
}
"""A command line, and which endpoint the engine does not finish replying to."""


class Hanging:
    """An engine that does not finish one reply: the first one to a request for `endpoint`."""

    def __init__(self, endpoint: str, *, begun: bool) -> None:
        self.hangs, self.left = threading.Event(), threading.Event()
        self._endpoint, self._begun = endpoint, begun

    def __call__(self, peer: Peer) -> None:
        """Serve one connection."""
        while True:
            target = peer.request().target
            whole = reply(target, VERSION)
            if self._endpoint not in target or self.hangs.is_set():
                peer.send(whole)
                continue
            peer.send(whole[:-1] if self._begun else b"")
            self.hangs.set()
            peer.until_end()
            self.left.set()
            return


def in_python(engine: Engine, line: str) -> Any:
    """What the command's function gives, called with what the line means."""
    word, *rest = arguments(line, {})
    command, tokens = registry.find(word, rest)
    return command.function(engine, **parse(command, tokens))


@pytest.mark.parametrize("begun", [False, True], ids=["silent", "half"])
@pytest.mark.parametrize("line", LINES)
def test_a_function_is_interrupted_at_once_and_the_engine_can_be_asked_again(
    line: str,
    begun: bool,  # noqa: FBT001 - a value among others
) -> None:
    """The connection is closed, which ends what the engine does for it."""
    script = Hanging(LINES[line], begun=begun)
    with serving(script) as server, dockmagic.connect(f"unix://{server.path}") as engine:
        assert interrupted(lambda: in_python(engine, line), script.hangs) < PROMPT
        assert script.left.wait(PATIENCE)
        assert len(in_python(engine, line)) > 0
        assert server.connections == 2


@pytest.mark.parametrize("line", LINES)
def test_a_magic_is_interrupted_at_once_and_says_so_in_two_lines(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    """And it goes on with the same engine."""
    word, _, rest = line.partition(" ")
    script = Hanging(LINES[line], begun=True)
    dockmagic.load_ipython_extension(shell)
    with serving(script) as server:
        monkeypatch.setenv("DOCKER_HOST", f"unix://{server.path}")
        raised = raised_by(lambda: shell.run_line_magic(f"d{word}", rest), script.hangs)
        assert type(raised) is Interrupted
        assert len(raised._render_traceback_()) == 2
        assert script.left.wait(PATIENCE)
        assert len(shell.run_line_magic(f"d{word}", rest)) > 0
        dockmagic.unload_ipython_extension(shell)


def raised_by(work: Callable[[], object], ready: threading.Event) -> BaseException:
    """What an interrupt of `work` raises, at once."""
    found: list[BaseException] = []

    def noting() -> None:
        try:
            work()
        except BaseException as error:
            found.append(error)
            raise

    assert interrupted(noting, ready) < PROMPT
    return found[0]


@pytest.mark.parametrize("begun", [False, True], ids=["silent", "half"])
def test_connecting_is_interrupted_at_once_and_leaves_nothing_open(begun: bool) -> None:  # noqa: FBT001 - likewise
    """A second attempt is a new one."""
    script = Hanging("/_ping", begun=begun)
    with serving(script) as server:
        assert interrupted(lambda: dockmagic.connect(f"unix://{server.path}"), script.hangs) < PROMPT
        assert script.left.wait(PATIENCE)
        with dockmagic.connect(f"unix://{server.path}") as engine:
            assert len(dockmagic.ps(engine)) > 0


def test_an_interrupted_connect_leaves_the_notebook_without_an_engine(shell: InteractiveShell) -> None:
    """What comes next cannot hit the engine that was left; the next %dconnect is a new one."""
    script = Hanging("/_ping", begun=True)
    dockmagic.load_ipython_extension(shell)
    with serving(script) as server:
        target = f"unix://{server.path}"
        raised = raised_by(lambda: shell.run_line_magic("dconnect", target), script.hangs)
        assert type(raised) is Interrupted
        with pytest.raises(dockmagic.errors.NotConnected, match="the last connection failed"):
            shell.run_line_magic("dps", "")
        assert list(shell.run_line_magic("dconnect", target)["host"]) == [target]
        dockmagic.unload_ipython_extension(shell)
        assert eventually(lambda: server.connections == 2)
