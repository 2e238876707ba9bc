"""A reply that goes on: iterate it, stop it from anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import orjson

from dockmagic.errors import ProtocolError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    import httpx

    from dockmagic.engine.stop import Stop

__all__ = ["Stream", "split_batches"]

LINE_LIMIT = 64 * 1024 * 1024
"""Bytes of one JSON line; an engine that sends more without a line's end is not an engine."""


class Stream:
    """An open reply of the engine (events, progress): JSON objects as they come, or the bytes.

    Use it in a `with`. The end of the iteration is the engine's end of the stream, or `stop()`; a stream that was cut
    short raises ProtocolError. One thread iterates; any thread may stop.
    """

    def __init__(
        self, response: httpx.Response, *, stop: Stop, failures: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self._response = response
        self._stop = stop
        self._failures = failures

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[Any]:
        """The JSON objects of the stream, one per line. Raises ProtocolError for a line that is none."""
        for lines in split_batches(self.chunks()):
            for line in lines:
                if self._stop.requested:  # the lines of one read come together: none of them after a stop
                    return
                try:
                    yield orjson.loads(line)
                except orjson.JSONDecodeError as error:
                    raise ProtocolError(f"the engine sent a line that is not JSON: {line[:60]!r}") from error

    def batches(self) -> Iterator[list[bytes]]:
        """The stream's lines without their ends, those of one read together; for whoever has many to handle."""
        for lines in split_batches(self.chunks()):
            if self._stop.requested:
                return
            yield lines

    def chunks(self) -> Iterator[bytes]:
        """The stream's bytes as they come."""
        with self._failures():
            try:
                yield from self._response.iter_raw()
            except Exception:
                if not self._stop.requested:
                    raise

    def stop(self) -> None:
        """End the iteration, from any thread, at once; what the engine was doing for it is cancelled."""
        self._stop()

    def close(self) -> None:
        """Close the stream; called by the thread that iterates."""
        self._response.close()


def split_batches(chunks: Iterator[bytes]) -> Iterator[list[bytes]]:
    """The lines of a byte stream without their ends, those that end in one chunk together; blank ones are left out.

    The last one needs no end.
    """
    pieces: list[bytes] = []  # of a line whose end has not come yet
    size = 0
    for chunk in chunks:
        if b"\n" not in chunk:
            pieces.append(chunk)
            size += len(chunk)
            if size > LINE_LIMIT:
                raise ProtocolError(f"the engine sent a line of more than {LINE_LIMIT} bytes")
            continue
        *lines, rest = b"".join((*pieces, chunk)).split(b"\n") if pieces else chunk.split(b"\n")
        pieces, size = ([rest], len(rest)) if rest else ([], 0)
        if lines := [line for line in lines if line and not line.isspace()]:
            yield lines
    if (rest := b"".join(pieces)) and not rest.isspace():
        yield [rest]
