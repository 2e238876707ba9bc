"""The columns of the prunes: one object per row, gone or to go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockmagic.frames.ids import id_of
from dockmagic.frames.schema import Category, Column

if TYPE_CHECKING:
    from dockmagic.frames.schema import Schema

__all__ = ["KINDS", "PRUNED"]

KINDS = ("container", "network", "volume", "image", "tag", "build cache")
"""In the order in which `docker system prune` removes them. A tag is one that goes while its image stays."""

PRUNED: Schema = (
    Column("kind", "kind", Category(KINDS), "container, network, volume, image, tag (of one that stays), ..."),
    Column("id", id_of("id"), "str", "12 digits; NA for volumes"),
    Column("name", "name", "str", "of an image all its tags; of a cache record what its build did"),
    Column("created", "created", "datetime64[us, UTC]", "when it was made"),
    Column("size", "size", "Int64", "bytes; images share theirs; NA for networks and tags"),
    Column("removed", "removed", "bool", "False: it would go, or it stayed; True: it is gone"),
)
