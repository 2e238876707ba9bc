"""A relay in front of a real engine, so that a connection can be cut and the engine goes on."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING

import dockmagic
from tests.engine.scripted import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockmagic import Engine
    from tests.engine.scripted import Peer


class Relay:
    """Passes bytes on, both ways, until it is told to hold or to cut."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._open = threading.Event()
        self._open.set()
        self._engines: list[socket.socket] = []

    def script(self, peer: Peer) -> None:
        """Serve one connection; while it is down none is served."""
        if not self._open.is_set():
            return
        with socket.socket(socket.AF_UNIX) as engine:
            engine.connect(self._path)
            self._engines.append(engine)
            back = threading.Thread(target=self._back, args=(engine, peer), daemon=True)
            back.start()
            with contextlib.suppress(OSError):
                while data := peer.read():
                    self.passing(data)
                    engine.sendall(data)
            with contextlib.suppress(OSError):
                engine.shutdown(socket.SHUT_RDWR)
            back.join()

    def passing(self, data: bytes) -> None:
        """Called with what a client sends: nothing is done here."""

    def down(self) -> None:
        """End all connections, and serve no more."""
        self._open.clear()
        for engine in self._engines:
            with contextlib.suppress(OSError):
                engine.shutdown(socket.SHUT_RDWR)
        self._engines.clear()

    def up(self) -> None:
        """Serve again."""
        self._open.set()

    def _back(self, engine: socket.socket, peer: Peer) -> None:
        with contextlib.suppress(OSError):
            while data := engine.recv(65536):
                peer.send(data)
        peer.cut()


@contextlib.contextmanager
def relayed(path: str) -> Iterator[tuple[Engine, Relay]]:
    """An Engine that talks through a relay to the engine at `path`."""
    relay = Relay(path)
    with serving(relay.script) as server, dockmagic.connect(f"unix://{server.path}") as engine:
        try:
            yield engine, relay
        finally:
            relay.down()
