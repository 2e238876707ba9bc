"""Buttons that stand alone: `%dcontainer prune --button`, `%dstop web --button`, `dockmagic.button`."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

import dockmagic
from dockmagic.errors import UsageError
from dockmagic.widgets.dashboard_button import ActButton
from dockmagic.widgets.prune_button import PruneButton
from tests.engine.scripted import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from IPython.core.interactiveshell import InteractiveShell

    from dockmagic import Engine
    from tests.conftest import DockerCli
    from tests.engines.dockerd import Dockerd


@pytest.fixture
def engine(engine_process: Dockerd) -> Iterator[Engine]:
    """Return dockmagic's view of the test engine."""
    with dockmagic.connect(engine_process.host) as connected:
        yield connected


@pytest.fixture
def ended(docker_cli: DockerCli, label: str) -> str:
    """Return the filter for two containers that do not run, one with a megabyte, and the third that does."""
    for name, command in (("dmt-b1", ["true"]), ("dmt-b2", ["dd", "if=/dev/zero", "of=/x", "bs=1M", "count=1"])):
        docker_cli("run", "--name", name, "--label", label, "bb:1", *command)
    docker_cli("run", "-d", "--stop-signal", "KILL", "--name", "dmt-b3", "--label", label, "bb:1", "sleep", "1000")
    return f"label={label}"


def there(docker_cli: DockerCli, ended: str) -> set[str]:
    """Which of them are there."""
    return set(docker_cli("ps", "-a", "--filter", ended, "--format", "{{.Names}}").split())


def test_it_shows_what_would_go_asks_removes_that_and_says_so(
    engine: Engine, docker_cli: DockerCli, ended: str
) -> None:
    """Nothing is removed before the second button is pressed; then exactly what was shown."""
    button = dockmagic.button(engine, dockmagic.container_prune, filter=[ended])
    assert isinstance(button, PruneButton)
    assert button.do.layout.display == "none"
    button.look.click()
    assert eventually(lambda: button.do.layout.display == "")
    assert button.do.description == "Remove 2 containers, free up to 1.049 MB"
    assert [name in button.table.value for name in ("dmt-b1", "dmt-b2", "dmt-b3")] == [True, True, False]
    assert there(docker_cli, ended) == {"dmt-b1", "dmt-b2", "dmt-b3"}
    button.do.click()
    assert eventually(lambda: button.said.value == "Removed 2 containers; the engine freed 1.049 MB.")
    assert there(docker_cli, ended) == {"dmt-b3"}
    assert button.table.value == ""
    assert button.do.layout.display == "none"


def test_it_can_be_cancelled_and_pressed_again(engine: Engine, docker_cli: DockerCli, ended: str) -> None:
    """And what has changed meanwhile is shown again before anything goes."""
    button = dockmagic.button(engine, dockmagic.container_prune, filter=[ended])
    assert isinstance(button, PruneButton)
    button.look.click()
    assert eventually(lambda: button.do.layout.display == "")
    button.cancel.click()
    assert (button.do.layout.display, button.table.value) == ("none", "")
    button.look.click()
    assert eventually(lambda: button.do.layout.display == "")
    docker_cli("stop", "dmt-b3")
    assert eventually(lambda: docker_cli("ps", "-q", "--filter", ended) == "")  # 26.1's list has it a moment later
    button.do.click()
    assert eventually(lambda: button.do.description.startswith("Remove 3 containers"))
    assert "nothing has been removed" in button.said.value
    assert there(docker_cli, ended) == {"dmt-b1", "dmt-b2", "dmt-b3"}


def test_a_button_stops_and_starts_and_says_what_came_of_it(engine: Engine, docker_cli: DockerCli, ended: str) -> None:
    """As often as it is pressed, also when the engine it was made with is closed."""
    stop = dockmagic.button(engine, dockmagic.stop, container="dmt-b3")
    start = dockmagic.button(engine, dockmagic.start, container=["dmt-b3", "dmt-b<b>"])
    assert isinstance(stop, ActButton)
    assert isinstance(start, ActButton)
    assert (stop.press.description, start.press.description) == ("Stop dmt-b3", "Start dmt-b3, dmt-b<b>")
    engine.close()
    stop.press.click()
    assert stop.press.disabled or stop.said.value.startswith("dmt-b3 stopped")
    assert eventually(lambda: stop.said.value.startswith("dmt-b3 stopped in ") and not stop.press.disabled)
    start.press.click()
    assert eventually(lambda: start.said.value.startswith("dmt-b3 started in ") and not start.press.disabled)
    assert "dmt-b&lt;b&gt; not started: " in start.said.value
    stop.press.click()
    assert eventually(lambda: docker_cli("ps", "-q", "--filter", "name=dmt-b3") == "")
    assert eventually(lambda: not [each for each in threading.enumerate() if each.name == "dockmagic-button"])


