"""The columns of `history`: one layer or instruction of an image per row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockmagic.frames.ids import id_of
from dockmagic.frames.schema import Column

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockmagic.frames.schema import Row, Schema

__all__ = ["HISTORY", "history_columns"]

_MISSING = "<missing>"


def history_columns(*, no_trunc: bool) -> Schema:
    """The schema, with ids as `--no-trunc` wants them or not."""
    return (
        Column("id", _id(no_trunc=no_trunc), "str", "of the image up to here; NA for docker's <missing>: not kept"),
        Column("created", "Created", "datetime64[us, UTC]", "when it was built"),
        Column("created_by", "CreatedBy", "str", "the instruction, in full"),
        Column("size", "Size", "Int64", "bytes that it added"),
        Column("comment", "Comment", "str", "of whoever built it"),
        Column("tags", "Tags", "list", "references of the image up to here"),
    )


def _id(*, no_trunc: bool) -> Callable[[Row], str | None]:
    found = id_of("Id", no_trunc=no_trunc)
    return lambda row: None if row.get("Id") == _MISSING else found(row)


HISTORY = history_columns(no_trunc=False)
"""As most see it; `history_columns(no_trunc=True)` has the same columns."""
