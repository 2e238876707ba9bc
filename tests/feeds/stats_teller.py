"""A scripted engine whose containers are sampled when the test says so."""

from __future__ import annotations

import contextlib
import json
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from tests.feeds.teller import END, HEAD, Teller, chunk

if TYPE_CHECKING:
    from tests.engine.scripted import Peer

MEMORY = 64 * 2**20
LIMIT = 256 * 2**20
SHARE = 0.25
"""Of one processor, which each container has."""
RECEIVED = 1000
"""Bytes that each receives per second."""
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def id_of(name: str) -> str:
    """All digits of a container's id: those of its name, and zeros."""
    return name.encode().hex().ljust(64, "0")


class StatsTeller(Teller):
    """Containers by name, with a stream of samples for whoever asks.

    Attributes:
        names: those that run, the newest first.
        stopped: those that do not.
        faulty: those whose samples cannot be taken.
        lists: how many times they were listed.
        polled: the names whose samples were asked for one by one.
        refuses: it lists nothing.
    """

    def __init__(self, *names: str) -> None:
        super().__init__()
        self.names = list(names)
        self.stopped: list[str] = []
        self.faulty: set[str] = set()
        self.lists = 0
        self.polled: list[str] = []
        self.refuses = False
        self._streams: list[tuple[str, Peer]] = []
        self._ticks: dict[str, int] = {}
        self._changing = threading.Lock()

    @property
    def streams(self) -> list[str]:
        """The containers of which a stream is open, in the order of their names."""
        with self._changing:
            return sorted(name for name, _ in self._streams)

    def tick(self, *, times: int = 1) -> None:
        """Take a sample of each container that somebody listens to, one second after the last one."""
        for _ in range(times):
            self.tell(lambda name: json.dumps(self.sample(name)).encode() + b"\n")

    def tell(self, line: Any) -> None:
        """Send each stream the line for its container."""
        with self._changing:
            for name, peer in self._streams:
                data: bytes = line(name)
                with contextlib.suppress(OSError):  # it has just been closed
                    peer.send(b"%x\r\n%b\r\n" % (len(data), data))

    def begin(self, name: str) -> None:
        """Start a container."""
        self.names.insert(0, name)
        self.event("start", name)

    def end(self, name: str) -> None:
        """Let a container end."""
        self.names.remove(name)
        self.event("die", name)

    def event(self, action: str, container: str, **attributes: str) -> None:
        """Something happens to a container."""
        self.told += 1
        actor = {"ID": id_of(container), "Attributes": {"name": container, **attributes}}
        moment = self._begin + self.told * 1000
        event = {"Type": "container", "Action": action, "Actor": actor, "scope": "local", "timeNano": moment}
        self.remembered.append(event)
        self.say(chunk(event))

    def cut(self, name: str) -> None:
        """End the stream of a container, though it runs."""
        with self._changing:
            for each, peer in self._streams:
                if each == name:
                    peer.send(END)
                    peer.cut()

    def sample(self, name: str) -> dict[str, Any]:
        """The next sample of a container; its first one has no one before."""
        number = self._ticks[name] = self._ticks.get(name, -1) + 1
        before = {} if number == 0 else _cpu(number - 1)
        return {
            "read": (_EPOCH + timedelta(seconds=number)).isoformat().replace("+00:00", "Z"),
            "cpu_stats": _cpu(number),
            "precpu_stats": before,
            "memory_stats": {"usage": MEMORY, "stats": {}, "limit": LIMIT},
            "networks": {"eth0": {"rx_bytes": RECEIVED * number, "tx_bytes": 0}},
            "pids_stats": {"current": 3},
        }

    def answered(self, peer: Peer, target: str) -> bool:
        """Lists, and samples: of a stream it returns when that has ended."""
        path, query = urlsplit(target).path, parse_qs(urlsplit(target).query)
        if path.endswith("/containers/json"):
            self.lists += 1
            peer.send(_reply(500, {"message": "no"}) if self.refuses else _reply(200, self._listed(query)))
            return True
        if not path.endswith("/stats"):
            return False
        name = bytes.fromhex(path.split("/")[-2]).rstrip(b"\0").decode()
        if name in self.faulty:
            peer.send(_reply(500, {"message": "no cgroup\x1b[31m"}))
        elif query.get("stream") == ["true"]:
            self._stream(name, peer)
        else:
            self.polled.append(name)
            peer.send(_reply(200, self.sample(name)))
        return True

    def _listed(self, query: dict[str, list[str]]) -> list[dict[str, Any]]:
        wanted = json.loads(query.get("filters", ["{}"])[0]).get("id")
        states = [(name, "running") for name in self.names]
        if "all" in query:
            states += [(name, "exited") for name in self.stopped]
        rows = [{"Id": id_of(name), "Names": [f"/{name}"], "State": state} for name, state in states]
        return [row for row in rows if wanted is None or row["Id"] in wanted]

    def _stream(self, name: str, peer: Peer) -> None:
        peer.send(HEAD)
        with self._changing:
            self._streams.append((name, peer))
        peer.until_end()
        with self._changing, contextlib.suppress(ValueError):
            self._streams.remove((name, peer))


def _cpu(number: int) -> dict[str, Any]:
    return {
        "cpu_usage": {"total_usage": int((number + 1) * SHARE * 1e9)},
        "system_cpu_usage": int((number + 1) * 4 * 1e9),
        "online_cpus": 4,
    }


def _reply(status: int, reply: Any) -> bytes:
    body = json.dumps(reply).encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body
