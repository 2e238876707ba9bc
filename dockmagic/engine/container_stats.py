"""Samples of what containers use: of all of them at once, one round after the other."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from dockmagic.engine.batch import WIDTH, WIDTH_OF_SAMPLES, each
from dockmagic.engine.containers import container_list, container_stats
from dockmagic.engine.identities import container_names
from dockmagic.errors import NotFound, warn
from dockmagic.text import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import TypeAlias

    from dockmagic.engine.batch import Outcome
    from dockmagic.engine.client import Engine

    Sample: TypeAlias = Mapping[str, Any]

__all__ = ["Sampled", "Sampler", "Target", "series", "snapshot", "targets"]

_APART = 1.0
"""Seconds between the two samples of a snapshot. Engines count the host's time in steps of 10 ms, 1 % of that."""

_NEVER_SAMPLED = frozenset({"created", "exited", "dead"})


class Target(NamedTuple):
    """A container to sample. One that does not run is not asked for; its sample is an empty one."""

    id: str
    name: str
    runs: bool


class Sampled(NamedTuple):
    """A container's sample, and the one of the round before: None if there was none."""

    id: str
    name: str
    now: Sample
    before: Sample | None


def targets(engine: Engine, *, all: bool = False, ids: Sequence[str] | None = None) -> list[Target]:
    """The containers that run, newest first, or `all`; or those of `ids` that are there, in that order.

    One request: GET /containers/json.
    """
    filters = {"id": list(ids)} if ids else {}
    rows = container_list(engine, all=all or bool(ids), filters=filters) if ids is None or ids else []
    found = {target.id: target for target in map(_target, rows) if target is not None}
    return list(found.values()) if ids is None else [found[each] for each in ids if each in found]


def _target(row: dict[str, Any]) -> Target | None:
    identity, names = row.get("Id"), container_names(row)
    if not isinstance(identity, str):
        return None
    own = [name for name in names if "/" not in name]  # one with a slash is another container's link to it
    return Target(identity, (own or names or [""])[0], row.get("State") not in _NEVER_SAMPLED)


class Sampler:
    """Asks for a sample of each container, of all at once, and keeps it for the next round."""

    def __init__(self, engine: Engine, *, width: int = WIDTH_OF_SAMPLES) -> None:
        """`width`: how many are asked for at once, at most."""
        self._engine = engine
        self._before: dict[str, Sample] = {}
        self._warned: set[str] = set()
        # an sshd begins to refuse connections when ten of them wait to be let in
        self._width = min(width, WIDTH) if engine.endpoint.scheme == "ssh" else width

    def sample(self, wanted: Sequence[Target]) -> list[Sampled]:
        """One round. One that is removed meanwhile is left out; of one that fails the engine's words are a warning.

        Raises what the engine says if all fail. A KeyboardInterrupt ends all requests at once and passes.
        """
        asked = [target.id for target in wanted if target.runs]
        outcomes: dict[str, Outcome[dict[str, Any] | None]] = {}
        each(self._engine, asked, container_stats, into=outcomes, width=self._width)
        failed = {name: error for name, outcome in outcomes.items() if (error := outcome.error) is not None}
        for name in [name for name, error in failed.items() if isinstance(error, NotFound)]:
            del failed[name]
        if failed and len(failed) == len(asked):
            raise next(iter(failed.values()))
        found = [
            Sampled(target.id, target.name, sample, self._before.get(target.id))
            for target in wanted
            if (sample := _sample(target, outcomes)) is not None
        ]
        self._before = {each.id: each.now for each in found}
        self._warn({target.name: failed[target.id].message for target in wanted if target.id in failed})
        return found

    def _warn(self, failed: Mapping[str, str]) -> None:
        """Once for each container, however many rounds it fails in."""
        for name, message in failed.items():
            if name not in self._warned:
                self._warned.add(name)
                warn(f'stats of "{shown(name)}": {message}')


def snapshot(engine: Engine, wanted: Sequence[Target]) -> list[Sampled]:
    """Two samples of each container, as fast as the engine allows.

    An engine that answers at its next tick is asked again at once, so that the two are neighbours; for one that answers
    at once that is too soon to tell, and it is asked a third time.
    """
    sampler = Sampler(engine)
    found = sampler.sample(wanted)
    if not any(_is_of_running(each.now) for each in found):
        return found
    again = time.monotonic()
    found = sampler.sample(wanted)
    if time.monotonic() < again + _APART / 2:
        _sleep_until(again + _APART)
        found = sampler.sample(wanted)
    return found


def series(
    engine: Engine, wanted: Callable[[], Sequence[Target]], *, seconds: float, interval: float, endless: bool
) -> Iterator[list[Sampled]]:
    """Round after round for so many `seconds`, of whatever is `wanted` when it begins.

    A container is in a round if it was in the one before. An engine that is slower than `interval` is asked again at
    once. With nothing wanted that ends it, unless `endless`: something may come.
    """
    sampler = Sampler(engine)
    end = (due := time.monotonic()) + seconds
    while due < end + interval / 2:
        _sleep_until(due)
        if not (now := wanted()) and not endless:
            return
        yield [each for each in sampler.sample(now) if each.before is not None]
        due = max(due + interval, time.monotonic())


def _sleep_until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.monotonic()))


def _is_of_running(sample: Sample) -> bool:
    """Whether there is a time in it: Go's zero time is never."""
    return not str(sample.get("read") or "0001-").startswith("0001-")


def _sample(target: Target, outcomes: Mapping[str, Outcome[dict[str, Any] | None]]) -> Sample | None:
    return outcomes[target.id].result if target.runs else {}
