"""The packets in which a tree of files is sent: what is there first, then the data that the receiver asks for.

Source of the field numbers: types/wire.proto and types/stat.proto of tonistiigi/fsutil.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dockmagic.builder.buildkit.protobuf import Message, bytes_field, number_field, text_field

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "DATA",
    "ERR",
    "FIN",
    "REQ",
    "STATS_END",
    "Stat",
    "data_packet",
    "error_packet",
    "fin_packet",
    "go_mode",
    "read_packet",
    "stat_packet",
]

STAT, REQ, DATA, FIN, ERR = range(5)
"""The types of packets."""

# https://pkg.go.dev/io/fs#FileMode
_KINDS = {
    stat.S_IFDIR: 1 << 31,
    stat.S_IFLNK: 1 << 27,
    stat.S_IFBLK: 1 << 26,
    stat.S_IFCHR: 1 << 26 | 1 << 21,
    stat.S_IFIFO: 1 << 25,
}
_BITS = {stat.S_ISUID: 1 << 23, stat.S_ISGID: 1 << 22, stat.S_ISVTX: 1 << 20}


@dataclass(frozen=True, slots=True)
class Stat:
    """What is told of one path. Its owner is always root, as docker's own client says."""

    path: bytes  # below the root, with slashes
    mode: int  # as of os.stat
    size: int  # bytes; of a symbolic link the length of its target, of a directory 0
    modified: int  # nanoseconds since 1970
    link: bytes = b""  # a symbolic link's target; of a hard link the path that was sent before
    attributes: Mapping[str, bytes] | None = None  # extended ones


def go_mode(mode: int) -> int:
    """A mode of os.stat as Go has it."""
    bits = sum(bit for ours, bit in _BITS.items() if mode & ours)
    return mode & 0o777 | bits | _KINDS.get(stat.S_IFMT(mode), 0)


def stat_packet(found: Stat) -> bytes:
    """A packet that tells of one path."""
    message = b"".join(
        (
            text_field(1, found.path),
            number_field(2, go_mode(found.mode)),
            number_field(5, found.size),
            number_field(6, found.modified),
            text_field(7, found.link),
            *(
                bytes_field(10, text_field(1, name.encode(errors="surrogateescape")) + text_field(2, value))
                for name, value in sorted((found.attributes or {}).items())
            ),
        )
    )
    return bytes_field(2, message)


STATS_END = b""
"""The packet behind the last path: of the type STAT, 0, with nothing in it."""


def data_packet(identity: int, data: bytes) -> bytes:
    """A piece of the file that is number `identity` among the paths; b"" is its end."""
    return number_field(1, DATA) + number_field(3, identity) + text_field(4, data)


def error_packet(words: str) -> bytes:
    """A packet that ends it all."""
    return number_field(1, ERR) + text_field(4, words.encode(errors="replace"))


def fin_packet() -> bytes:
    """The answer to the receiver's own FIN."""
    return number_field(1, FIN)


def read_packet(data: bytes) -> tuple[int, int, bytes]:
    """The type of a packet, its number of a file and its data. Raises ProtocolError."""
    message = Message(data)
    return message.number(1), message.number(3), message.data(4)
