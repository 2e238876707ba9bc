"""Messages of a pull or a build, sent one by one with their pauses, at the pace of the world."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from dockmagic.demo.pull import Told
    from dockmagic.demo.world import World

__all__ = ["told"]


async def told(world: World, messages: Told) -> AsyncIterator[bytes]:
    """JSON objects, each with a line's end. Where the reader leaves, what was left to do is not done."""
    for delay, message in messages:
        if delay * world.pace > 0:
            await asyncio.sleep(delay * world.pace)
        yield json.dumps(message).encode() + b"\r\n"
