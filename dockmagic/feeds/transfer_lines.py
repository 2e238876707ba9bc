"""A transfer as lines of text, for terminals, scripts and logs: what is new since the last time, and no bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockmagic.feeds.transfer_progress import Progress

__all__ = ["TransferLines"]


class TransferLines:
    """Watches a transfer and tells it as docker prints it where it does not write over its own lines."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._told = 0

    def begin(self, title: str, verb: str) -> None:
        """Nothing: the engine's first line says it."""

    def show(self, progress: Progress) -> None:
        """Tell the new lines."""
        new, self._told = progress.lines[self._told :], len(progress.lines)
        for line in new:
            self._tell(line)

    def end(self, note: str) -> None:
        """Nothing: the engine's last line said it."""
