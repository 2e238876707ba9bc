"""Stop: ends one request from another thread, whatever it is waiting for."""

from __future__ import annotations

import contextlib
import socket
import threading

__all__ = ["Stop"]


class Stop:
    """A handle that belongs to one request; calling it from any thread wakes whoever waits for that request.

    Hand it to httpx as `extensions={"stop": handle}`. It shuts the request's socket down, because closing a socket
    from another thread neither wakes its reader nor is safe (the file descriptor's number may be used again), and
    it never touches the connection once the request is over: `unbind` and the call exclude each other.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sock: socket.socket | None = None
        self._requested = False

    @property
    def requested(self) -> bool:
        """Whether the request was told to stop: every error and every end of it then means "stopped"."""
        return self._requested

    def __call__(self) -> None:
        """Stop the request. Harmless before it starts (it will not), after it ended, and twice."""
        with self._lock:
            self._requested = True
            if self._sock is not None:
                with contextlib.suppress(OSError):  # never connected, or the engine was faster
                    self._sock.shutdown(socket.SHUT_RDWR)

    def bind(self, sock: socket.socket) -> bool:
        """Watch over `sock` from now on; False if the request is already to stop."""
        with self._lock:
            self._sock = sock
            return not self._requested

    def unbind(self) -> bool:
        """Let go of the socket; False if it was shut down meanwhile and must not be used again."""
        with self._lock:
            self._sock = None
            return not self._requested
