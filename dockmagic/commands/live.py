"""live: what goes on in the background of a notebook, until it is stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from dockmagic.options import Option
from dockmagic.registry import command
from dockmagic.values import Names, object_names

if TYPE_CHECKING:
    import pandas as pd

    from dockmagic.feeds.live import Live

__all__ = ["live"]

_ALL = "all"


@command("live", columns="live.LIVE", quiet="id", example="%dlive --stop 1")
def live(
    running: Live,
    *,
    stop: Annotated[
        Names | None, Option("--stop", help="Stop this one, or all (repeatable)", metavar="ID|all", repeat=True)
    ] = None,
) -> pd.DataFrame:
    """What was begun in this notebook and goes on: dashboards, live views; one row each, the oldest first.

    `running` is `dockmagic.running()`. With `stop` (an id, several, or "all") these are ended, and the frame has them,
    with the state "stopped"; what they showed stays as it was, and their frames too. Nothing is ended if one of the ids
    is none: UsageError. What was begun before the extension was loaded, or where it is not, is not in it, and is ended
    by its own `stop()`. No engine is asked.
    """
    if stop is None:
        return running.frame()
    identities = object_names(stop, "what runs")
    return running.stop(*(running.ids() if _ALL in identities else identities))
