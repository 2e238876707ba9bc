"""Waiting for containers by what the engine tells: nothing is asked before something has happened."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterable, Mapping, MutableMapping, Sequence

    from dockmagic.feeds.feed_state import FeedState

__all__ = ["Reached", "Watch", "wait_for"]


@dataclass(frozen=True, slots=True)
class Reached:
    """What came of waiting for one container: "" as `error` if it is as was wanted."""

    error: str = ""
    exit_code: int | None = None


class Watch(Protocol):
    """Hears of some containers, from before the first `look` on."""

    wake: threading.Event
    """Set when there may be news."""

    def start(self) -> None:
        """Begin to hear of them."""

    def stop(self) -> None:
        """End that, also a `start` that was interrupted."""

    @property
    def state(self) -> FeedState:
        """Whether it hears the engine."""

    def look(self, names: Iterable[str]) -> Mapping[str, Reached]:
        """Those of `names` of which it is settled now."""

    def pending(self, name: str) -> str:
        """How it is with one that is not settled, as it ends a sentence: "it is starting"."""


def wait_for(
    watch: Watch, names: Sequence[str], *, timeout: float | None, into: MutableMapping[str, tuple[Reached, float]]
) -> str:
    """Wait until all are settled, up to `timeout` seconds; what came of each, and after how long, goes `into` a dict.

    Returns why it ended with some left: "" for a timeout, else the reason why the engine is not heard any more.
    """
    start = time.monotonic()
    try:
        watch.start()
        while True:
            watch.wake.clear()
            left = None if timeout is None else start + timeout - time.monotonic()
            late = left is not None and left <= 0
            if watch.state.name == "reconnecting":
                return watch.state.reason or "the engine went away"
            if late or watch.state.name != "connecting":  # a short time may be over before it hears anything
                for name, reached in watch.look([name for name in names if name not in into]).items():
                    into[name] = reached, time.monotonic() - start
            if late or len(into) == len(names):
                return ""
            watch.wake.wait(left)
    finally:
        watch.stop()
