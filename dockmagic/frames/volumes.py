"""The columns of `volume ls`: one volume per row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockmagic.frames.schema import Column

if TYPE_CHECKING:
    from dockmagic.frames.schema import Schema

__all__ = ["VOLUMES"]

VOLUMES: Schema = (
    Column("name", "Name", "str", "64 digits if nobody named it"),
    Column("driver", "Driver", "str", "local, or a plugin's name"),
    Column("mountpoint", "Mountpoint", "str", "where its files are on the engine's host"),
    Column("created", "CreatedAt", "datetime64[us, UTC]", "when it was made; NA if its driver does not tell"),
    Column("scope", "Scope", "str", "local, or global for a whole cluster"),
    Column("labels", "Labels", "dict", "label to value"),
)
