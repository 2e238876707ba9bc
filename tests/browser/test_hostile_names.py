"""Names that want to be HTML, of containers, images, volumes and networks, in every place of a page that shows them."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from tests.browser.boards import BUILD, row
from tests.browser.dashboard_lab import opened
from tests.engine.scripted import serving
from tests.feeds.relay import Relay

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    from tests.browser.dashboard_lab import Lab
    from tests.browser.servers import Server
    from tests.engine.scripted import Peer
    from tests.widgets.dashboards import Host

HOSTILE = "<img src=x onerror=window.__xss=1>"
NAME = "this-name-has-as-many-letters-asit"
"""What they are called on the engine, which lets nobody choose such names: they change on the way."""

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # playwright's own
    pytest.mark.timeout(240),
]


class Renaming(Relay):
    """Passes on what an engine says, with `HOSTILE` in place of `NAME`: as if it was an engine of somebody else's."""

    def _back(self, engine: socket.socket, peer: Peer) -> None:
        kept = b""
        with contextlib.suppress(OSError):
            while data := engine.recv(65536):
                data = (kept + data).replace(NAME.encode(), HOSTILE.encode())
                size = next(n for n in range(len(NAME) - 1, -1, -1) if data.endswith(NAME.encode()[:n]))
                data, kept = data[: len(data) - size], data[len(data) - size :]
                peer.send(data)
        peer.cut()


@pytest.fixture(scope="module")
def lab(host: Host, jupyter: Server) -> Iterator[Lab]:
    """Open a notebook with views of that engine."""
    assert len(NAME) == len(HOSTILE)
    host.docker("tag", "bb:1", f"{NAME}:1")
    host.docker("network", "create", NAME)
    host.docker("volume", "create", NAME)
    said = ("sh", "-c", f"echo '{HOSTILE}'; sleep 1000")
    label = ("--label", f"{NAME}={HOSTILE}")
    host.run(NAME, *label, "--network", NAME, "-v", f"{NAME}:/x", "-h", NAME, image=f"{NAME}:1", command=said)
    host.create(f"{NAME}-old", *label, image=f"{NAME}:1")
    relay = Renaming(host.dockerd.socket)
    with serving(relay.script) as server:
        cells = (
            f"%load_ext dockmagic\n%dconnect unix://{server.path};",
            "%dashboard",
            "%dcontainer prune --button",
            "%dps -a",
        )
        with opened(jupyter, *cells, name="hostile") as lab:
            row(lab.page.locator(".dm-dash"), HOSTILE).wait_for()
            yield lab
        relay.down()


def test_nothing_of_it_becomes_html(lab: Lab, host: Host) -> None:
    """Tables, questions, messages, logs, events, what a clean-up shows, and a button alone: all of it is text."""
    board = lab.page.locator(".dm-dash")
    for tab in ("Images", "Volumes", "Networks", "Containers"):
        board.get_by_role("tab", name=tab).click()
        board.get_by_role("tabpanel", name=tab).get_by_text(HOSTILE).first.wait_for()
    row(board, HOSTILE).get_by_role("checkbox").check()
    board.get_by_role("button", name="Logs").click()
    lab.page.locator(".dm-logs").get_by_text(HOSTILE).first.wait_for()
    board.get_by_role("button", name="Remove…").click()
    board.get_by_text(f"Remove {HOSTILE}?").wait_for()
    board.get_by_role("button", name="Stopped containers").click()
    board.locator(".dm-dash-offer").get_by_text(HOSTILE).wait_for()
    lab.page.get_by_role("button", name="Remove containers that do not run…").click()
    lab.page.get_by_text("This would go, and nothing else:").nth(1).wait_for()
    lab.shoot(BUILD / "hostile.png", width=1600, theme="Light", height=1600)
    board.get_by_role("button", name="Restart 1 container").click()
    board.get_by_text(f"Restarted {HOSTILE}.").wait_for()
    lab.page.locator(".dm-events").get_by_text(HOSTILE).first.wait_for()
    assert lab.page.evaluate("window.__xss") is None
    assert lab.page.locator("img[src=x]").count() == 0
    assert lab.errors == []
    assert lab.elsewhere == []
    assert NAME in host.names()
