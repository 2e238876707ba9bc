"""call: a small GET over a warm connection, against a plain httpx.Client."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx

from benchmarks.engines import engine_at
from benchmarks.rounds import Mark, Pair

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.engines.dockerd import Dockerd

__all__ = ["MARK"]


@contextmanager
def prepare(dockerd: Dockerd) -> Iterator[Pair]:
    """Two clients with a connection each."""
    with engine_at(dockerd.socket) as engine, httpx.Client(transport=httpx.HTTPTransport(uds=dockerd.socket)) as client:
        url = f"http://docker/v{engine.api_version}/_ping"

        def reference() -> str:
            return client.get(url).content.decode()

        yield Pair(lambda: engine.get("/_ping"), reference)


MARK = Mark(
    name="call",
    ours='engine.get("/_ping") over a warm connection',
    reference="httpx.Client(transport=httpx.HTTPTransport(uds=...)).get of the same URL, warm",
    judged="wall",
    limit=0.65,
    times=200,
    prepare=prepare,
    essence=str,
)
