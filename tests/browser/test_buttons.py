"""Buttons alone in a notebook: `%dstop web --button` and the like, pressed in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.boards import BUILD
from tests.browser.dashboard_lab import opened
from tests.engine.scripted import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.dashboard_lab import Lab
    from tests.browser.servers import Server
    from tests.widgets.dashboards import Host

COMMANDS = (
    *("stop web", "start web", "restart web", "pause web", "unpause web", "kill spare", "rm spare"),
    *("container prune", "stop nobody"),
)

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # playwright's own
    pytest.mark.timeout(240),
]


@pytest.fixture(scope="module")
def lab(host: Host, jupyter: Server) -> Iterator[Lab]:
    """Open a notebook with a button in each cell, of an engine with some containers."""
    host.run("web")
    host.run("spare")
    host.run("other")
    for name in ("old-1", "old-2"):
        host.create(name)
    cells = (f"%load_ext dockmagic\n%dconnect {host.dockerd.host};", *(f"%d{each} --button" for each in COMMANDS))
    with opened(jupyter, *cells, name="buttons") as lab:
        lab.page.get_by_role("button", name="Stop nobody").wait_for()
        yield lab
        assert lab.errors == []
        assert lab.elsewhere == []


def press(lab: Lab, name: str) -> None:
    """Press the button that says this."""
    lab.page.get_by_role("button", name=name, exact=True).click()


def state(host: Host, name: str) -> str:
    """What the engine says of a container."""
    return host.docker("inspect", "--format", "{{.State.Status}}", name).strip()


@pytest.mark.parametrize(
    ("button", "said", "expected"),
    [
        ("Stop web", "web stopped in ", "exited"),
        ("Start web", "web started in ", "running"),
        ("Restart web", "web restarted in ", "running"),
        ("Pause web", "web paused in ", "paused"),
        ("Unpause web", "web unpaused in ", "running"),
    ],
)
def test_each_does_its_command_and_says_so(lab: Lab, host: Host, button: str, said: str, expected: str) -> None:
    """Below the button, which can be pressed again."""
    press(lab, button)
    lab.page.get_by_text(said).wait_for()
    assert state(host, "web") == expected
    assert lab.page.get_by_role("button", name=button, exact=True).is_enabled()


def test_one_that_removes_asks_in_its_place(lab: Lab, host: Host) -> None:
    """And is told what the engine says against it; the others stay."""
    press(lab, "Remove spare…")
    lab.page.get_by_role("button", name="Cancel").click()
    assert "spare" in host.names()
    press(lab, "Kill spare")
    lab.page.get_by_text("spare killed in ").wait_for()
    assert eventually(lambda: state(host, "spare") == "exited")
    press(lab, "Remove spare…")
    lab.page.get_by_text("This cannot be undone.").wait_for()
    lab.shoot(BUILD / "buttons.png", width=1200, theme="Light", height=1400)
    press(lab, "Remove spare")
    lab.page.get_by_text("spare removed in ").wait_for()
    assert host.names() == {"web", "other", "old-1", "old-2"}


def test_a_prune_shows_what_would_go_and_removes_exactly_that(lab: Lab, host: Host) -> None:
    """After a second press."""
    press(lab, "Remove containers that do not run…")
    lab.page.get_by_role("button", name="Remove 2 containers").wait_for()
    lab.page.get_by_text("old-1").wait_for()
    assert host.names() >= {"old-1", "old-2"}
    lab.shoot(BUILD / "buttons-prune.png", width=1200, theme="Dark", height=1400)
    press(lab, "Remove 2 containers")
    lab.page.get_by_text("Removed 2 containers").wait_for()
    assert not host.names() & {"old-1", "old-2"}


def test_what_fails_is_told_below(lab: Lab) -> None:
    """An exception nobody would see."""
    press(lab, "Stop nobody")
    lab.page.get_by_text('no container "nobody"').wait_for()
