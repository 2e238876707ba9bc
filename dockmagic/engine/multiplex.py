"""Two streams in one: the 8-byte headers that stdout and stderr of a container come with, if it has no terminal."""

from __future__ import annotations

import struct
from array import array

from dockmagic.errors import EngineFault, ProtocolError
from dockmagic.text import shown

__all__ = ["HEADER", "frame_ends", "frame_failure"]

HEADER = 8
"""Bytes in front of a frame: the stream (1 is stdout, 2 stderr, 3 the engine's own), three zeros, the size."""

_SIZE = struct.Struct(">I")
_ENGINE = 3  # words of the engine's own, in place of the container's
_LENGTH = 1000  # characters of such words


def frame_ends(body: bytes | bytearray) -> array[int]:
    """Where the frames of a body end that are whole, one behind the other from its beginning; then more is to come.

    A frame is what was written at once: a line, a part of one, or several. Which streams they are of is not looked at:
    this is what a log costs for each line, beside what is done for all of them together.
    """
    ends = array("q")
    size_at, note, total = _SIZE.unpack_from, ends.append, len(body)
    place = HEADER - _SIZE.size  # of the next size
    while place + _SIZE.size <= total:
        end = place + size_at(body, place)[0] + _SIZE.size
        if end > total:
            break
        note(end)
        place = end + HEADER - _SIZE.size
    return ends


def frame_failure(stream: int, content: bytes) -> EngineFault | ProtocolError:
    """What a frame means that is neither of stdout nor of stderr: the engine's own words, or no frame at all.

    Source: `StdCopy` of moby/moby, which takes what is of stdin (0) for stdout.
    """
    if stream == _ENGINE:
        return EngineFault(shown(content.decode(errors="replace"), length=_LENGTH), status=500)
    return ProtocolError(f"the engine's stream has a frame of stream {stream}, and there are only stdout and stderr")
