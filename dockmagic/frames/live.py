"""The columns of `live`: what runs in the background of this shell, one row each."""

from __future__ import annotations

from dockmagic.frames.schema import Column

__all__ = ["LIVE"]

LIVE = (
    Column("id", "id", "str", "what stops it: %dlive --stop ID"),
    Column("kind", "kind", "str", "events, dashboard, stats, logs, build"),
    Column("host", "host", "str", "the engine that it talks to"),
    Column("started", "started", "datetime64[us, UTC]", "when it began"),
    Column("state", "state", "str", "connected, reconnecting in 0.4 s and why, ..."),
    Column("rows", "rows", "Int64", "rows of its frame; NA where it has none"),
)
