"""Makes an engine tell events as fast as it can: `python -m benchmarks.exec_events SOCKET CONTAINER COUNT`.

Each is an exec that is created and never started, asked for over four connections.
"""

from __future__ import annotations

import socket
import sys
import threading

__all__ = ["main"]

CONNECTIONS = 4
_BODY = b'{"Cmd":["true"]}'


def main(path: str, container: str, count: int) -> None:
    """Ask for `count` of them, and end when all are made."""
    request = b"POST /containers/%b/exec HTTP/1.1\r\nHost: docker\r\nContent-Type: application/json\r\n" % (
        container.encode()
    )
    request += b"Content-Length: %d\r\n\r\n%b" % (len(_BODY), _BODY)
    shares = [count // CONNECTIONS + (number < count % CONNECTIONS) for number in range(CONNECTIONS)]
    threads = [threading.Thread(target=_ask, args=(path, request, share)) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _ask(path: str, request: bytes, count: int) -> None:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(path)
        for _ in range(count):
            sock.sendall(request)
            reply = sock.recv(65536)
            while not reply.endswith(b"}\n"):
                reply += sock.recv(65536)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
