"""The columns of what was done: one object per row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockmagic.frames.ids import id_of
from dockmagic.frames.schema import Column

if TYPE_CHECKING:
    from dockmagic.frames.schema import Schema

__all__ = ["ACTIONS", "IMAGE_REMOVALS", "TRANSFERS"]

ACTIONS: Schema = (
    Column("name", "name", "str", "as it was given"),
    Column("id", id_of("id"), "str", "12 digits; NA if there is no such object"),
    Column("action", "action", "str", "what was done"),
    Column("changed", "changed", "bool", "whether it made a difference"),
    Column("ok", "ok", "bool", "whether it is now as was asked"),
    Column("exit_code", "exit_code", "Int64", "exit code of the process that was waited for"),
    Column("error", "error", "str", "why not; NA if ok"),
    Column("seconds", "seconds", "float64", "how long it took"),
)

IMAGE_REMOVALS: Schema = (
    *ACTIONS,
    Column("untagged", "untagged", "list", "references that are gone"),
    Column("deleted", "deleted", "list", "ids of the images that are gone, those of its layers among them"),
)

TRANSFERS: Schema = (
    Column("reference", "reference", "str", "the image's name and tag or digest"),
    Column("id", id_of("id"), "str", "12 digits of the image's id"),
    Column("digest", "digest", "str", "digest of its manifest"),
    Column("status", "status", "str", "what came of it, mostly in the engine's words"),
    Column("size", "size", "Int64", "bytes of all its layers"),
    Column("seconds", "seconds", "float64", "how long it took"),
)
