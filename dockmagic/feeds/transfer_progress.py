"""What has come of a pull, push, load, save or import so far, folded from the engine's messages. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from dockmagic.errors import ProtocolError
from dockmagic.masking import masked
from dockmagic.text import shown, single_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Part", "Progress", "Watcher", "fold"]

_LONG = 1000  # characters of an error


class Watcher(Protocol):
    """Whoever shows a transfer while it runs."""

    def begin(self, title: str, verb: str) -> None:
        """`title` (an image, a file) is on its way; `verb` is the command: pull, push, load, save, import."""

    def show(self, progress: Progress) -> None:
        """This is how far it is."""

    def end(self, note: str) -> None:
        """It is over; `note` says what came of it, "" where an error will."""


class Part(NamedTuple):
    """A layer or a file on its way: the engine's last word about it, and bytes. `total` is 0 where it is not known."""

    status: str
    current: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """A transfer so far. Its texts are fit to be shown."""

    parts: Mapping[str, Part] = field(default_factory=dict)
    """By their names, which are the beginnings of digests; "Importing" for what the engine gives no name."""
    lines: tuple[str, ...] = ()
    """What docker prints where it does not write over its own lines: no bytes."""
    said: tuple[str, ...] = ()
    """Those of the lines that are not about a part."""
    pushed: Mapping[str, str] = field(default_factory=dict)
    """Tag -> digest of its manifest."""
    error: str = ""


def fold(progress: Progress, message: Any) -> Progress:
    """`progress` after one more message; a kind that is not known is passed over. Raises ProtocolError for none."""
    if not isinstance(message, dict):
        raise ProtocolError(f"the engine reports progress as {type(message).__name__}")
    if error := _error(message):
        return replace(progress, error=error)
    if isinstance(aux := message.get("aux"), dict) and aux.get("Tag") and aux.get("Digest"):
        return replace(
            progress, pushed={**progress.pushed, single_line(str(aux["Tag"])): single_line(str(aux["Digest"]))}
        )
    if text := message.get("stream"):
        return _with_lines(progress, str(text).splitlines(), about_all=True)
    # the address of an archive that the engine fetches may hold a password
    status, name = masked(single_line(str(message.get("status") or ""))), single_line(str(message.get("id") or ""))
    if not status:
        return progress
    line = f"{name}: {status}" if name else status
    detail = message.get("progressDetail")
    if not isinstance(detail, dict) or not (name or detail):  # "Pulling from library/busybox", whose id is the tag
        return _with_lines(progress, [line], about_all=True)
    moved = replace(progress, parts={**progress.parts, name or status: _part(status, detail)})
    return moved if detail else _with_lines(moved, [line], about_all=False)


def _error(message: Mapping[str, Any]) -> str:
    """The error inside a stream whose status was 200 already; engines from API 1.52 on send errorDetail alone."""
    detail = message.get("errorDetail")
    text = detail.get("message") if isinstance(detail, dict) else message.get("error")
    return shown(masked(str(text)), length=_LONG) if text else ""


def _part(status: str, detail: Mapping[str, Any]) -> Part:
    current, total = (each if isinstance(each := detail.get(key), int) else 0 for key in ("current", "total"))
    return Part(status, current, total)


def _with_lines(progress: Progress, texts: Iterable[str], *, about_all: bool) -> Progress:
    lines = tuple(line for text in texts if (line := single_line(text)))
    said = (*progress.said, *lines) if about_all else progress.said
    return replace(progress, lines=(*progress.lines, *lines), said=said)
