"""An engine in a process of its own that reads the tar it is sent, and answers with the number of files in it.

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

_BLOCK = 512  # bytes of a header; contents are filled up to it
_PING = b"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nOK"
_VERSION = b'{"Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12"}'
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


class _Files:
    """Counts the files of a tar as its bytes come: looks at each header, and skips what it tells the size of."""

    def __init__(self) -> None:
        self.count = 0
        self._header = b""
        self._skip = 0

    def feed(self, data: memoryview) -> None:
        """The next bytes."""
        position = 0
        while position < len(data):
            if self._skip:
                step = min(self._skip, len(data) - position)
                self._skip -= step
                position += step
                continue
            piece = data[position : position + _BLOCK - len(self._header)]
            self._header += piece
            position += len(piece)
            if len(self._header) == _BLOCK:
                self._read(self._header)
                self._header = b""

    def _read(self, header: bytes) -> None:
        if header[0]:  # the end is blocks of zeros
            self.count += header[156:157] in b"0\0"
            size = int(header[124:136].rstrip(b"\0 ") or b"0", 8)
            self._skip = (size + _BLOCK - 1) // _BLOCK * _BLOCK


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
            if request.split()[1].endswith(b"/version"):
                self.wfile.write(_REPLY % (len(_VERSION), _VERSION))
                continue
            if headers.get(b"expect") == b"100-continue":
                self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            chunked = headers.get(b"transfer-encoding") == b"chunked"
            self._files = _Files()
            if chunked:
                self._chunks()
            else:
                self._bytes(int(headers[b"content-length"]))
            message = b'{"stream":"%d"}\n' % self._files.count
            self.wfile.write(_REPLY % (len(message), message))

    def _chunks(self) -> None:
        """Read a body in chunks."""
        while size := int(self.rfile.readline(), 16):
            self._bytes(size)
            self.rfile.readline()
        self.rfile.readline()

    def _bytes(self, size: int) -> None:
        while size:
            count = self.rfile.readinto(self._space[:size])
            self._files.feed(self._space[:count])
            size -= count


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
