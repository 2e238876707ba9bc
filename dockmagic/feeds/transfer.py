"""One transfer as it runs: the messages of its stream and the bytes of its archive, shown to whoever watches."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from dockmagic.errors import EngineFault
from dockmagic.feeds.transfer_lines import TransferLines
from dockmagic.feeds.transfer_progress import Progress, fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from dockmagic.engine.transfer_source import Source
    from dockmagic.feeds.transfer_progress import Watcher

__all__ = ["Transfer", "transfer"]


class Transfer:
    """How far it is; `note` is what came of it, once that is known."""

    def __init__(self, watcher: Watcher) -> None:
        self.progress = Progress()
        self.note = ""
        self._watcher = watcher

    def tell(self, message: Mapping[str, Any]) -> None:
        """Take in one message of the engine, or one like it."""
        self.progress = fold(self.progress, message)
        self._watcher.show(self.progress)

    def follow(self, messages: Iterable[Any]) -> None:
        """Take in all messages. Raises EngineFault for an error among them."""
        for message in messages:
            self.tell(message)
            if self.progress.error:
                raise EngineFault(self.progress.error, status=500)

    def sending(self, source: Source) -> Source:
        """The same archive, whose bytes are shown as they are sent."""
        return source.watched(lambda blocks: self.counted(blocks, source.name, "Sending", total=source.length))

    def counted(self, blocks: Iterable[bytes], name: str, status: str, *, total: int | None = None) -> Iterator[bytes]:
        """The same blocks, whose bytes are shown as they pass."""
        current = 0
        for block in blocks:
            yield block
            current += len(block)
            self.tell({"id": name, "status": status, "progressDetail": {"current": current, "total": total or 0}})


@contextmanager
def transfer(
    verb: str, title: str, *, watcher: Watcher | None, tell: Callable[[str], None] | None = None, quiet: bool = False
) -> Iterator[Transfer]:
    """Show a transfer to `watcher`, without one as lines to `tell`, and to nobody where it is to be `quiet`."""
    if quiet or watcher is None:
        watcher = TransferLines((lambda _: None) if quiet or tell is None else tell)
    running = Transfer(watcher)
    try:
        watcher.begin(title, verb)
        yield running
    finally:
        watcher.end(running.note)
