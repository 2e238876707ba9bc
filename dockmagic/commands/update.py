"""update: change the limits of containers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Unpack

from dockmagic.acting import Action, act_on_each
from dockmagic.engine.container_spec.update import UpdateOptions, update_body
from dockmagic.errors import BadRequest, Conflict, warn
from dockmagic.options import Absent, Argument
from dockmagic.registry import command
from dockmagic.text import shown, single_line
from dockmagic.values import Names, object_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.errors import DockMagicError

__all__ = ["update"]

_UPDATE = Action("update", "updated")
_ABSENT = (Absent("--kernel-memory", instead="Engines take no notice of it any more; --memory limits both"),)


@command("update", columns="actions.ACTIONS", example="%dupdate --memory 512m --restart always web", absent=_ABSENT)
def update(
    engine: Engine,
    container: Annotated[
        Names, Argument("CONTAINER", help="Names or ids of containers", many=True, complete="container")
    ],
    **options: Unpack[UpdateOptions],
) -> pd.DataFrame:
    """Change the limits of containers, also while they run, up to 8 at once, one row each.

    `container` is a name, several, a frame's column or a frame with a column `id`; one that fails does not keep the
    others. In Python an option is named as its long flag, with underscores; a size is 67108864 or "64m". The engine's
    warnings are shown as EngineWarning. Raises UsageError for a name or value that cannot be one, before anything is
    changed; what the engine says if all of them fail (NotFound, BadRequest for a value out of range, Conflict where
    other limits forbid it), else the rows with `ok` False tell. API: POST /containers/{id}/update.
    """
    from dockmagic.engine.containers import container_update

    names = object_names(container, "a container")
    body = update_body(options)
    warnings: list[str] = []

    def act(engine: Engine, name: str) -> dict[str, Any]:
        found = container_update(engine, name, body).get("Warnings")
        warnings.extend(
            f"{shown(name)}: {single_line(str(each))}" for each in (found if isinstance(found, list) else [])
        )
        return {"changed": True}

    try:
        return act_on_each(engine, names, _UPDATE, act, hint=_hint)
    finally:  # from this thread, and not before all are done: whoever makes warnings errors stops here
        for warning in warnings:
            warn(warning)


def _hint(names: Sequence[str], errors: Sequence[DockMagicError]) -> str:
    if "memoryswap" in errors[0].message:
        return "Say both limits: --memory SIZE --memory-swap SIZE (-1: no limit)"
    if isinstance(errors[0], (BadRequest, Conflict)):
        return f"%dinspect {shown(names[0])} tells its limits as they are, %dinfo what the host has."
    return ""
