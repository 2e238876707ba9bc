"""Acting on several objects: at once, one row each; one that fails does not keep the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dockmagic.engine.batch import WIDTH, each
from dockmagic.errors import APIError, DockMagicError, Interrupted, NotFound
from dockmagic.text import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TypeAlias

    import pandas as pd

    from dockmagic.engine.batch import Outcome
    from dockmagic.engine.client import Engine

    Done: TypeAlias = Mapping[str, Any]
    Hint: TypeAlias = Callable[[Sequence[str], Sequence[DockMagicError]], str]

__all__ = ["Action", "act_on_each", "listed"]

_NAMED = 5  # how many of those that failed a message names


@dataclass(frozen=True, slots=True)
class Action:
    """What is done, and how it is told.

    `name` is its word in the column `action`, `done` its participle ("removed"), `kind` what it is done to (container,
    image, network, volume), `width` how many at once.
    """

    name: str
    done: str
    kind: str = "container"
    width: int = WIDTH


def act_on_each(
    engine: Engine,
    names: Sequence[str],
    action: Action,
    act: Callable[[Engine, str], Done],
    *,
    hint: Hint | None = None,
    columns: str = "ACTIONS",
) -> pd.DataFrame:
    """Call `act(engine, name)` for each name; what it gives ({"changed": True}) goes into the name's row.

    Raises what the engine says if all of them fail, else the rows with `ok` False tell: NotFound with the name that is
    like it, or another error with `hint(names, errors)`; its `frame` has the rows. An interrupt ends the requests that
    are under way; it is an `Interrupted` whose `frame` has what was done.
    """
    outcomes: dict[str, Outcome[Done]] = {}
    ids = _ids(engine, names, action.kind)
    try:
        each(engine, names, act, into=outcomes, width=action.width)
    except KeyboardInterrupt:
        raise Interrupted(_frame(engine, outcomes, ids, action, columns), total=len(names)) from None
    frame = _frame(engine, {name: outcomes[name] for name in names}, ids, action, columns)
    failed = [error for name in names if (error := outcomes[name].error) is not None]
    if failed and len(failed) == len(names):
        error = _in_words(engine, names, failed, action, hint)
        error.frame = frame
        raise error
    return frame


def _ids(engine: Engine, names: Sequence[str], kind: str) -> dict[str, str]:
    """Name -> id of those that are there; volumes have none."""
    from dockmagic.engine.identities import container_ids, image_ids, network_ids

    ids_of = {"container": container_ids, "image": image_ids, "network": network_ids}.get(kind)
    return ids_of(engine, names) if ids_of and names else {}


def _frame(
    engine: Engine, outcomes: Mapping[str, Outcome[Done]], ids: Mapping[str, str], action: Action, columns: str
) -> pd.DataFrame:
    from dockmagic.frames import actions
    from dockmagic.frames.schema import to_frame

    rows = [
        {
            "name": name,
            "id": ids.get(name),
            "action": action.name,
            "changed": False,
            "ok": outcome.error is None,
            "error": outcome.error and outcome.error.message,
            "seconds": outcome.seconds,
            **(outcome.result or {}),
        }
        for name, outcome in outcomes.items()
    ]
    return to_frame(rows, getattr(actions, columns), engine=engine)


def _in_words(
    engine: Engine,
    names: Sequence[str],
    errors: Sequence[DockMagicError],
    action: Action,
    hint: Hint | None,
) -> DockMagicError:
    """The error to raise if all failed: of one what it may have meant, of several each with its reason."""
    from dockmagic.engine.missing import listing_command, missing_object

    first = errors[0]
    if not isinstance(first, APIError):  # the engine went away: its own words are the best there are
        return first
    if len(errors) == 1 and isinstance(first, NotFound) and _is_missing(first.message, action.kind, names[0]):
        missing = missing_object(engine, action.kind, names[0], first)
        if "{" in names[0]:  # as it was typed
            missing.hint = "Only {name} and {name.attribute} are Python values: give what is meant a name first."
        return missing
    listing = f"{listing_command(action.kind)} lists all." if isinstance(first, NotFound) else ""
    next_step = _asked(hint, names, errors) or first.hint or listing
    told = [f"{shown(name)}: {error.message}" for name, error in zip(names, errors, strict=True)][:_NAMED]
    more = f"; and {len(errors) - _NAMED} more (sys.last_value.frame has all)" if len(errors) > _NAMED else ""
    where = engine.endpoint.display
    said = f"nothing was {action.done} on {where}: {'; '.join(told)}{more}"
    return type(first)(said, status=first.status, hint=next_step)


def listed(names: Sequence[str]) -> str:
    """The names as they stand in a command of a hint: the first ones, and dots for the others."""
    return " ".join([*map(shown, names[:_NAMED]), *(["..."] if len(names) > _NAMED else [])])


def _asked(hint: Hint | None, names: Sequence[str], errors: Sequence[DockMagicError]) -> str:
    """The hint, which may ask the engine for one; what went wrong first is what matters."""
    try:
        return hint(names, errors) if hint else ""
    except DockMagicError:
        return ""


def _is_missing(said: str, kind: str, name: str) -> bool:
    """Whether a 404 is about the object itself, and not about another one that the action needs: a network, a driver.

    Podman sends some without a word; for a name with a line break an engine has no page.
    """
    known = (f"no such {kind}", f"{kind} {name.lower()} not found", "page not found", "without a word")
    return any(words in said.lower() for words in known)
