"""An endpoint becomes a connected channel: unix, tcp, TLS, ssh."""

from __future__ import annotations

import os
import socket
import ssl
import threading
import time
from typing import TYPE_CHECKING

import httpx

from dockmagic.engine.channel import Channel, Deadline, wait_for
from dockmagic.engine.ssh import start_ssh
from dockmagic.engine.tls import TLSChannel, tls_context

if TYPE_CHECKING:
    from typing import TypeAlias

    from dockmagic.engine.endpoint import Endpoint
    from dockmagic.engine.stop import Stop

    _Addresses: TypeAlias = list[tuple[int, int, int, str, tuple[str, int]]]

__all__ = ["Dialer"]

_RETRY = 0.005  # seconds between two attempts on a unix socket whose queue is full
_LOOK = 0.02  # seconds between two looks at a stop while a name is resolved


class Dialer:
    """Opens connections to one endpoint.

    Every failure is an httpx.ConnectError or httpx.ConnectTimeout with the operating system's own error as cause.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._context: ssl.SSLContext | None = tls_context(endpoint.tls) if endpoint.tls else None

    def __call__(self, timeout: float | None, stop: Stop | None) -> Channel:
        """Connect within `timeout` seconds, all addresses and the TLS handshake included."""
        deadline = Deadline(timeout)
        try:
            if self.endpoint.scheme == "unix":
                return Channel(_connect_unix(self.endpoint.path, deadline, stop))
            if self.endpoint.scheme == "ssh":
                return self._connect_ssh(stop)
            return self._connect_tcp(deadline, stop)
        except (OSError, ValueError) as error:  # ValueError: a path or a name that cannot be one
            if stop is not None and stop.requested:
                raise httpx.ConnectError("stopped") from error
            if isinstance(error, TimeoutError):  # is an OSError too
                raise httpx.ConnectTimeout(str(error) or "no answer in time") from error
            raise httpx.ConnectError(getattr(error, "strerror", None) or str(error)) from error

    def _connect_ssh(self, stop: Stop | None) -> Channel:
        channel = Channel(*start_ssh(self.endpoint))
        try:
            _bind(stop, channel.sock)
        except BaseException:
            channel.close()
            raise
        return channel

    def _connect_tcp(self, deadline: Deadline, stop: Stop | None) -> Channel:
        hostname, port = self.endpoint.hostname, self.endpoint.port
        failure: OSError = OSError(f"{hostname} has no address")
        for family, kind, protocol, _, address in _addresses(hostname, port or 0, deadline, stop):
            sock = socket.socket(family, kind, protocol)
            try:
                _connect(sock, address, deadline, stop)
                # Without it each request with a body waits 40 ms for an acknowledgement.
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
                if self._context is None:
                    return Channel(sock)
                name = hostname.rstrip(".")
                return TLSChannel(sock, self._context, server_hostname=name, deadline=deadline)
            except BaseException as error:
                _drop(sock, stop)
                if not isinstance(error, OSError) or isinstance(error, (TimeoutError, ssl.SSLError)):
                    raise
                failure = error  # refused or unreachable there: perhaps not at the next address
        raise failure


def _connect_unix(path: str, deadline: Deadline, stop: Stop | None) -> socket.socket:
    """Connect to a unix socket. A full queue refuses at once with EAGAIN; blocking, it could not be stopped."""
    sock = socket.socket(socket.AF_UNIX)
    try:
        sock.settimeout(0)
        while True:
            _bind(stop, sock)
            try:
                sock.connect(path)
            except BlockingIOError:
                time.sleep(min(_RETRY, deadline.left() or _RETRY))
            else:
                return sock
    except BaseException:
        _drop(sock, stop)
        raise


def _connect(sock: socket.socket, address: tuple[str, int], deadline: Deadline, stop: Stop | None) -> None:
    """Connect over TCP. Begun without waiting: a stop finds nothing to shut down before that."""
    sock.settimeout(0)
    try:
        sock.connect(address)
    except BlockingIOError:
        _bind(stop, sock)
        if not any(wait_for(sock, reading=False, writing=True, timeout=deadline.left())):
            raise TimeoutError("no answer in time") from None
        if error := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise OSError(error, os.strerror(error)) from None
    _bind(stop, sock)


def _addresses(hostname: str, port: int, deadline: Deadline, stop: Stop | None) -> _Addresses:
    """Look a name up within a limit. getaddrinfo cannot be stopped: its thread may outlive the wait for it."""
    found: _Addresses = []
    failed: list[OSError] = []
    done = threading.Event()

    def look_up() -> None:
        try:
            found.extend(socket.getaddrinfo(hostname, port, type=socket.SOCK_STREAM))  # type: ignore[arg-type]
        except OSError as error:
            failed.append(error)
        except UnicodeError as error:  # a label of more than 63 characters
            failed.append(OSError(str(error)))
        finally:
            done.set()

    threading.Thread(target=look_up, name="dockmagic-resolve", daemon=True).start()
    while not done.wait(min(_LOOK, deadline.left() or _LOOK)):
        if stop is not None and stop.requested:
            raise ConnectionAbortedError("stopped")
    if failed:
        raise failed[0]
    return found


def _bind(stop: Stop | None, sock: socket.socket) -> None:
    if stop is not None and not stop.bind(sock):
        raise ConnectionAbortedError("stopped")


def _drop(sock: socket.socket, stop: Stop | None) -> None:
    """Close a socket that leads nowhere, once nobody can shut it down: its number may be given away."""
    if stop is not None:
        stop.unbind()
    sock.close()
