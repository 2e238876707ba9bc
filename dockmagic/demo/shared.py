"""The demo of this process: begun by the first who connects to it, ended by the last who leaves."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from dockmagic.demo.problems import Problem
from dockmagic.demo.server import Demo
from dockmagic.engine.client import Engine
from dockmagic.engine.endpoint import Endpoint
from dockmagic.errors import Conflict

if TYPE_CHECKING:
    from typing import Any

__all__ = ["DemoEngine", "open_demo"]

_SOURCE = "the demo engine was asked for: nothing in it is real"


class _Shared:
    """One demo and how many hold it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._demo: Demo | None = None
        self._holders = 0

    def hold(self, *, story: bool) -> Demo:
        with self._lock:
            if self._demo is None:
                demo = Demo(story=story)
                demo.start()
                self._demo = demo
            elif story:
                self._demo.tell()
            self._holders += 1
            return self._demo

    def release(self) -> None:
        with self._lock:
            self._holders -= 1
            demo, self._demo = (self._demo, None) if self._holders == 0 else (None, self._demo)
        if demo is not None:
            demo.stop()


_SHARED = _Shared()


class DemoEngine(Engine):
    """An Engine that talks to the demo, which ends with the last of them that is closed. `demo` is that demo."""

    def __init__(self, *, source: str = _SOURCE, story: bool = False, **options: Any) -> None:
        self.demo = _held(story=story)
        self._held = [True]  # shared with the copies that `stopped_by` makes
        path = self.demo.socket
        try:
            where = Endpoint(host=f"unix://{path}", scheme="unix", path=path, source=source, context="demo")
            super().__init__(where, **options)
        except BaseException:
            self._let_go()
            raise

    def close(self) -> None:
        """Close the connections, and let the demo go."""
        super().close()
        self._let_go()

    def twin(self) -> DemoEngine:
        """The same demo with connections of its own, which holds it for itself: what goes on outlives this one."""
        twin = super().twin()
        assert isinstance(twin, DemoEngine)  # noqa: S101 - a copy
        twin.demo, twin._held = _held(story=False), [True]  # noqa: SLF001 - itself
        return twin

    def _let_go(self) -> None:
        if self._held:
            self._held.clear()
            _SHARED.release()


def open_demo(*, source: str = _SOURCE, story: bool = False, **options: Any) -> DemoEngine:
    """Connect to the demo, which begins unless somebody in this process has it already; `story` unfolds in it.

    `options` as of Engine. Raises EngineUnreachable where there are no unix sockets, Conflict where somebody has made
    what the story would make.
    """
    return DemoEngine(source=source, story=story, **options)


def _held(*, story: bool) -> Demo:
    try:
        return _SHARED.hold(story=story)
    except Problem as problem:
        hint = "%drm -f CONTAINER, or %dnetwork rm NETWORK, makes room for it."
        raise Conflict(f"the demo's story cannot begin: {problem.message}", status=problem.status, hint=hint) from None
