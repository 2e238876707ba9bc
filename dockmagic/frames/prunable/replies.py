"""What a prune's reply says that is gone, beside what was foretold."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, TypeAlias

from dockmagic.errors import ProtocolError
from dockmagic.frames.prunable.images import image_name, tags_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from dockmagic.frames.schema import Row

__all__ = ["Gone", "deleted", "deleted_images", "freed", "marked"]

Gone: TypeAlias = "list[tuple[str, str]]"
"""Kind and key of what is gone: the id of a container, an image or a cache record, the name of anything else."""


def marked(rows: Iterable[Row], gone: Gone, known: Iterable[Row] = ()) -> list[dict[str, Any]]:
    """`rows` with `removed`, and behind them one more for each thing that is gone without being foretold.

    What is `known` of such a thing, as rows, is in its row.
    """
    left = Counter(gone)
    found = []
    for row in rows:
        key = (row["kind"], row["key"])
        removed = left[key] > 0
        left[key] -= removed
        found.append({**row, "removed": removed})
    listed = {(row["kind"], row["key"]): row for row in known}
    return found + [{**listed.get(each, _named(*each)), "removed": True} for each in left.elements()]


def deleted(reply: Row, key: str, kind: str) -> Gone:
    """What `reply` lists under `key`, null for nothing. Raises ProtocolError for what is no list of names."""
    found = reply.get(key)
    names = [] if found is None else found
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ProtocolError(f"the engine's reply to a prune says {key} is {type(found).__name__}, not a list of names")
    return [(kind, name) for name in names]


def deleted_images(reply: Row, images: Collection[Row]) -> Gone:
    """The `images` that `reply` lists as deleted, and the tags that others lost. Raises ProtocolError.

    `images` are those of GET /images/json?all=1 before. Engines list the layers of an image as they list images, and
    digests as they list tags: these are passed over, and so are the layers of builds.
    """
    found = reply.get("ImagesDeleted") or []
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise ProtocolError("the engine's reply to a prune says ImagesDeleted is no list of objects")
    known = {str(image.get("Id")): image for image in images}
    parents = {str(image.get("ParentId")) for image in images}
    gone = {str(each["Deleted"]) for each in found if each.get("Deleted")} & known.keys()
    theirs = {tag for key in gone for tag in tags_of(known[key])}
    lost = [str(each["Untagged"]) for each in found if each.get("Untagged")]
    shown = [key for key in known if key in gone and (image_name(known[key]) or key not in parents)]
    return [*(("image", key) for key in shown), *(("tag", tag) for tag in lost if "@" not in tag and tag not in theirs)]


def freed(reply: Row) -> int:
    """The bytes that the engine says it freed; 0 if it does not tell."""
    found = reply.get("SpaceReclaimed")
    return found if type(found) is int and found > 0 else 0


def _named(kind: str, key: str) -> dict[str, Any]:
    return {"kind": kind, "key": key, "name" if kind in {"network", "volume", "tag"} else "id": key}
