"""What was read last of one container's log: where reading resumes, what comes twice, whether something is missing."""

from __future__ import annotations

import re
from collections import Counter, deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dockmagic.feeds.log_unit import NO_STAMP, stamp_of

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["LogTrail", "Replay", "as_since", "as_stamp", "before"]

_KEPT = 50_000  # lines that a replay may have in common with what was read
_BACK = 10**9  # nanoseconds: two lines may be written in another order than their times are in
_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?Z")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class LogTrail:
    """The last lines of a container, as units.

    A log only grows at its end, and an engine replays what is not older than `since`, so that a replay from the time of
    a line that was read begins with lines that were read. If it does not, the engine has thrown lines away meanwhile.
    """

    def __init__(self, since: str | None) -> None:
        """`since`: from when on, as long as nothing was read."""
        self._since = since
        self.partial = False
        """Whether it began in the middle of a log, so that lines before its first one are not known."""
        self._seen: deque[bytes] = deque(maxlen=_KEPT)
        self.extend = self._seen.extend

    @property
    def last(self) -> bytes:
        """The time of the last line."""
        return stamp_of(self._seen[-1]) if self._seen else NO_STAMP

    def replay(self, open_stamps: Sequence[bytes] = ()) -> Replay:
        """How to go on; `open_stamps` are those of lines that had not ended when the connection did."""
        if not self._seen:
            return Replay(self._since, Counter())
        stamps = [stamp_of(each) for each in self._seen]
        begin = before(stamps[-1])  # not the latest of them: clocks are set back
        if self.partial or len(stamps) == _KEPT:  # of the time of the oldest there may have been others
            begin = max(begin, before(min(stamps), nanoseconds=-1))
        begin = min([begin, *open_stamps])
        known = Counter(each for each in self._seen if stamp_of(each) >= begin)
        return Replay(as_since(begin), known, check=not open_stamps)


class Replay:
    """One reading that begins in what is known already."""

    def __init__(self, since: str | None, known: Counter[bytes], *, check: bool = True) -> None:
        """`check`: it must begin with a line that is known."""
        self.since = since
        """What to ask for, as `timestamp` gives it; None for all."""
        self._known = known
        self._left = known.total()
        self._begun = not (known and check)  # whether it is clear that nothing is missing, or too late to tell

    def new(self, lines: list[bytes]) -> list[bytes]:
        """Those of `lines`, in their order, that are not known yet."""
        if not self._left:
            return lines
        return [line for line in lines if not self._is_known(line)]

    def misses(self, lines: Sequence[bytes]) -> bool:
        """Whether `lines`, the first ones of it, show that lines are missing in front. Told once."""
        if self._begun or not lines:
            return False
        self._begun = True
        return lines[0] not in self._known

    def _is_known(self, line: bytes) -> bool:
        count = self._known[line]
        if count:
            self._known[line] = count - 1
            self._left -= 1
        return count > 0


def as_since(stamp: bytes) -> str:
    """A stamp as engines take it: seconds.nanoseconds since 1970."""
    return f"{_seconds(stamp)}.{stamp[20:29].decode()}"


def as_stamp(time: str) -> bytes:
    """A time of UTC as engines tell it, in which zeros at the end are left out; `NO_STAMP` for what is none."""
    found = _TIME.fullmatch(time)
    return f"{found[1]}.{found[2] or '':0<9}Z".encode() if found else NO_STAMP


def before(stamp: bytes, *, nanoseconds: int = _BACK) -> bytes:
    """The stamp that is so much earlier, and not before 1970."""
    ticks = max(0, _seconds(stamp) * 10**9 + int(stamp[20:29]) - nanoseconds)
    moment = datetime.fromtimestamp(ticks // 10**9, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ticks % 10**9:09d}Z".encode()


def _seconds(stamp: bytes) -> int:
    try:
        return int((datetime.fromisoformat(stamp[:19].decode() + "+00:00") - _EPOCH).total_seconds())
    except ValueError:  # 2026-02-31: an engine that says so gets all asked again
        return 0
