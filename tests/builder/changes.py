"""What may happen to a file of a context between the look at it and its reading."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["be_written", "become_a_link", "become_a_pipe", "grow", "shrink"]


def shrink(path: Path) -> None:
    """Take the last byte away."""
    os.truncate(path, path.stat().st_size - 1)


def grow(path: Path) -> None:
    """Add a byte."""
    with path.open("ab") as file:
        file.write(b"x")


def become_a_link(path: Path) -> None:
    """Point to another file that has as many bytes."""
    path.rename(path.with_name("other"))
    path.symlink_to("other")


def become_a_pipe(path: Path) -> None:
    """Wait for somebody who writes."""
    path.unlink()
    os.mkfifo(path)


def be_written(path: Path) -> None:
    """Have other bytes, as many as before."""
    with path.open("r+b") as file:
        file.write(b"other")
    os.utime(path, ns=(1, path.stat().st_mtime_ns + 1))  # a clock of few ticks may not have moved on
