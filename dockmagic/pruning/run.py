"""Show what prunes would remove, or let the engine do it, one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dockmagic.errors import Conflict, DockMagicError, Interrupted
from dockmagic.frames.prunable.replies import freed, marked
from dockmagic.frames.prune import PRUNED
from dockmagic.frames.prune_sentence import counted, removed_sentence, would_remove_sentence
from dockmagic.frames.schema import to_frame

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.frames.prunable.replies import Gone
    from dockmagic.frames.schema import Row

__all__ = ["Step", "run_prune"]


@dataclass(frozen=True, slots=True)
class Step:
    """The prune of one kind of object."""

    rows: Sequence[Row]
    """What would go: the columns, and the `key` by which the engine's reply names it."""
    most: int
    """Bytes that this frees at most."""
    ask: Callable[[], Row]
    """Lets the engine do it, and gives its reply."""
    gone: Callable[[Row], Gone]
    """What a reply says that is gone."""
    known: Sequence[Row] = ()
    """Rows of all that was listed, for what goes without being foretold."""
    note: str = ""
    """What else is to be said before it is done."""


def run_prune(engine: Engine, steps: Sequence[Step], *, force: bool, tell: Callable[[str], None]) -> pd.DataFrame:
    """The rows of all `steps`: of what would go, or with `force` of what the engine said that is gone.

    `tell` gets the sentence about it. An error of the engine or an interrupt (Interrupted) in the middle has a `frame`
    of what was removed before.
    """
    planned = [row for step in steps for row in step.rows]
    if not force:
        tell(would_remove_sentence(planned, most=sum(step.most for step in steps), note="".join(s.note for s in steps)))
        return _frame(engine, [{**row, "removed": False} for row in planned])
    rows: list[dict[str, Any]] = []
    reclaimed = 0
    try:
        for step in steps:
            reply = step.ask()
            rows += marked(step.rows, step.gone(reply), step.known)
            reclaimed += freed(reply)
    except KeyboardInterrupt:
        raise Interrupted(_frame(engine, _removed(rows)), total=len(planned)) from None
    except DockMagicError as error:
        raise _with_rows(engine, error, _removed(rows)) from error.__cause__
    tell(removed_sentence(rows, freed=reclaimed))
    return _frame(engine, rows)


def _frame(engine: Engine, rows: Sequence[Row]) -> pd.DataFrame:
    return to_frame(rows, PRUNED, engine=engine)


def _removed(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row["removed"]]


def _with_rows(engine: Engine, error: DockMagicError, rows: Sequence[Row]) -> DockMagicError:
    """`error` with what was removed before it, and what to do next."""
    if isinstance(error, Conflict) and not error.hint:
        error.hint = "Wait until it has ended, then try again."
    error.frame = _frame(engine, rows)
    if rows:
        error.hint = (
            f"{error.hint} Removed before: {counted(row['kind'] for row in rows)} (sys.last_value.frame).".strip()
        )
    return error
