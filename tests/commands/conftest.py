"""What the tests of commands share: dockmagic connected to the test engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import dockmagic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockmagic import Engine
    from tests.engines.dockerd import Dockerd


@pytest.fixture
def engine(engine_process: Dockerd) -> Iterator[Engine]:
    """Return dockmagic's view of the test engine, over its unix socket."""
    with dockmagic.connect(engine_process.host) as connected:
        yield connected