def test_a_button_that_removes_asks_first(engine: Engine, docker_cli: DockerCli, ended: str) -> None:
    """Cancel leaves everything; several containers are several lines."""
    button = dockmagic.button(engine, dockmagic.rm, container=["dmt-b1", "dmt-b3"])
    assert isinstance(button, ActButton)
    assert button.press.description == "Remove dmt-b1, dmt-b3…"
    button.press.click()
    assert (button.do.layout.display, button.do.description) == ("", "Remove dmt-b1, dmt-b3")
    assert there(docker_cli, ended) == {"dmt-b1", "dmt-b2", "dmt-b3"}
    button.cancel.click()
    assert (button.do.layout.display, button.said.value, button.press.disabled) == ("none", "", False)
    button.press.click()
    button.do.click()
    assert button.do.layout.display == "none"
    assert eventually(lambda: button.said.value.startswith("dmt-b1 removed in ") and not button.press.disabled)
    assert "dmt-b3 not removed: " in button.said.value  # it runs, and nobody said -f
    assert there(docker_cli, ended) == {"dmt-b2", "dmt-b3"}


@pytest.mark.parametrize(
    ("command", "options", "label"),
    [
        (dockmagic.kill, {"container": "dmt-x"}, "Kill dmt-x"),
        (dockmagic.rmi, {"image": ["a:1", "b:1", "c:1", "d:1"]}, "Remove a:1, b:1, c:1 and 1 more…"),
        (dockmagic.volume_rm, {"volume": "dmt-x"}, "Remove dmt-x…"),
        (dockmagic.network_rm, {"network": "dmt-x"}, "Remove dmt-x…"),
    ],
)
def test_other_commands_have_a_button_too(engine: Engine, command: Any, options: dict[str, Any], label: str) -> None:
    """That says what it does to what; what fails is told in words."""
    button = dockmagic.button(engine, command, **options)
    assert isinstance(button, ActButton)
    assert button.press.description == label
    (button.do if label.endswith("…") else button.press).click()
    assert eventually(lambda: bool(button.said.value) and not button.said.value.endswith("ing…"))
    assert "No such" in button.said.value or "no " in button.said.value


def test_an_error_stands_below_the_button(engine: Engine) -> None:
    """In a handler nobody would see it."""
    button = dockmagic.button(engine, dockmagic.stop, container="dmt-nobody")
    assert isinstance(button, ActButton)
    button.press.click()
    assert eventually(lambda: button.said.value.startswith("no container &quot;dmt-nobody&quot; on "))
    assert not button.press.disabled


def test_a_magic_gives_the_button_and_does_nothing(
    shell: InteractiveShell, engine_process: Dockerd, docker_cli: DockerCli, ended: str
) -> None:
    """With the command's own options."""
    dockmagic.load_ipython_extension(shell)
    shell.run_cell(f"%dconnect {engine_process.host}").raise_error()
    prune = shell.run_cell(f"%dcontainer prune --filter {ended} --button").result
    assert repr(prune) == "<button: Remove containers that do not run…>"
    stop = shell.run_cell("%dstop dmt-b3 --button").result
    assert repr(stop) == "<button: Stop dmt-b3>"
    assert there(docker_cli, ended) == {"dmt-b1", "dmt-b2", "dmt-b3"}
    assert docker_cli("ps", "-q", "--filter", "name=dmt-b3")
    stop.press.click()
    assert eventually(lambda: docker_cli("ps", "-q", "--filter", "name=dmt-b3") == "")
    dockmagic.unload_ipython_extension(shell)


def test_a_button_asks_whatever_is_forced_and_not_every_command_has_one(engine: Engine) -> None:
    """Refused before there is a button."""
    with pytest.raises(UsageError, match="the button asks before it removes anything"):
        dockmagic.button(engine, dockmagic.container_prune, force=True)
    with pytest.raises(UsageError, match="%dps has no button"):
        dockmagic.button(engine, dockmagic.ps)
