"""What stands before a file in a tar archive: a plain ustar block where that can hold it, else one with PAX records.

The same as in the archives of docker's own client, but for the names of user and group.
"""

from __future__ import annotations

import os
import tarfile
from typing import NamedTuple

__all__ = ["BLOCK", "SECOND", "Header", "read_capability"]

BLOCK = 512
"""Bytes; everything in an archive is filled up to a multiple of it."""
SECOND = 1_000_000_000
"""Nanoseconds."""

_NAME_LENGTH = 100
_NUMBER_END = 8**11  # what eleven octal digits cannot hold: bytes, or seconds since 1970
_ROOT = b"0000000\0" * 2  # user and group
_TAIL = b"ustar\x0000" + bytes(64) + b"0000000\0" * 2 + bytes(167)
_CONSTANT = sum(_TAIL) + 8 * ord(" ")  # of the checksum, which counts its own field as blanks
_EXECUTABLE = 0o111
_CAPABILITY = "security.capability"
_V2_LENGTH = 20
_REVISION = 3  # the byte that holds it


class Header(NamedTuple):
    """One file of user 0 and group 0."""

    name: str  # of a directory with a slash at its end
    kind: bytes  # one of tarfile's types
    mode: int
    size: int
    modified: int  # seconds since 1970
    link: str = ""  # where a link points
    capability: bytes = b""  # what the program may do, as Linux keeps it

    @property
    def is_plain(self) -> bool:
        """Whether a ustar block holds it."""
        name, _, _, size, modified, link, capability = self
        return (
            len(name) <= _NAME_LENGTH
            and len(link) <= _NAME_LENGTH
            and name.isascii()
            and link.isascii()
            and size < _NUMBER_END
            and 0 <= modified < _NUMBER_END
            and not capability
        )

    @property
    def length(self) -> int:
        """How many bytes `encoded` gives."""
        return BLOCK if self.is_plain else len(self._with_records())

    def encoded(self) -> bytes:
        """The header's blocks."""
        if not self.is_plain:
            return self._with_records()
        link = self.link.encode()
        head = b"%b%07o\0%b%011o\0%011o\0" % (
            self.name.encode().ljust(_NAME_LENGTH, b"\0"), self.mode, _ROOT, self.size, self.modified
        )  # fmt: skip
        checksum = sum(head) + self.kind[0] + sum(link) + _CONSTANT
        return b"%b%06o\0 %b%b%b" % (head, checksum, self.kind, link.ljust(_NAME_LENGTH, b"\0"), _TAIL)

    def _with_records(self) -> bytes:
        header = tarfile.TarInfo(self.name)
        header.type, header.mode, header.size, header.mtime = self.kind, self.mode, self.size, self.modified
        header.linkname = self.link
        if self.capability:
            header.pax_headers = {f"SCHILY.xattr.{_CAPABILITY}": self.capability.decode("utf-8", "surrogateescape")}
        return header.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def read_capability(root: str, path: str, mode: int) -> bytes:
    """What the file's program may do without being root, b"" for most: docker keeps it, and nothing else of the kind.

    https://man7.org/linux/man-pages/man7/capabilities.7.html
    """
    if not mode & _EXECUTABLE or not hasattr(os, "getxattr"):
        return b""
    try:
        value = os.getxattr(f"{root}/{path}", _CAPABILITY, follow_symlinks=False)
    except OSError:
        return b""  # it has none, or the file system knows of none
    if value[_REVISION] == _REVISION:  # with the user of a namespace, who means nothing in an image
        return value[:_REVISION] + b"\x02" + value[_REVISION + 1 : _V2_LENGTH]
    return value
