"""One HTTP request, from tornado to a route and back: versions, bodies, statuses, streams, and faults on request."""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from tornado.iostream import StreamClosedError
from tornado.web import RequestHandler, stream_request_body

from dockmagic.demo import routing
from dockmagic.demo.body import Body
from dockmagic.demo.call import Call, Hijack, Reply, Stream
from dockmagic.demo.hijack import take_over
from dockmagic.demo.problems import Problem
from dockmagic.demo.routing import Redirect
from dockmagic.demo.system import MAX_VERSION
from dockmagic.demo.system import version as described

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from dockmagic.demo.faults import Fault, Faults
    from dockmagic.demo.world import World

__all__ = ["EngineHandler"]

_logger = logging.getLogger("dockmagic")


class _Cut(Exception):
    """The connection is to end here."""


@stream_request_body
class EngineHandler(RequestHandler):
    """Answers every request, whatever its method and path."""

    SUPPORTED_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")

    def initialize(self, world: World, faults: Faults) -> None:
        """As tornado hands things in."""
        self.world, self.faults = world, faults
        self._body = Body(archive=False)
        self._found: routing.Found | None = None
        self._version = MAX_VERSION
        self._problem: Problem | Redirect | None = None
        self._work: asyncio.Future[Any] | None = None
        self._left: int | None = None  # bytes until the connection is cut
        self._faults: list[Fault] = []

    def set_default_headers(self) -> None:
        """No HTML, and no word of tornado."""
        self.clear_header("Content-Type")
        self.clear_header("Server")

    def compute_etag(self) -> None:
        """The engine has no etags."""

    def prepare(self) -> None:
        """Find the route before the body comes, so that it is known where to put that."""
        try:
            path = routing.decoded(self.request.path)
            self._version, path = routing.split_version(path)
            self._found = routing.find(self.request.method or "GET", path)
            self._faults = self.faults.of(self.request.method or "GET", path)
            self._body = Body(archive=self._found.route.archive)
        except (Problem, Redirect) as problem:
            self._problem = problem
        if not isinstance(self._problem, Problem) or self._problem.status != HTTPStatus.NOT_FOUND:
            self._identify()

    def data_received(self, chunk: bytes) -> None:
        """Take a piece of the body."""
        if self._found is not None:
            self._body.write(chunk)

    async def get(self) -> None:
        """Answer."""
        try:
            await self._answer()
        except Problem as problem:
            await self._reply(Reply(problem.status, {"message": problem.message}))
        except Redirect as redirect:
            await self._reply(Reply(301, None, {"Location": redirect.location}))
        except (StreamClosedError, asyncio.CancelledError):
            self._drop()
        except _Cut:
            self._drop()
        except Exception as error:
            _logger.exception("the demo engine failed")
            await self._reply(Reply(500, {"message": f"the demo engine failed: {type(error).__name__}: {error}"}))

    head = post = put = delete = patch = options = get

    def on_connection_close(self) -> None:
        """Whoever asked has left: end what is done for them."""
        if self._work is not None:
            self._work.cancel()

    def on_finish(self) -> None:
        """Let the body's file vanish."""
        self._body.close()

    async def _answer(self) -> None:
        if self._problem is not None:
            raise self._problem
        assert self._found is not None  # noqa: S101 - or there is a problem
        await self._suffer()
        self._body.check()
        self.world.timeline.run()
        query = {key: [value.decode(errors="replace") for value in each] for key, each in self._arguments().items()}
        call = Call(
            world=self.world,
            names=self._found.names,
            query=query,
            version=self._version,
            headers=self.request.headers,
            content=self._body.content,
            archive=self._body.archive,
        )
        result = self._found.route.function(call)
        if inspect.isawaitable(result):
            result = await self._cancellable(result)
        if isinstance(result, Hijack):
            upgrade = self.request.headers.get("Upgrade", "")
            await take_over(self, result, upgrade=upgrade, left=self._left)
        elif isinstance(result, Stream):
            await self._cancellable(self._stream(result))
        else:
            await self._reply(result if isinstance(result, Reply) else Reply(200, result))

    def _arguments(self) -> dict[str, list[bytes]]:
        return self.request.query_arguments

    async def _cancellable(self, work: Awaitable[Any]) -> Any:
        self._work = asyncio.ensure_future(work)
        return await self._work

    async def _suffer(self) -> None:
        """The faults that were asked for."""
        for fault in self._faults:
            if fault.seconds:
                await self._cancellable(asyncio.sleep(fault.seconds))
            if fault.status:
                raise Problem(fault.status, fault.message)
            if fault.cut_after is not None:
                self._left = fault.cut_after

    async def _stream(self, stream: Stream) -> None:
        self.set_header("Content-Type", stream.content_type)
        await self.flush()
        async for chunk in stream.chunks:
            await self._write(chunk)
        await self.finish()

    async def _write(self, chunk: bytes) -> None:
        if self._left is not None and len(chunk) >= self._left:
            self.write(chunk[: self._left])
            await self.flush()
            raise _Cut
        if self._left is not None:
            self._left -= len(chunk)
        self.write(chunk)
        await self.flush()

    async def _reply(self, reply: Reply) -> None:
        self.set_status(reply.status)
        for name, value in reply.headers.items():
            self.set_header(name, value)
        content = b""
        if isinstance(reply.body, str):
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            content = reply.body.encode()
        elif reply.body is not None or (reply.status == HTTPStatus.OK and self._speaks_json(reply)):
            self.set_header("Content-Type", "application/json")
            content = json.dumps(reply.body).encode() + b"\n"
        if reply.status not in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}:
            self.set_header("Content-Length", str(len(content)))
            if self._left is not None:
                await self._write(content)
            self.write(content)
        await self.finish()

    def _speaks_json(self, reply: Reply) -> bool:
        """Whether `null` is the answer (GET), and not nothing."""
        return self.request.method == "GET" and not reply.headers

    def _identify(self) -> None:
        server = described(self.world)
        self.set_header("Api-Version", server["ApiVersion"])
        self.set_header("Docker-Experimental", "false")
        self.set_header("Ostype", server["Os"])
        self.set_header("Server", f"Docker/{server['Version']} ({server['Os']})")

    def _drop(self) -> None:
        """Close the connection without an end of the reply."""
        stream = getattr(self.request.connection, "stream", None)
        if stream is not None:
            stream.close()
