"""Python's garbage collector, told to wait while a long list is read."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["collector_paused"]


@contextmanager
def collector_paused() -> Iterator[None]:
    """Let the collector wait inside the block, which must be short: it is that of all threads.

    The JSON of 10,000 containers is 200,000 dicts and lists, none of them garbage. While they are made, the collector
    looks at them again and again, which takes as long as making the frame. If somebody has switched it off, it stays
    off.
    """
    was_enabled = gc.isenabled()
    try:
        gc.disable()
        yield
    finally:
        if was_enabled:
            gc.enable()
