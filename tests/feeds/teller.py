"""A scripted engine that tells events as Docker's do: it remembers the last 256, and forgets them at a restart."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import dockmagic
from tests.engine.scripted import eventually, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockmagic import Engine
    from dockmagic.feeds.feed import Feed
    from tests.engine.scripted import Kind, Peer

PING = b"HTTP/1.1 200 OK\r\nApi-Version: 1.45\r\nContent-Length: 2\r\n\r\nOK"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"
SECOND = 10**9


def an_event(name: str, time_ns: int) -> dict[str, Any]:
    """An image gets a name."""
    actor = {"ID": "sha256:" + "a" * 64, "Attributes": {"name": name}}
    return {"Type": "image", "Action": "tag", "Actor": actor, "scope": "local", "timeNano": time_ns}


def chunk(event: dict[str, Any]) -> bytes:
    """An event as a chunk of its own, as an engine sends it."""
    line = json.dumps(event).encode() + b"\n"
    return b"%x\r\n%b\r\n" % (len(line), line)


class Teller:
    """Serves /_ping and /events; the test says what happens."""

    def __init__(self, kept: int = 256) -> None:
        self.asked: list[dict[str, str]] = []
        self.told = 0
        self.remembered: deque[dict[str, Any]] = deque(maxlen=kept)
        self.mute = False  # accepts and never answers
        self._begin = time.time_ns()
        self._lock = threading.Lock()
        self._listeners: list[Peer] = []

    @property
    def listeners(self) -> int:
        """How many hear its events."""
        return len(self._listeners)

    def happen(self, count: int = 1, *, heard: bool = True) -> None:
        """Let so many events happen; `heard`: those that listen hear of them."""
        with self._lock:
            events = [an_event(f"e{self.told + n}", self._begin + (self.told + n) * 1000) for n in range(count)]
            self.told += count
            self.remembered.extend(events)
            for peer in self._listeners if heard else ():
                peer.send(b"".join(map(chunk, events)))

    def say(self, data: bytes) -> None:
        """Send these bytes to all that listen."""
        with self._lock:
            for peer in self._listeners:
                peer.send(data)

    def hang_up(self, *, cleanly: bool = False) -> None:
        """End all connections that listen."""
        with self._lock:
            for peer in self._listeners:
                if cleanly:
                    peer.send(END)
                peer.cut()
            self._listeners.clear()

    def script(self, peer: Peer) -> None:
        """Serve one connection."""
        while True:
            request = peer.request()
            if self.mute:
                peer.until_end()
                return
            if request.target == "/_ping":
                peer.send(PING)
                continue
            if self.answered(peer, request.target):
                continue
            query = {key: values[0] for key, values in parse_qs(urlsplit(request.target).query).items()}
            if "until" in query:
                self.asked.append(query)
                peer.send(HEAD + b"".join(map(chunk, self._replay(query))) + END)
                continue
            with self._lock:
                self.asked.append(query)
                peer.send(HEAD + b"".join(map(chunk, self._replay(query))))
                self._listeners.append(peer)
            peer.until_end()
            with self._lock, contextlib.suppress(ValueError):
                self._listeners.remove(peer)
            return

    def answered(self, peer: Peer, target: str) -> bool:
        """Whether it was no question about events, and has its answer."""
        return False

    def _replay(self, query: dict[str, str]) -> list[dict[str, Any]]:
        """As the engine picks them: from the last one back to the first that is too old."""
        if not query.keys() & {"since", "until"}:
            return []
        since, until = (_nanoseconds(query.get(key)) for key in ("since", "until"))
        found = []
        for event in reversed(self.remembered):
            if event["timeNano"] < since:
                break
            if not until or event["timeNano"] <= until:
                found.append(event)
        return found[::-1]


def _nanoseconds(text: str | None) -> int:
    seconds, _, below = (text or "0.0").partition(".")
    return int(seconds) * SECOND + int(below)


@contextlib.contextmanager
def telling(teller: Teller, *, kind: Kind = "unix") -> Iterator[Engine]:
    """An Engine that talks to `teller`."""
    with serving(teller.script, kind=kind) as server:
        host = f"unix://{server.path}" if kind == "unix" else f"tcp://127.0.0.1:{server.port}"
        try:
            with dockmagic.connect(host) as engine:
                yield engine
        finally:
            teller.hang_up()


def names(feed: Feed) -> list[str]:
    """What the feed has seen: the names of events, and "gap"."""
    frame = feed.frame
    return ["gap" if kind == "gap" else name for kind, name in zip(frame["type"], frame["name"], strict=True)]


def sees(feed: Feed, *expected: str) -> bool:
    """Whether the feed sees exactly that, sooner or later."""
    eventually(lambda: feed.seen >= len(expected))
    return names(feed) == list(expected)


def connected(feed: Feed) -> bool:
    """Whether the feed hears the engine, sooner or later."""
    return eventually(lambda: feed.state.name == "connected")


def threads() -> list[str]:
    """The threads of feeds that run."""
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("dockmagic-feed")]
