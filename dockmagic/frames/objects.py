"""The columns of `inspect`: one object per row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockmagic.frames.ids import short_id
from dockmagic.frames.schema import Column

if TYPE_CHECKING:
    from dockmagic.frames.schema import Row, Schema

__all__ = ["OBJECTS"]


def _raw(row: Row) -> Row:
    raw = row.get("raw")
    return raw if isinstance(raw, dict) else {}


def _id(row: Row) -> str | None:
    found = _raw(row).get("Id")
    return short_id(found) if isinstance(found, str) else None


def _name(row: Row) -> str | None:
    """Its name; an image's first reference."""
    raw = _raw(row)
    tags = raw.get("RepoTags")
    name = tags[0] if isinstance(tags, list) and tags else raw.get("Name")
    return name.removeprefix("/") if isinstance(name, str) else None


OBJECTS: Schema = (
    Column("id", _id, "str", "12 digits; NA for volumes, which have only a name"),
    Column("name", _name, "str", "its name; an image's first reference"),
    Column("kind", "kind", "str", "container, image, network or volume"),
    Column("raw", "raw", "dict", "the engine's JSON"),
)
