"""TLS over a plain socket, for both directions at once; and whom to trust."""

from __future__ import annotations

import contextlib
import ssl
import threading
from typing import TYPE_CHECKING, Never

from dockmagic.engine.channel import RECEIVE_SIZE, Channel
from dockmagic.errors import EngineUnreachable

if TYPE_CHECKING:
    import socket
    from pathlib import Path

    from dockmagic.engine.channel import Deadline
    from dockmagic.engine.endpoint import TLS

__all__ = ["TLSChannel", "tls_context"]

_RECORD = 16384  # bytes of plain text that one TLS record holds


def tls_context(tls: TLS) -> ssl.SSLContext:
    """The context for `tls`: its CA or the system's, its client certificate, TLS 1.2 at least.

    Raises EngineUnreachable naming the file that cannot be used.
    """
    try:
        context = ssl.create_default_context(cafile=tls.ca)
    except (OSError, ValueError) as error:
        raise _unusable(tls.ca, "CA certificate", error) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Python 3.13 turned this on. The CA that docker's own guide makes has no key-usage extension, which strict
    # checking refuses: https://docs.docker.com/engine/security/protect-access/
    context.verify_flags &= ~ssl.VerifyFlags.VERIFY_X509_STRICT
    # Until Python 3.11.4 an end without close_notify, which anybody on the way can forge, passed as a clean one:
    # https://github.com/python/cpython/issues/95494
    context.options &= ~getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0)
    context.options |= ssl.OP_NO_RENEGOTIATION  # its answers would have to leave while nobody sends
    if tls.cert is not None:
        try:
            context.load_cert_chain(tls.cert, tls.key, password=_refuse_passphrase)
        except (OSError, ValueError) as error:
            raise _unusable(tls.cert, "client certificate or its key", error) from error
    if not tls.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _refuse_passphrase() -> Never:
    """OpenSSL would ask for it on the terminal, which a notebook does not have."""
    raise ValueError("the key is protected by a passphrase")


def _unusable(path: Path | None, what: str, error: Exception) -> EngineUnreachable:
    reason = getattr(error, "strerror", None) or str(error)
    return EngineUnreachable(
        f"the {what} in {path} cannot be used: {reason}", hint="Give a PEM file that docker itself accepts."
    )


class TLSChannel(Channel):
    """A TLS connection whose one end may be read while the other is written, and closed for writing alone.

    ssl.SSLSocket can do neither: used from two threads it reports ends that are none, and its half close loses what
    is still to be read. Here OpenSSL works on memory, under one lock, and the socket carries the bytes outside it;
    a second lock lets the records leave in the order in which they were made.
    """

    secure = True

    def __init__(
        self, sock: socket.socket, context: ssl.SSLContext, *, server_hostname: str, deadline: Deadline
    ) -> None:
        super().__init__(sock)
        self._state = threading.Lock()
        self._order = threading.Lock()
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._object = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_hostname)
        self._sealed = memoryview(b"")  # records that are made but have not left
        self._ready: list[bytes] = []  # plain text that was read on the way to something else
        self._handshake(deadline)

    def _handshake(self, deadline: Deadline) -> None:
        while True:
            try:
                self._object.do_handshake()
            except ssl.SSLWantReadError:
                self._flush(deadline.left())
                self._receive(deadline.left())
            except ssl.SSLError:
                with contextlib.suppress(OSError):
                    self._flush(deadline.left())  # the alert that tells the engine why
                raise
            else:
                self._flush(deadline.left())
                return

    def recv(self, timeout: float | None) -> bytes:
        """Some plain text, or b"" once the engine has closed the connection properly.

        Raises ssl.SSLError for an alert (a client certificate that is missing, say) and for an end without notice.
        """
        while True:
            data = self._read()
            if data is not None:
                return data
            self._receive(timeout)

    def wait(self, timeout: float | None) -> tuple[bool, bool]:
        """As in Channel. One read of the socket may have brought several records: they make no socket readable."""
        with self._state:
            if not self._ready:
                self._pull()
            if self._ready:
                return True, False
        return super().wait(timeout)

    def recv_now(self) -> bytes | None:
        """As in Channel. That the socket can be read proves nothing: it may hold a session ticket only."""
        while (data := self._read()) is None:
            try:
                self._receive(0)
            except (BlockingIOError, InterruptedError):
                return None
        return data

    def send(self, data: bytes | memoryview, timeout: float | None) -> int:
        """Seal a part of `data` and send it, in order with what other threads send."""
        with self._order:
            with self._state:
                size = self._object.write(data[: 4 * _RECORD])
                sealed = self._outgoing.read()
            self._limit(timeout)
            self.sock.sendall(sealed)
        return size

    @property
    def unsent(self) -> bool:
        """As in Channel: a record leaves whole or in parts, but is made once."""
        return bool(self._sealed)

    def send_now(self, data: bytes | memoryview) -> int:
        """As in Channel."""
        size = 0
        if not self._sealed and data:
            with self._state:
                size = self._object.write(data[: 4 * _RECORD])
                self._sealed = memoryview(self._outgoing.read())
        self._sealed = self._sealed[super().send_now(self._sealed) :]
        return size

    def close_write(self) -> None:
        """Say close_notify; what the engine still sends can be read on."""
        with self._order:
            with self._state:
                while self._pull():
                    pass
                with contextlib.suppress(ssl.SSLWantReadError):  # success: the engine's own close_notify comes later
                    self._object.unwrap()
                sealed = self._outgoing.read()
            self.sock.sendall(sealed)

    def _read(self) -> bytes | None:
        """Plain text at hand, b"" at the end, None if more has to come from the socket."""
        with self._state:
            if not self._ready:
                self._pull()
            return self._ready.pop(0) if self._ready else None

    def _pull(self) -> bool:
        """Move plain text, or b"" for the end, from OpenSSL to `_ready`; whether there may be more. Holds `_state`."""
        try:
            self._ready.append(self._object.read(RECEIVE_SIZE))
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLZeroReturnError:
            self._ready.append(b"")
            return False
        return bool(self._ready[-1])

    def _receive(self, timeout: float | None) -> None:
        self._limit(timeout)
        data = self.sock.recv(RECEIVE_SIZE)
        with self._state:
            if data:
                self._incoming.write(data)
            else:
                self._incoming.write_eof()

    def _flush(self, timeout: float | None) -> None:
        sealed = self._outgoing.read()
        if sealed:
            self._limit(timeout)
            self.sock.sendall(sealed)
