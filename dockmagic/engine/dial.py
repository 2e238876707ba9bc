"""An endpoint becomes a connected channel: unix, tcp, TLS, ssh."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from typing import TYPE_CHECKING

import httpx

from dockmagic.engine.channel import Channel, Deadline
from dockmagic.engine.ssh import start_ssh
from dockmagic.engine.tls import TLSChannel, tls_context

if TYPE_CHECKING:
    from dockmagic.engine.endpoint import Endpoint
    from dockmagic.engine.stop import Stop

__all__ = ["Dialer"]

_RETRY = 0.005  # seconds between two attempts on a unix socket whose queue is full


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
                channel = Channel(*start_ssh(self.endpoint))
                _bind(stop, channel.sock)
                return channel
            return self._connect_tcp(deadline, stop)
        except TimeoutError as error:  # is an OSError too
            raise httpx.ConnectTimeout(str(error) or "no answer in time") from error
        except OSError as error:
            raise httpx.ConnectError(error.strerror or str(error)) from error

    def _connect_tcp(self, deadline: Deadline, stop: Stop | None) -> Channel:
        hostname, port = self.endpoint.hostname, self.endpoint.port
        failure: OSError = OSError(f"{hostname} has no address")
        for family, kind, protocol, _, address in _addresses(hostname, port or 0, deadline):
            sock = socket.socket(family, kind, protocol)
            try:
                _bind(stop, sock)
                sock.settimeout(deadline.left())
                sock.connect(address)
                # Without it each request with a body waits 40 ms for an acknowledgement.
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
                if self._context is None:
                    return Channel(sock)
                name = hostname.rstrip(".")
                return TLSChannel(sock, self._context, server_hostname=name, deadline=deadline)
            except BaseException as error:
                sock.close()
                if not isinstance(error, OSError) or isinstance(error, (TimeoutError, ssl.SSLError)):
                    raise
                failure = error  # refused or unreachable there: perhaps not at the next address
        raise failure


def _connect_unix(path: str, deadline: Deadline, stop: Stop | None) -> socket.socket:
    """Connect to a unix socket. A full queue refuses at once with EAGAIN; blocking, it could not be stopped."""
    sock = socket.socket(socket.AF_UNIX)
    try:
        _bind(stop, sock)
        sock.settimeout(0)
        while True:
            try:
                sock.connect(path)
            except BlockingIOError:
                time.sleep(min(_RETRY, deadline.left() or _RETRY))
                _bind(stop, sock)
            else:
                return sock
    except BaseException:
        sock.close()
        raise


def _addresses(hostname: str, port: int, deadline: Deadline) -> list[tuple[int, int, int, str, tuple[str, int]]]:
    """Look a name up within a limit. getaddrinfo cannot be stopped: its thread may outlive the wait for it."""
    found: list[tuple[int, int, int, str, tuple[str, int]]] = []
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
    if not done.wait(deadline.left()):
        raise TimeoutError(f"the name {hostname} was not resolved in time")
    if failed:
        raise failed[0]
    return found


def _bind(stop: Stop | None, sock: socket.socket) -> None:
    if stop is not None and not stop.bind(sock):
        raise ConnectionAbortedError("stopped")
