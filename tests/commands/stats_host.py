"""An engine of containers whose figures are the test's choice: samples at once, or at its tick, or none."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import dockmagic
from tests.engine.scripted import PATIENCE, serving

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dockmagic import Engine
    from tests.engine.scripted import Peer

MEMORY = 64 * 2**20
SHARE = 0.25
"""Of one processor, which each container has."""


class StatsHost:
    """Containers by name, whose id is the name with zeros behind it: what is listed first, then next, and from then on.

    Attributes:
        gone: those that are listed and have vanished when they are asked for.
        emptied: those that 20.10 replies nothing about: they were removed while it waited for its tick.
        faulty: those whose samples cannot be taken.
        asked: the names whose samples were asked for.
        lasts: after how many samples it hangs up for good.
        crowd: how many samples are waited for at once before the first is given.
        most: how many were waited for at once, at most.
    """

    def __init__(self, *lists: Sequence[str], tick: float = 0.0, crowd: int = 1, lasts: float = float("inf")) -> None:
        self.gone: set[str] = set()
        self.emptied: set[str] = set()
        self.faulty: set[str] = set()
        self.asked: list[str] = []
        self.tick, self.crowd, self.lasts = tick, crowd, lasts
        self.most = self._waiting = 0
        self._lists = list(lists)
        self._changed = threading.Condition()

    def script(self, peer: Peer) -> None:
        """Serve one connection."""
        while True:
            path = urlsplit(peer.request().target).path
            if len(self.asked) >= self.lasts:
                peer.cut()
                return
            if path == "/_ping":
                peer.send(_reply(200, b"OK", "text/plain"))
            elif path.endswith("/containers/json"):
                names = self._lists.pop(0) if len(self._lists) > 1 else self._lists[0]
                peer.send(_json(200, [_listed(name) for name in names]))
            elif path.endswith("/json"):
                peer.send(_json(200, _listed(path.split("/")[-2])))
            else:
                peer.send(self._sampled(path.split("/")[-2].rstrip("0")))

    def _sampled(self, name: str) -> bytes:
        with self._changed:
            self.asked.append(name)
            self._waiting += 1
            self.most = max(self.most, self._waiting)
            self._changed.notify_all()
            assert self._changed.wait_for(lambda: self.most >= self.crowd, PATIENCE)
        if self.tick:
            time.sleep(self.tick - time.monotonic() % self.tick)
        with self._changed:
            self._waiting -= 1
        if name in self.gone:
            return _json(404, {"message": f"No such container: {name}"})
        if name in self.faulty:
            return _json(500, {"message": "no cgroup\x1b[31m"})
        return _reply(200, b"", "application/json") if name in self.emptied else _json(200, _sample())


def _listed(name: str) -> dict[str, Any]:
    return {"Id": name.ljust(64, "0"), "Names": [f"/{name}"], "State": "running"}


def _sample() -> dict[str, Any]:
    now = time.monotonic()
    return {
        "read": datetime.now(UTC).isoformat(),
        "cpu_stats": {
            "cpu_usage": {"total_usage": int(now * SHARE * 1e9)},
            "system_cpu_usage": int(now * 4 * 1e9),
            "online_cpus": 4,
        },
        "memory_stats": {"usage": MEMORY, "stats": {}, "limit": 2 * MEMORY},
        "pids_stats": {"current": 3},
    }


@contextmanager
def connected(host: StatsHost) -> Iterator[Engine]:
    """An engine that is this host."""
    with serving(host.script, backlog=512) as server, dockmagic.connect(f"unix://{server.path}") as engine:
        yield engine


def _json(status: int, reply: Any) -> bytes:
    return _reply(status, json.dumps(reply).encode(), "application/json")


def _reply(status: int, body: bytes, kind: str) -> bytes:
    head = f"HTTP/1.1 {status} X\r\nApi-Version: 1.45\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body
