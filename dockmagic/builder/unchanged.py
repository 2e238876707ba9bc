"""A file of a build's context is read as the walk has found it, or not at all: half of two versions is no image."""

from __future__ import annotations

import os
from typing import IO

from dockmagic.errors import ContextChanged
from dockmagic.text import shown_path

__all__ = ["changed", "open_plain", "written_at"]

# should the file have become something else meanwhile: a link is not followed, a pipe not waited for
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def open_plain(path: str | bytes, _: int = 0) -> int:
    """A descriptor for reading, for `os.read` or as the `opener` of `open`. Raises OSError."""
    return os.open(path, _FLAGS)


def written_at(file: IO[bytes]) -> int | None:
    """When the open file was last written, in nanoseconds since 1970; None of what is in memory only."""
    try:
        return os.fstat(file.fileno()).st_mtime_ns
    except OSError:  # io.UnsupportedOperation is one
        return None


def changed(path: str, error: OSError | None = None) -> ContextChanged:
    """The error of a file that is not what it was."""
    reason = f": {error.strerror}" if error else ""
    return ContextChanged(
        f"the build context: {shown_path(path)} changed while it was read{reason}",
        hint="Nothing was built. Build again once nobody writes it, or name it in .dockerignore.",
    )
