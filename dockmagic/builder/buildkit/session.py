"""A build's session: one connection on which the engine calls us, for files, secrets and credentials.

POST /session upgrades to HTTP/2 without TLS, whose server we are then; the build names it in `session=`.
"""

from __future__ import annotations

import threading
import uuid
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

from dockmagic.builder.buildkit.grpc import GrpcServer
from dockmagic.builder.buildkit.services import Health
from dockmagic.errors import DockMagicError, ProtocolError

if TYPE_CHECKING:
    from dockmagic.builder.buildkit.calls import Method
    from dockmagic.builder.buildkit.services import Service
    from dockmagic.engine.client import Engine
    from dockmagic.engine.transport import RawStream

__all__ = ["Session"]

END_LIMIT = 5.0
"""Seconds in which the thread ends after its connection was stopped; it does at once unless a service is at work."""


class Session:
    """Answers the engine's calls while the `with` block lasts, in one thread of its own.

        with Session(engine, FileSync(...), Secrets(...)) as session:
            engine.stream("POST", "/build", params={"session": session.id, "remote": "client-session", ...})

    `shared_key` names what is synced: an engine that was sent the same before asks for what has changed only.
    `error` is the first thing that went wrong in it, None so far; the build itself then fails with the engine's words.
    """

    def __init__(self, engine: Engine, *services: Service, shared_key: str = "") -> None:
        self.id = uuid.uuid4().hex
        self.error: DockMagicError | None = None
        self.sent = 0  # bytes
        self._engine = engine
        self._shared_key = shared_key
        self._methods: dict[str, Method] = {}
        for service in (Health(), *services):
            self._methods.update(service.methods)
        self._connection = ExitStack()
        self._ending = False

    def __repr__(self) -> str:
        return f"<Session {self.id}>"

    def __enter__(self) -> Self:
        """Raises what Engine.upgrade raises; ProtocolError for an engine without sessions."""
        opened = self._engine.upgrade("/session", protocol="h2c", headers=self._headers())
        with ExitStack() as undo:
            self._stream = undo.enter_context(opened)
            self._thread = threading.Thread(target=self._serve, name="dockmagic-session", daemon=True)
            self._thread.start()
            undo.callback(self._end)
            self._connection = undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def _headers(self) -> list[tuple[str, str]]:
        return [
            ("X-Docker-Expose-Session-Uuid", self.id),
            ("X-Docker-Expose-Session-Name", "dockmagic"),
            ("X-Docker-Expose-Session-Sharedkey", self._shared_key),
            *(("X-Docker-Expose-Session-Grpc-Method", path) for path in self._methods),
        ]

    def _end(self) -> None:
        self._ending = True
        self._stream.stop()
        self._thread.join(END_LIMIT)

    def _serve(self) -> None:
        """The thread. However it ends, the connection does too, so that the engine waits for nothing."""
        server = GrpcServer(self._methods, report=self._report)
        try:
            with self._engine.failures():
                self._answer(server, self._stream)
        except DockMagicError as error:
            if not self._ending:
                self._report(error)
        finally:
            self._stream.stop()
            server.close()

    def _answer(self, server: GrpcServer, stream: RawStream) -> None:
        """Send what there is to send, and look between its blocks for what comes in; else wait for that."""
        while not server.terminated:
            if data := server.output():
                stream.write(data)
                self.sent += len(data)
            received = stream.read_now() if data else stream.read()
            if received == b"":
                if not self._ending:
                    raise ProtocolError("the engine closed the session in the middle of the build")
                return
            if received is not None:
                server.receive(received)

    def _report(self, error: DockMagicError) -> None:
        self.error = self.error or error
