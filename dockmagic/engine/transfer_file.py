"""A file that is there when it is whole, and not before: until then its bytes have another name beside it."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Self

from dockmagic.errors import DockMagicError, UsageError
from dockmagic.text import shown_path

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["WholeFile"]


class WholeFile:
    """The file at `path`, written within a `with`. Where the block raises, there is nothing new on disk afterwards.

    A link stays one: what it points to is written. Raises UsageError for what can be no such file, DockMagicError where
    the disk is full or fails.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path).expanduser()
        self._target = Path(os.path.realpath(self.path))
        self._part = self._target.with_name(f".dockmagic-{secrets.token_hex(6)}.part")

    def __enter__(self) -> Self:
        self._check()
        try:
            self.file = self._part.open("x+b", buffering=0)
        except OSError as error:
            raise UsageError(f"{self._name} cannot be written: {error.strerror}") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            self.file.close()
            if kind is None:
                self._part.replace(self._target)
        except OSError as failed:
            if kind is None:
                raise self._failed(failed) from failed
        finally:
            self._part.unlink(missing_ok=True)

    def write(self, data: bytes) -> None:
        """Append `data`."""
        try:
            view = memoryview(data)
            while view:
                view = view[self.file.write(view) :]
        except OSError as error:
            raise self._failed(error) from error

    @property
    def _name(self) -> str:
        return shown_path(self.path)

    def _check(self) -> None:
        try:
            mode = self._target.stat().st_mode
        except FileNotFoundError:
            return
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise UsageError(f"{self._name} cannot be written: {reason}") from error
        if stat.S_ISDIR(mode):
            raise UsageError(f"{self._name} is a directory", hint=f"Name a file in it: {self._name}/images.tar")
        if not stat.S_ISREG(mode):
            raise UsageError(f"{self._name} is no file, and would be replaced by one")

    def _failed(self, error: OSError) -> DockMagicError:
        return DockMagicError(
            f"{self._name} could not be written: {error.strerror}", hint="What had been written is removed again."
        )
