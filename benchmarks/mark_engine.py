"""engine: making an Engine and closing it again, against httpx.Client()."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx

from benchmarks.engines import endpoint_at
from benchmarks.rounds import Mark, Pair
from dockmagic import Engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.engines.dockerd import Dockerd

__all__ = ["MARK"]


@contextmanager
def prepare(dockerd: Dockerd) -> Iterator[Pair]:
    """Nothing is sent by either."""
    endpoint = endpoint_at(dockerd.socket)
    yield Pair(lambda: Engine(endpoint).close(), lambda: httpx.Client().close())


MARK = Mark(
    name="engine",
    ours="Engine(endpoint) on a unix socket, closed again, nothing sent",
    reference="httpx.Client() as it is by default, closed again",
    judged="wall",
    limit=0.15,
    times=5,
    prepare=prepare,
    essence=lambda _: None,
)
