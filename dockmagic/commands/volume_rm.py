"""volume rm: remove volumes and what is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from dockmagic.acting import Action, act_on_each, listed
from dockmagic.errors import Conflict, NotFound
from dockmagic.options import Argument, Option
from dockmagic.registry import command
from dockmagic.values import Names, looks_like_a_slip, object_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.errors import DockMagicError

__all__ = ["volume_rm"]

_RM = Action("rm", "removed", "volume")


@command("volume rm", columns="actions.ACTIONS", example="%dvolume rm data", button="Remove…")
def volume_rm(
    engine: Engine,
    volume: Annotated[Names, Argument("VOLUME", help="Names of volumes", many=True, complete="volume")],
    *,
    force: Annotated[bool, Option("--force", "-f", help="A missing one is no failure")] = False,
) -> pd.DataFrame:
    """Remove volumes and what is in them, up to 8 at once, one row each; one that fails does not keep the others.

    `volume` is a name, several, a frame's column or a frame as `volume ls` gives it. One that a container has is never
    removed. With `force` a volume that is not there is no failure: nothing changed; with a name that none can have it
    is one. Raises UsageError for an empty name, before anything is removed; what the engine says if all of them fail
    (NotFound, Conflict for one that a container has), else the rows with `ok` False tell.
    API: GET and DELETE /volumes/{name}.
    """
    from dockmagic.engine.objects import object_inspect
    from dockmagic.engine.volumes import volume_remove

    def remove(engine: Engine, name: str) -> dict[str, Any]:
        there = True
        if force:  # with it the engine does not tell
            try:
                object_inspect(engine, "volume", name)
            except NotFound:
                if looks_like_a_slip(name):
                    raise
                there = False
        volume_remove(engine, name, force=force)
        return {"changed": there}

    def hint(names: Sequence[str], errors: Sequence[DockMagicError]) -> str:
        used = [name for name, error in zip(names, errors, strict=True) if isinstance(error, Conflict)]
        return _hint(engine, used) if used else ""

    return act_on_each(engine, object_names(_named(volume), "a volume"), _RM, remove, hint=hint)


def _named(volume: Any) -> Any:
    """A frame of volumes has no ids: its names will do."""
    columns = getattr(volume, "columns", ())
    return volume["name"] if "id" not in columns and "name" in columns else volume


def _hint(engine: Engine, names: Sequence[str]) -> str:
    """The containers that have them; the engine tells long ids."""
    from dockmagic.engine.containers import container_list
    from dockmagic.engine.identities import container_names

    users = container_list(engine, all=True, filters={"volume": list(names)})
    found = listed([name for each in users for name in container_names(each)[:1]])
    return f"Remove the containers that have it first: %drm -f {found}" if found else ""
