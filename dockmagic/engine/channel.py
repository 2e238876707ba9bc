"""A connected byte stream: a socket with a limit on every wait, and what may be asked of it between requests."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import time
from typing import Protocol

__all__ = ["RECEIVE_SIZE", "Channel", "Child", "Deadline", "wait_for"]

RECEIVE_SIZE = 65536
"""Bytes per recv. Measured: 256 KiB is five times dearer, since malloc maps and faults in fresh pages each time."""


class Deadline:
    """A limit for several waits together."""

    def __init__(self, seconds: float | None) -> None:
        self._end = None if seconds is None else time.monotonic() + seconds

    def left(self) -> float | None:
        """Seconds that are left, None if there is no limit. Raises TimeoutError when it has passed."""
        if self._end is None:
            return None
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("no answer in time")
        return left


def wait_for(sock: socket.socket, *, reading: bool, writing: bool, timeout: float | None) -> tuple[bool, bool]:
    """Wait until `sock` can be read from (or has failed) or written to."""
    if not hasattr(select, "poll"):  # Windows
        readable, writable, failed = select.select(
            [sock] if reading else [], [sock] if writing else [], [sock] if writing else [], timeout
        )
        return bool(readable or failed), bool(writable)
    poll = select.poll()
    poll.register(sock, (select.POLLIN if reading else 0) | (select.POLLOUT if writing else 0))
    happened = poll.poll(None if timeout is None else timeout * 1000)
    flags = happened[0][1] if happened else 0
    return bool(flags & ~select.POLLOUT), bool(flags & select.POLLOUT)


class Child(Protocol):
    """The process at the other end of a channel, where there is one (ssh)."""

    def close(self) -> None:
        """End it and take its exit code."""

    def complaint(self) -> str:
        """What it said on stderr before it ended, "" if nothing."""


class Channel:
    """A connected socket. Only the thread that uses it may close it; any thread may `stop` through a Stop handle.

    Every wait takes `timeout` in seconds, None for no limit, and raises TimeoutError; every other failure is an
    OSError of the operating system's own.
    """

    secure = False

    def __init__(self, sock: socket.socket, child: Child | None = None) -> None:
        self.sock = sock
        self.child = child
        self.used = False  # whether a reply has come over it
        self._pid = os.getpid()
        self._timeout: float | None = None
        sock.settimeout(None)

    @property
    def local(self) -> bool:
        """Whether the peer is on this machine, so that a first send that fails proves that nothing arrived."""
        return self.sock.family == getattr(socket, "AF_UNIX", None)

    @property
    def foreign(self) -> bool:
        """Whether it was opened by the process that this one was forked from."""
        return self._pid != os.getpid()

    def recv(self, timeout: float | None) -> bytes:
        """Some bytes, or b"" at the end of the stream."""
        self._limit(timeout)
        return self.sock.recv(RECEIVE_SIZE)

    def send(self, data: bytes | memoryview, timeout: float | None) -> int:
        """Send some of `data`, and say how much."""
        self._limit(timeout)
        return self.sock.send(data)

    def wait(self, timeout: float | None) -> tuple[bool, bool]:
        """Wait until there is something to read or room to write: (readable, writable)."""
        readable, writable = wait_for(self.sock, reading=True, writing=True, timeout=timeout)
        if not (readable or writable):
            raise TimeoutError("the engine takes no more bytes")
        return readable, writable

    def recv_now(self) -> bytes | None:
        """What can be read without waiting, b"" at the end of the stream, None if there is nothing."""
        readable, _ = wait_for(self.sock, reading=True, writing=False, timeout=0)
        try:
            return self.recv(0) if readable else None
        except (BlockingIOError, InterruptedError):  # announced, but thrown away by the kernel
            return None

    @property
    def unsent(self) -> bool:
        """Whether bytes that were accepted by `send_now` still have to leave."""
        return False

    def send_now(self, data: bytes | memoryview) -> int:
        """Send what fits without waiting, and say how much of `data` was accepted."""
        self._limit(0)
        try:
            return self.sock.send(data)
        except (BlockingIOError, InterruptedError):
            return 0

    def stale(self) -> bool:
        """Whether a kept connection cannot be used again: the engine closed it, or said what nobody asked."""
        try:
            return self.recv_now() is not None
        except OSError:
            return True

    def close_write(self) -> None:
        """Tell the other end that nothing more will be sent; reading goes on."""
        self.sock.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Close it. Shuts down first, since a forked child may still hold the socket; never the parent's own."""
        if not self.foreign:
            with contextlib.suppress(OSError):  # the engine was first
                self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()
        if self.child is not None and not self.foreign:
            self.child.close()

    def _limit(self, timeout: float | None) -> None:
        if timeout != self._timeout:  # settimeout() is a system call each time
            self.sock.settimeout(timeout)
            self._timeout = timeout  # last: a second thread must not believe it before it is so
