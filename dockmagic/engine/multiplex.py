"""Two streams in one: the 8-byte headers that stdout and stderr of a container come with, if it has no terminal."""

from __future__ import annotations

import struct
from array import array
from typing import NamedTuple

from dockmagic.errors import EngineFault, ProtocolError
from dockmagic.text import shown

__all__ = ["Frames", "frame_failure", "frames"]

_HEADER = struct.Struct(">BxxxI")  # the stream, three zeros, the size of what follows
_STDERR = 2
_ENGINE = 3  # words of the engine's own, in place of the container's
_LENGTH = 1000  # characters of such words


class Frames(NamedTuple):
    """Where the frames of a body are: three sequences of one length, so that 200,000 cost no objects of Python."""

    begins: array[int]
    """Where each one's content begins, behind its header."""
    ends: array[int]
    """Where it ends."""
    streams: bytearray
    """1 for stdout, 2 for stderr."""


def frames(body: bytes | bytearray) -> Frames:
    """The frames of a whole reply. A frame is what was written at once: a line, a part of one, or several.

    Raises EngineFault with the engine's words where it put an error into the stream, ProtocolError where a frame is cut
    short or belongs to no stream. Source: `StdCopy` of moby/moby, which takes what is of stdin for stdout.
    """
    begins, ends, streams = array("q"), array("q"), bytearray()
    unpack, header, total = _HEADER.unpack_from, _HEADER.size, len(body)
    end = 0
    while end < total:
        begin = end + header
        if begin > total:
            raise ProtocolError("the engine's stream ends in the middle of a frame")
        stream, size = unpack(body, end)
        end = begin + size
        if end > total:
            raise ProtocolError("the engine's stream ends in the middle of a frame")
        if stream > _STDERR:
            raise frame_failure(stream, bytes(body[begin:end]))
        begins.append(begin)
        ends.append(end)
        streams.append(stream or 1)
    return Frames(begins, ends, streams)


def frame_failure(stream: int, content: bytes) -> EngineFault | ProtocolError:
    """What a frame means that is neither of stdout nor of stderr: the engine's own words, or no frame at all."""
    if stream == _ENGINE:
        return EngineFault(shown(content.decode(errors="replace"), length=_LENGTH), status=500)
    return ProtocolError(f"the engine's stream has a frame of stream {stream}, and there are only stdout and stderr")
