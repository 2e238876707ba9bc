"""A scripted engine in a process of its own: it answers /_ping and /version, and anything else with a replay of events.

`python benchmarks/replay.py SOCKET COUNT` listens, says "ready", and ends with its standard input.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import socketserver
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["replaying"]

_PING = b"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nOK"
_VERSION = b'{"Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12"}'
_ABOUT = b"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
_PLAIN = b"HTTP/1.0 200 OK\r\nApi-Version: 1.41\r\nContent-Type: application/json\r\n\r\n"
_CHUNKED = (
    b"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
)

_BEGIN = 1_700_000_000_000_000_000  # nanoseconds since 1970
_STEP = 80_000  # nanoseconds between two events, as a busy engine sends them


@contextmanager
def replaying(count: int) -> Iterator[str]:
    """A replay of `count` events, served at the unix socket whose path this gives."""
    with tempfile.TemporaryDirectory(prefix="dm-") as directory:
        path = str(Path(directory) / "s")
        program = [sys.executable, __file__, path, str(count)]
        with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
            if server.stdout is None or server.stdout.readline() != b"ready\n":
                raise RuntimeError(f"the server of the replay did not start: {program}")
            yield path  # leaving the block closes the server's standard input


def _event(number: int) -> dict[str, Any]:
    """A health check's exec_create, as dockerd 20.10 tells it of a container that compose has made."""
    project = f"project{number % 40:02}"
    container = hashlib.sha256(b"container %d" % (number % 200)).hexdigest()
    action = "exec_create: /bin/sh -c true"
    time = _BEGIN + number * _STEP
    attributes = {
        "com.docker.compose.config-hash": hashlib.sha256(project.encode()).hexdigest(),
        "com.docker.compose.container-number": "1",
        "com.docker.compose.project": project,
        "com.docker.compose.service": "web",
        "com.docker.compose.version": "2.29.1",
        "execID": hashlib.sha256(b"exec %d" % number).hexdigest(),
        "image": "registry.example.com/shop/web:1.4",
        "name": f"{project}-web-1",
    }
    return {
        "status": action,
        "id": container,
        "from": attributes["image"],
        "Type": "container",
        "Action": action,
        "Actor": {"ID": container, "Attributes": attributes},
        "scope": "local",
        "time": time // 10**9,
        "timeNano": time,
    }


class _Server(socketserver.ThreadingUnixStreamServer):
    """Holds what is sent, made beforehand: nothing but the sending is left for the replay."""

    daemon_threads = True

    def __init__(self, path: str, count: int) -> None:
        super().__init__(path, _Connection)
        events = [json.dumps(_event(number), separators=(",", ":")).encode() + b"\n" for number in range(count)]
        self.plain = _PLAIN + b"".join(events)
        self.chunked = _CHUNKED + b"".join(b"%x\r\n%b\r\n" % (len(event), event) for event in events) + b"0\r\n\r\n"


class _Connection(socketserver.StreamRequestHandler):
    """One client: kept alive with HTTP/1.1, and closed behind the reply with HTTP/1.0."""

    server: _Server

    def handle(self) -> None:
        """Answer requests until the client has no more."""
        while request := self.rfile.readline():
            while self.rfile.readline().strip():
                pass  # headers
            _, target, version = request.split()
            if target.endswith(b"/_ping"):
                self.wfile.write(_PING)
            elif target.endswith(b"/version"):
                self.wfile.write(_ABOUT % (len(_VERSION), _VERSION))
            elif version == b"HTTP/1.0":
                self.wfile.write(self.server.plain)
                return
            else:
                with contextlib.suppress(BrokenPipeError):  # a feed that has been stopped does not wait for its second
                    self.wfile.write(self.server.chunked)


def _main() -> None:
    path, count = sys.argv[1:]
    with _Server(path, int(count)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.read()
        server.shutdown()


if __name__ == "__main__":
    _main()
