"""How a container is told to stop: how long it has, and which signal it gets first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.engine.versions import numbers
from dockmagic.errors import UsageError
from dockmagic.text import shown

if TYPE_CHECKING:
    from dockmagic.engine.client import Engine

__all__ = ["signal_name", "stop_options"]

_WITH_SIGNAL = (1, 42)
_LONGEST = 9_223_372_036  # 292 years; in Go's durations more comes out as less than nothing


def stop_options(engine: Engine, *, timeout: Any, signal: Any) -> dict[str, Any]:
    """What `container_stop` and `container_restart` take. Raises UsageError for what they would not understand.

    Docker 20.10 would pass over the signal without a word.
    """
    if timeout is not None and (isinstance(timeout, bool) or not isinstance(timeout, int)):
        raise UsageError(f"the timeout is a whole number of seconds, not {shown(repr(timeout))}")
    if timeout is not None and abs(timeout) > _LONGEST:
        raise UsageError(f"the timeout is {_LONGEST} seconds at most, not {timeout}; -1 is without end")
    if signal is None:
        return {"timeout": timeout, "signal": None}
    if numbers(engine.api_version) < _WITH_SIGNAL:
        raise UsageError(
            f"--signal wants API 1.42 (Docker 23), and {engine.endpoint.display} speaks {engine.api_version}",
            hint="%dkill -s SIGNAL sends one; a container made with --stop-signal has its own.",
        )
    return {"timeout": timeout, "signal": signal_name(signal)}


def signal_name(signal: Any) -> str:
    """A signal's name or number as text. Raises UsageError for what is neither; which there are, the engine knows."""
    if isinstance(signal, bool) or not isinstance(signal, (str, int)) or not str(signal).strip():
        raise UsageError(f"a signal is a name such as TERM, or a number, not {shown(repr(signal))}")
    return str(int(signal)) if isinstance(signal, int) else signal
