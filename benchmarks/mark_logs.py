"""logs: 200,000 lines of a container to the typed frame, against their bytes read from a raw socket."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

import dockmagic
from benchmarks.engines import engine_at
from benchmarks.raw import raw_body
from benchmarks.rounds import Mark, Pair
from tests.engines.http import checked, request
from tests.engines.images import import_image

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from tests.engines.dockerd import Dockerd

__all__ = ["MARK"]

COUNT = 200_000
WORD = "GET /shop/items/"
"""Once in every line."""

# every tenth line on stderr; 130 bytes each with the time and the header of its frame
_WRITE = f"""
awk 'BEGIN {{
  for (i = 0; i < {COUNT}; i++) {{
    line = sprintf("10.0.0.%d - \\"{WORD}%06d HTTP/1.1\\" 200 %d \\"Mozilla/5.0 (Linux x86_64; rv:150)\\"",
                   i % 250, i, i)
    if (i % 10) print line; else print line > "/dev/stderr"
  }}
}}'
"""


@contextmanager
def prepare(dockerd: Dockerd) -> Iterator[Pair]:
    """Have a container write the lines; it goes with the engine."""
    import_image(dockerd.socket, "writer:1")
    body = json.dumps({"Image": "writer:1", "Cmd": ["sh", "-c", _WRITE], "HostConfig": {"NetworkMode": "none"}})
    checked(request(dockerd.socket, "POST", "/containers/create?name=writer", body=body.encode()))
    checked(request(dockerd.socket, "POST", "/containers/writer/start"))
    checked(request(dockerd.socket, "POST", "/containers/writer/wait", timeout=300))
    with engine_at(dockerd.socket) as engine:
        target = f"/v{engine.api_version}/containers/writer/logs?stdout=true&stderr=true&timestamps=true"
        yield Pair(lambda: dockmagic.logs(engine, "writer"), lambda: raw_body(dockerd.socket, target))


def _lines(answer: pd.DataFrame | bytes) -> int:
    """How many there are."""
    return answer.count(WORD.encode()) if isinstance(answer, bytes) else len(answer)


MARK = Mark(
    name="logs",
    ours=f"dockmagic.logs(engine, ...) of {COUNT:,} lines, 26 MB with the frames' headers, to the typed frame",
    reference="the bytes of the same GET over a raw socket, and nothing done with them",
    judged="wall",
    limit=1.3,
    times=1,
    prepare=prepare,
    essence=_lines,
)
