"""The columns of `diff`: one file or directory per row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.frames.schema import Category, Column

if TYPE_CHECKING:
    from dockmagic.frames.schema import Row, Schema

__all__ = ["CHANGES"]

_KIND = Category(("added", "changed", "deleted"))
_KINDS = ("changed", "added", "deleted")  # by the engine's numbers


def _kind(row: Row) -> Any:
    kind = row.get("Kind")
    return _KINDS[kind] if type(kind) is int and kind in range(len(_KINDS)) else kind


CHANGES: Schema = (
    Column("kind", _kind, _KIND, "added, changed or deleted"),
    Column("path", "Path", "str", "in the container; a directory is changed if something in it is"),
)
