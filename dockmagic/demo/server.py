"""The demo engine, served: one thread with an event loop, and a unix socket in a directory that only we may enter."""

from __future__ import annotations

import asyncio
import atexit
import concurrent.futures
import contextlib
import logging
import os
import shutil
import socket
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

from dockmagic.demo.faults import Faults
from dockmagic.demo.lifecycle import finish
from dockmagic.demo.population import begin, crowd
from dockmagic.demo.story import tell
from dockmagic.demo.world import World
from dockmagic.errors import EngineUnreachable

if TYPE_CHECKING:
    from collections.abc import Callable

    from tornado.httpserver import HTTPServer

    from dockmagic.demo.clock import Clock

__all__ = ["THREAD", "Demo"]

THREAD = "dockmagic-demo"
T = TypeVar("T")
_LONGEST_PATH = 100  # the kernel takes 107 characters, macOS 103
_LARGEST_REQUEST = 1 << 30
_logger = logging.getLogger("dockmagic")


class Demo:
    """A small Docker Engine in memory. Used in a `with`, or with `start` and `stop`.

    `host` is what DOCKER_HOST is set to, `faults` makes it go wrong, `call` looks into it. `story` lets one unfold,
    `containers` makes a crowd of so many, `pace` is how long pulls and builds take: 1 as they would, 0 at once.
    """

    def __init__(
        self, *, story: bool = False, containers: int = 0, pace: float = 1.0, clock: Clock | None = None, seed: str = ""
    ) -> None:
        self.world = begin(World(clock=clock, seed=seed, pace=pace))
        self.faults = Faults()
        self.faults._restart = self._restart  # noqa: SLF001 - the faults are this engine's
        self._story, self._crowd = story, containers
        self._directory = ""
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._process = 0
        self._ready: concurrent.futures.Future[None] = concurrent.futures.Future()

    @property
    def socket(self) -> str:
        """The path of its socket; "" while it does not run."""
        return f"{self._directory}/docker.sock" if self._directory else ""

    @property
    def host(self) -> str:
        """What DOCKER_HOST is set to."""
        return f"unix://{self.socket}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Serve it, from a thread of its own; a second time changes nothing.

        Raises EngineUnreachable where there are no unix sockets.
        """
        if self._directory:
            return
        if not hasattr(socket, "AF_UNIX"):
            raise EngineUnreachable("the demo engine needs unix sockets, and this system has none")
        self._directory = _private_directory()
        self._process = os.getpid()
        atexit.register(self.stop)
        self._ready = concurrent.futures.Future()
        self._thread = threading.Thread(target=self._run, name=THREAD, daemon=True)
        self._thread.start()
        try:
            self._ready.result(timeout=30)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End it: the connections, the thread, the socket and its directory. A second time changes nothing."""
        directory, self._directory = self._directory, ""
        if not directory or self._process != os.getpid():  # a forked child leaves its parent's alone
            return
        atexit.unregister(self.stop)
        if self._loop is not None and self._thread is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: it failed
                self._loop.call_soon_threadsafe(self._stopping.set)
            if self._thread is not threading.current_thread():
                self._thread.join(10)
        shutil.rmtree(directory, ignore_errors=True)

    def tell(self) -> None:
        """Let the story unfold, if it does not yet. Raises Problem where what it would make is there already."""
        if not self._story:
            self.call(lambda: tell(self.world))
            self._story = True

    def call(self, function: Callable[[], T]) -> T:
        """Run `function` where the engine lives, so that nothing changes meanwhile; what it returns."""
        if self._loop is None:
            return function()

        async def inside() -> T:
            self.world.timeline.run()
            result = function()
            self.world.timeline.run()
            self._wake.set()
            return result

        return asyncio.run_coroutine_threadsafe(inside(), self._loop).result(timeout=60)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            if self._ready.done():
                raise
            self._ready.set_exception(error)
        finally:
            self._loop = None

    async def _serve(self) -> None:
        self._stopping, self._wake = asyncio.Event(), asyncio.Event()
        self.world.timeline.changed = self._wake.set
        if self._crowd:
            crowd(self.world, self._crowd)
        if self._story:
            tell(self.world)
        self._server = self._listen()
        self._loop = asyncio.get_running_loop()
        self._ready.set_result(None)
        ticking = asyncio.ensure_future(self._tick())
        try:
            await self._stopping.wait()
        finally:
            ticking.cancel()
            self.world.timeline.changed = lambda: None
            await self._hush()

    def _listen(self) -> HTTPServer:
        from tornado.httpserver import HTTPServer  # noqa: PLC0415 - tornado is for those who start a demo
        from tornado.netutil import bind_unix_socket  # noqa: PLC0415

        from dockmagic.demo.application import application  # noqa: PLC0415

        server = HTTPServer(application(self.world, self.faults), max_body_size=_LARGEST_REQUEST)
        server.add_socket(bind_unix_socket(self._socket_path(), mode=0o600))
        return server

    def _socket_path(self) -> str:
        if not self._directory:
            raise EngineUnreachable("the demo engine was stopped while it started")
        return self.socket

    async def _hush(self) -> None:
        """Answer nobody any more."""
        self._server.stop()
        await self._server.close_all_connections()

    async def _tick(self) -> None:
        """Let happen what is due, and sleep until the next thing is."""
        while True:
            self._wake.clear()
            try:
                self.world.timeline.run()
            except Exception:  # one thing that fails must not stop time for all others
                _logger.exception("the demo engine failed at what was due")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), self.world.timeline.pause())

    def _restart(self, down: float) -> None:
        if self._loop is not None:
            asyncio.run_coroutine_threadsafe(self._go_down(down), self._loop).result(timeout=30)

    async def _go_down(self, down: float) -> None:
        """End as a killed engine does, and come back: processes have died, events are forgotten."""
        await self._hush()
        Path(self.socket).unlink(missing_ok=True)  # noqa: ASYNC240 - it takes no time
        for container in self.world.containers:
            if container.running:
                finish(self.world, container, 255)
        self.world.events.forget()
        asyncio.get_running_loop().call_later(down, self._come_back)

    def _come_back(self) -> None:
        if self._directory and not self._stopping.is_set():
            self._server = self._listen()


def _private_directory() -> str:
    """A new directory that only we may enter, with a path that is short enough for a socket."""
    directory = tempfile.mkdtemp(prefix="dockmagic-demo-")
    if len(directory) + len("/docker.sock") <= _LONGEST_PATH:
        return directory
    Path(directory).rmdir()
    return tempfile.mkdtemp(prefix="dockmagic-demo-", dir="/tmp")
