"""What a dashboard asks of an engine: of a change one row, and nothing while nothing happens."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.engine.scripted import serving
from tests.feeds.relay import Relay
from tests.widgets.dashboards import Seen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import DockerCli
    from tests.engines.dockerd import Dockerd

REQUEST = re.compile(rb"(?m)^(?:GET|POST|DELETE) (\S+) HTTP/1\.1\r$")


class Noting(Relay):
    """Keeps what was asked."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.asked: list[str] = []

    def passing(self, data: bytes) -> None:
        """A request begins where a piece begins: they are short, and one follows the answer to the one before."""
        self.asked += [target.decode() for target in REQUEST.findall(data)]

    def lists(self) -> list[str]:
        """The targets of all lists of containers, without the version."""
        return [each.partition("/containers/json")[2] for each in self.asked if "/containers/json" in each]


@pytest.fixture
def noting(engine_process: Dockerd) -> Iterator[tuple[Noting, Seen]]:
    """Return a relay before the test engine, and a dashboard of it that has asked all that it asks at its start."""
    relay = Noting(engine_process.socket)
    with serving(relay.script) as server:
        seen = Seen(f"unix://{server.path}")
        try:
            listing = seen.dashboard._listing
            assert seen.sees(lambda: len(relay.lists()) >= 2 and listing.settles_in > 1)  # all, and all once more
            assert seen.sees(lambda: "disk" in seen.sections)
            yield relay, seen
        finally:
            seen.dashboard.stop()
            relay.down()


def test_of_a_change_one_row_is_asked_for_and_not_the_list(
    noting: tuple[Noting, Seen], docker_cli: DockerCli, label: str
) -> None:
    """By its id, more than once, since an engine may tell of a change before its own list has it."""
    relay, seen = noting
    relay.asked.clear()
    identity = docker_cli("create", "--name", "dmt-q1", "--label", label, "bb:1", "true").strip()
    assert seen.sees(lambda: seen.row("dmt-q1"))
    docker_cli("rename", "dmt-q1", "dmt-q2")
    assert seen.sees(lambda: seen.row("dmt-q2"))
    assert seen.sees(lambda: len(relay.lists()) >= 3)
    filters = [json.loads(parse_qs(urlsplit(each).query)["filters"][0]) for each in relay.lists()]
    assert all(identity in each["id"] for each in filters)
    assert not any(name in target for target in relay.asked for name in ("/images/json", "/volumes", "/networks"))
