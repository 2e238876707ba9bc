"""How far a build is: its steps, what they wrote, and what came of it. Plain data; see `build_fold`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, TypeAlias

from dockmagic.builder.hidden import NOTHING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockmagic.builder.hidden import Hidden
    from dockmagic.feeds.build_log import Log

__all__ = ["Outcome", "Progress", "Step", "Transfer", "Watcher"]

Outcome: TypeAlias = Literal["built", "failed", "interrupted"]
"""How a build ended."""


class Watcher(Protocol):
    """Whoever shows a build while it runs."""

    def begin(self, title: str, builder: str) -> None:
        """`title` (its tags) is being built by `builder` (BuildKit, the classic builder)."""

    def show(self, progress: Progress) -> None:
        """This is how far it is."""

    def end(self, outcome: Outcome, note: str) -> None:
        """It is over; `note` says what came of it: the image, or why there is none. Also if it never began."""


class Transfer(NamedTuple):
    """Bytes on their way: of a layer, of the context. `total` is 0 where it is not known."""

    current: int
    total: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step: an instruction of the Dockerfile, or what the builder does besides.

    `step` is "2/5" or "", `stage` the stage's name or "internal" or ""; `status` waiting, running, done, cached,
    failed or canceled; the times are nanoseconds since 1970.
    """

    step: str
    stage: str
    name: str
    status: str = "waiting"
    started: int | None = None
    completed: int | None = None
    error: str = ""
    transfers: Mapping[str, Transfer] = field(default_factory=dict)

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it runs, and of what never began."""
        return None if self.started is None or self.completed is None else (self.completed - self.started) / 1e9


@dataclass(frozen=True, slots=True)
class Progress:
    """A build so far. `image_id` is "" until the builder tells it, `error` its own words once it has failed."""

    steps: Mapping[str, Step] = field(default_factory=dict)
    log: Log | None = None  # of all steps
    logs: Mapping[str, Log] = field(default_factory=dict)  # of each, in the order in which they began to write
    warnings: tuple[str, ...] = ()
    image_id: str = ""
    error: str = ""
    exit_code: int | None = None
    current: str = ""  # key of the step that the classic builder is at
    hidden: Hidden = NOTHING  # what is not to be shown, of all that the builder says
    held: Mapping[str, bytes] = field(default_factory=dict, repr=False)  # ends of logs that may be the begin of such

    @property
    def failed(self) -> str:
        """The key of the step that failed, "" if none did."""
        return next((key for key, step in self.steps.items() if step.status == "failed"), "")

    def lines(self, key: str, *, last: int | None = None) -> list[str]:
        """What a step wrote, line by line; only the `last` ones, if that is a number."""
        return self.logs[key].lines(last=last) if key in self.logs else []

    def all_lines(self) -> list[str]:
        """What the steps wrote, one step after the other."""
        return [line for log in self.logs.values() for line in log.lines()]
