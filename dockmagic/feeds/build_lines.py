"""A build as lines of text, for terminals, scripts and logs: what is new since the last time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockmagic.text import log_line, single_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockmagic.feeds.build_log import Piece
    from dockmagic.feeds.build_progress import Outcome, Progress, Step

__all__ = ["BuildLines", "silent", "step_title"]

LONGEST = 64 * 1024
"""Bytes without a line's end that are kept back in the hope of one."""

_OVER = frozenset({"done", "cached", "failed", "canceled"})
_INDENT = "    "


def step_title(step: Step) -> str:
    """The step as the Dockerfile's reader knows it: "2/5 RUN make", "base 1/3 FROM busybox", "exporting to image"."""
    number = " ".join(filter(None, ("" if step.stage.startswith("stage-") else step.stage, step.step)))
    return single_line(f"{number} {step.name}")


def silent() -> BuildLines:
    """A watcher that tells nobody."""
    return BuildLines(lambda _: None)


class BuildLines:
    """Watches a build and tells it line by line: what is new in a newer `Progress` goes to `tell`."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._titles: dict[str, str] = {}  # of the steps that were told of
        self._running: set[str] = set()  # those of them that have not ended
        self._ends: dict[str, str] = {}  # how those that have ended did, as was told
        self._latest = ""  # the step that the lines without a title are about
        self._number = 0  # of the last piece that was told
        self._begun: dict[str, bytes] = {}  # step -> what it wrote behind its last newline
        self._warned: set[str] = set()

    def begin(self, title: str, builder: str) -> None:
        """Say what is built."""
        self._tell(f"{single_line(title)}: building with {builder}")

    def end(self, outcome: Outcome, note: str) -> None:
        """Say what came of it; an error says so itself."""
        if outcome == "built":
            self._tell(note)

    def show(self, progress: Progress) -> None:
        """Tell what has happened since the last call: how steps ended, which ones began, what they wrote."""
        pieces = self._new_pieces(progress)
        for piece in [each for each in pieces if each.step in self._running]:
            self._written(piece)
        late = [each for each in pieces if each.step not in self._running]
        for key in [each for each in self._titles if each in self._running]:
            step = progress.steps.get(key)
            if step is not None and step.status in _OVER:
                self._ended(key, step)
        for key, step in progress.steps.items():
            if key not in self._titles and step.status != "waiting":
                self._new(key, step, [each for each in late if each.step == key])
                late = [each for each in late if each.step != key]
            elif step.status == "running":  # again: the engine looks first whether the cache has its result
                self._running.add(key)
        for piece in late:
            self._written(piece)
        for warning in progress.warnings:
            if warning not in self._warned:
                self._warned.add(warning)
                self._tell(f"Warning: {single_line(warning)}")

    def _new(self, key: str, step: Step, pieces: list[Piece]) -> None:
        """A step that has begun; one that is over already and wrote nothing takes one line."""
        self._titles[key] = step_title(step)
        self._latest = key
        if step.status in _OVER and not pieces:
            self._ends[key] = _end(step)
            self._tell(f"{self._titles[key]}  {self._ends[key]}")
            return
        self._running.add(key)
        self._tell(self._titles[key])
        for piece in pieces:
            self._written(piece)
        if step.status in _OVER:
            self._ended(key, step)

    def _ended(self, key: str, step: Step) -> None:
        self._rest(key)
        self._running.discard(key)
        end = _end(step)
        if self._ends.get(key) == end:
            return
        self._ends[key] = end
        if key == self._latest:
            self._tell(f"{_INDENT}{end}")
        else:
            self._latest = key
            self._tell(f"{self._titles[key]}  {end}")

    def _new_pieces(self, progress: Progress) -> list[Piece]:
        if progress.log is None:
            return []
        pieces, self._number = progress.log.since(self._number), progress.log.number
        return pieces

    def _written(self, piece: Piece) -> None:
        self._ends.pop(piece.step, None)
        if piece.step != self._latest and piece.step in self._titles:
            self._latest = piece.step
            self._tell(f"{self._titles[piece.step]}:")
        *whole, rest = (self._begun.get(piece.step, b"") + piece.data).split(b"\n")
        for line in whole:
            self._tell_line(line)
        rest = rest[rest.rstrip(b"\r").rfind(b"\r") + 1 :]  # a progress bar writes over itself, again and again
        if len(rest) > LONGEST:
            self._tell_line(rest)
            rest = b""
        self._begun[piece.step] = rest

    def _rest(self, key: str) -> None:
        """What a step wrote without a newline behind it."""
        rest = self._begun.pop(key, b"")
        if log_line(rest.decode(errors="replace")):  # and not only the end of a colour
            self._tell_line(rest)

    def _tell_line(self, line: bytes) -> None:
        self._tell(f"{_INDENT}{log_line(line.decode(errors='replace'))}".rstrip())


def _end(step: Step) -> str:
    """How a step ended, and after how long."""
    if step.status == "done" and step.seconds is not None:
        return f"done in {step.seconds:.1f} s"
    return f"{step.status}: {single_line(step.error)}" if step.error and step.status == "failed" else step.status
