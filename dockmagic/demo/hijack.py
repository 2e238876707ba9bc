"""A connection that becomes a stream of bytes both ways: taken from tornado, with half closes that work."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tornado.web import RequestHandler

    from dockmagic.demo.call import Hijack

__all__ = ["take_over"]


async def take_over(handler: RequestHandler, hijack: Hijack, *, upgrade: str, left: int | None) -> None:
    """Answer 101 (or 200 where no upgrade was asked for), and let `hijack` talk until it is done.

    tornado's stream closes as a whole when the other side only says that it will send no more, so the socket goes to
    asyncio's streams. `left`: cut the connection after so many bytes.
    """
    stream = handler.detach()
    sock = stream.socket.dup()
    stream.close()
    sock.setblocking(False)  # noqa: FBT003 - the standard library's signature
    reader, writer = await asyncio.open_connection(sock=sock)
    allowance = [left]

    async def send(data: bytes) -> None:
        if allowance[0] is not None:
            data, allowance[0] = data[: allowance[0]], max(allowance[0] - len(data), 0)
        writer.write(data)
        await writer.drain()
        if allowance[0] == 0:
            raise ConnectionResetError

    try:
        writer.write(_head(hijack, upgrade))
        await hijack.talk(reader, send)
        if writer.can_write_eof():
            writer.write_eof()
    except (ConnectionError, asyncio.CancelledError):
        return
    finally:
        writer.close()


def _head(hijack: Hijack, upgrade: str) -> bytes:
    status = ["HTTP/1.1 101 UPGRADED"] if upgrade else ["HTTP/1.1 200 OK"]
    protocol = "".join(character for character in upgrade if character.isalnum() or character in "-./")
    switched = ["Connection: Upgrade", f"Upgrade: {protocol}"] if upgrade else []
    # without an upgrade the engine always says raw-stream
    kind = hijack.content_type if upgrade else "application/vnd.docker.raw-stream"
    return "\r\n".join([*status, f"Content-Type: {kind}", *switched, "", ""]).encode()
