"""An engine in a process of its own that reads whatever is sent to it, and answers with the number of bytes.

`python benchmarks/sink.py SOCKET` listens, says "ready", and ends with its standard input.
"""

from __future__ import annotations

import socketserver
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["sink"]

_PING = b"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nOK"
_REPLY = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"


@contextmanager
def sink() -> Iterator[str]:
    """The unix socket of an engine that reads everything."""
    with tempfile.TemporaryDirectory(prefix="dm-") as directory:
        path = str(Path(directory) / "s")
        program = [sys.executable, __file__, path]
        with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
            if server.stdout is None or server.stdout.readline() != b"ready\n":
                raise RuntimeError(f"the sink did not start: {program}")
            yield path  # leaving the block closes the server's standard input


class _Connection(socketserver.StreamRequestHandler):
    """One client, kept alive."""

    def setup(self) -> None:
        super().setup()
        self._space = memoryview(bytearray(1024 * 1024))

    def handle(self) -> None:
        """Answer requests until the client has no more."""
        while request := self.rfile.readline():
            headers = dict(line.rstrip().lower().split(b": ", 1) for line in iter(self.rfile.readline, b"\r\n"))
            if request.split()[1].endswith(b"/_ping"):
                self.wfile.write(_PING)
                continue
            if headers.get(b"expect") == b"100-continue":
                self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            chunked = headers.get(b"transfer-encoding") == b"chunked"
            count = b"%d" % (self._chunks() if chunked else self._bytes(int(headers[b"content-length"])))
            self.wfile.write(_REPLY % (len(count), count))

    def _chunks(self) -> int:
        """Read a body in chunks, and return how many bytes it had."""
        count = 0
        while size := int(self.rfile.readline(), 16):
            count += self._bytes(size)
            self.rfile.readline()
        self.rfile.readline()
        return count

    def _bytes(self, size: int) -> int:
        left = size
        while left:
            left -= self.rfile.readinto(self._space[:left])
        return size


def _main() -> None:
    with socketserver.ThreadingUnixStreamServer(sys.argv[1], _Connection) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.read()
        server.shutdown()


if __name__ == "__main__":
    _main()
