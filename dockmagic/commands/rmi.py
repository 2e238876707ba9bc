"""rmi: remove images, or some of their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from dockmagic.acting import Action, act_on_each, listed
from dockmagic.engine.batch import IN_ORDER
from dockmagic.errors import Conflict, NotFound
from dockmagic.options import Absent, Argument, Option
from dockmagic.registry import command
from dockmagic.text import shown
from dockmagic.values import Names, object_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.errors import DockMagicError

__all__ = ["rmi"]

_RMI = Action("rmi", "removed", "image", width=IN_ORDER)
_ABSENT = (Absent("--platform", instead="It needs API 1.50; without it an image goes for every platform"),)


@command("rmi", columns="actions.IMAGE_REMOVALS", example="%drmi web:1 web:2", absent=_ABSENT, button="Remove…")
def rmi(
    engine: Engine,
    image: Annotated[Names, Argument("IMAGE", help="Names or ids of images", many=True, complete="image")],
    *,
    force: Annotated[
        bool,
        Option("--force", "-f", help="Also if stopped containers use it or it has more names; no failure if missing"),
    ] = False,
    no_prune: Annotated[bool, Option("--no-prune", help="Keep its parents that have no name")] = False,
) -> pd.DataFrame:
    """Remove images, one row each, one after the other as they are named: an image goes with the last of its names.

    `image` is a name, several, a frame's column or a frame with a column `id`; one that fails does not keep the others.
    `untagged` are the references that are gone, `deleted` the ids. With `force` an image that is not there is no
    failure: nothing changed. Raises UsageError for a name that cannot be one, before anything is removed; what the
    engine says if all of them fail (NotFound, BadRequest, Conflict for one that a container uses), else the rows with
    `ok` False tell. API: GET and DELETE /images/{name}.
    """
    from dockmagic.engine.images import image_remove

    def remove(engine: Engine, name: str) -> dict[str, Any]:
        try:
            gone = image_remove(engine, name, force=force, prune=not no_prune)
        except NotFound:
            if not force:
                raise
            return {"changed": False}
        return {"changed": True, "untagged": _texts(gone, "Untagged"), "deleted": _texts(gone, "Deleted")}

    def hint(names: Sequence[str], errors: Sequence[DockMagicError]) -> str:
        return _hint(engine, names[0], errors[0]) if isinstance(errors[0], Conflict) else ""

    return act_on_each(engine, object_names(image, "an image"), _RMI, remove, hint=hint, columns="IMAGE_REMOVALS")


def _texts(gone: Sequence[Mapping[str, Any]], key: str) -> list[str]:
    return [text for each in gone if isinstance(text := each.get(key), str) and text]


def _hint(engine: Engine, name: str, error: DockMagicError) -> str:
    """What keeps the image: containers, other names, or images that were made of it."""
    from dockmagic.engine.containers import container_list
    from dockmagic.engine.identities import container_names, image_ids

    if "container " in error.message:
        identity = image_ids(engine, [name]).get(name)
        users = [each for each in container_list(engine, all=True) if each.get("ImageID") == identity]
        names = listed([user for each in users for user in container_names(each)[:1]])
        rest = "" if "cannot be forced" in error.message else f"  Or %drmi -f {shown(name)}: they keep what they need."
        return f"Remove what uses it first: %drm -f {names}{rest}" if names else ""
    if "multiple repositories" in error.message:
        return f"It has several names: %drmi -f {shown(name)} removes them all."
    if "dependent child" in error.message:
        return "Remove the images that were made of it first: %dimages -a lists them too."
    return ""
