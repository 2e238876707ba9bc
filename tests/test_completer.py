"""Completion: our own lines only, flags and names, and never an error or a long wait."""

from __future__ import annotations

import time
from contextlib import nullcontext
from typing import TYPE_CHECKING, NoReturn

import pytest
from IPython.core.completer import provisionalcompleter

from dockmagic import registry
from dockmagic.completer import Names, candidates
from dockmagic.engine.client import Engine
from dockmagic.magics import loaded
from tests.engine.scripted import PATIENCE, serving, unix_endpoint

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from tests.conftest import DockerCli
    from tests.engine.scripted import Peer
    from tests.engines.dockerd import Dockerd

PING = b"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 2\r\n\r\nOK"


def nobody() -> NoReturn:
    """No engine is asked."""
    pytest.fail("an engine was asked")


@pytest.fixture
def things(docker_cli: DockerCli, label: str) -> None:
    """Make a container, a volume and a network whose names begin with dmt-c."""
    docker_cli("create", "--name", "dmt-complete-web", "--label", label, "bb:1")
    docker_cli("create", "--name", "dmt-complete-worker", "--label", label, "bb:1")
    docker_cli("volume", "create", "--label", label, "dmt-complete-data")
    docker_cli("network", "create", "--label", label, "dmt-complete-net")


@pytest.fixture
def connected(shell: InteractiveShell, engine_process: Dockerd, monkeypatch: pytest.MonkeyPatch) -> InteractiveShell:
    """Return a shell that was told nothing: the test engine is what docker would use."""
    monkeypatch.setenv("DOCKER_HOST", engine_process.host)
    shell.run_line_magic("load_ext", "dockmagic")
    return shell


def completed(shell: InteractiveShell, text: str) -> list[str]:
    """What is offered with the cursor at the end of `text`."""
    assert shell.Completer is not None
    with provisionalcompleter():
        return [each.text for each in shell.Completer.completions(text, len(text))]


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("%drm dmt-complete-w", ["dmt-complete-web", "dmt-complete-worker"]),
        ("%drm -f dmt-complete-web dmt-complete-wo", ["dmt-complete-worker"]),
        ("df = %drm dmt-complete-we", ["dmt-complete-web"]),
        ("a = 1\n%drm dmt-complete-we", ["dmt-complete-web"]),
        ("%dcontainer rm dmt-complete-we", ["dmt-complete-web"]),
        (
            "%dinspect dmt-complete-",
            ["dmt-complete-web", "dmt-complete-worker", "dmt-complete-net", "dmt-complete-data"],
        ),
        ("%dvolume inspect dmt-complete-", ["dmt-complete-data"]),
        ("%drun -d bb", ["bb:1"]),
        ("%drun -d --name x bb:", ["bb:1"]),
        ("%dps --fi", ["--filter"]),
        ("%dps -a --no", ["--no-trunc"]),
        ("%dconnect --in", ["--insecure"]),
        ("%dcontext u", ["use"]),
        ("%dhelp rena", ["rename"]),
        ("%dhelp network dis", ["disconnect"]),
        ("%dhelp %dnetwork dis", ["disconnect"]),
        ("%dcontext use d", ["default"]),
        ("%dconnect d", ["default", "demo"]),
        ("%dconnect a", ["auto"]),
    ],
)
def test_what_is_offered(connected: InteractiveShell, things: None, text: str, offered: list[str]) -> None:
    """Names with dashes and colons are whole words; nothing of Python's is among them."""
    assert completed(connected, text) == offered


@pytest.mark.parametrize("before", [["run", "-d", "bb:1"], ["ps"], ["run", "-e"], ["ps", "--help"], ["images", "a"]])
def test_where_nothing_can_be_known_nothing_is_offered(before: list[str]) -> None:
    """Behind an image, for a value of any kind, where no argument is left. IPython then offers what it has itself."""
    word, *rest = before
    assert candidates(word, rest, "", Names(nobody)) == []


@pytest.mark.parametrize("text", ["drm dmt", "x %drm dmt", "%time dm", "%dhist dm", "# %drm dmt-complete-w"])
def test_other_lines_are_not_ours(connected: InteractiveShell, things: None, text: str) -> None:
    """IPython's own completers have them."""
    assert not [each for each in completed(connected, text) if each.startswith("dmt-")]


def test_every_command_offers_its_flags(connected: InteractiveShell) -> None:
    """Made from the same declaration as its parser."""
    for name in registry.COMMANDS:
        word, *rest = name.split()
        assert "--help" in candidates(word, rest, "--", Names(nobody))


def test_an_engine_that_does_not_answer_costs_the_budget_and_no_more() -> None:
    """300 ms, then nothing is offered; the next key is not waited for again at once."""

    def script(peer: Peer) -> None:
        peer.answer(PING)
        peer.request()
        peer.until_end()

    with serving(script) as server, Engine(unix_endpoint(server.path)) as engine:
        names = Names(lambda: nullcontext(engine))
        start = time.monotonic()
        assert names.of("container") == []
        assert 0.2 < time.monotonic() - start < PATIENCE / 10
        start = time.monotonic()
        assert names.of("container") == []
        assert time.monotonic() - start < 0.2


@pytest.mark.parametrize("body", [b"[]", b"{}", b"null", b"[1]", b'[{"Names": null}]', b"<html>"])
def test_an_engine_that_answers_nonsense_offers_nothing(body: bytes) -> None:
    """No error reaches the person who pressed a key."""
    reply = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body

    def script(peer: Peer) -> None:
        peer.answer(PING, reply)

    with serving(script) as server, Engine(unix_endpoint(server.path)) as engine:
        assert Names(lambda: nullcontext(engine)).of("container") == []


def test_without_an_engine_nothing_is_offered(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing is printed."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    shell.run_line_magic("load_ext", "dockmagic")
    assert completed(shell, "%drm we") == []


def test_names_are_remembered_for_a_moment(connected: InteractiveShell, things: None, docker_cli: DockerCli) -> None:
    """A few keystrokes are one request."""
    assert completed(connected, "%drm dmt-complete-we") == ["dmt-complete-web"]
    docker_cli("rm", "dmt-complete-web")
    assert completed(connected, "%drm dmt-complete-we") == ["dmt-complete-web"]


def test_a_tab_chooses_no_engine(connected: InteractiveShell, things: None) -> None:
    """What answered a completion is not connected to: the first command, or %dconnect, decides."""
    assert completed(connected, "%drm dmt-complete-we") == ["dmt-complete-web"]
    magics = loaded(connected)
    assert magics is not None
    assert magics.at_hand is None


def test_another_engines_names_are_not_guessed(connected: InteractiveShell, things: None) -> None:
    """With -H the names of the current engine would be the wrong ones."""
    assert candidates("rm", ["--host", "tcp://127.0.0.1:1"], "dmt", Names(nobody)) == []
