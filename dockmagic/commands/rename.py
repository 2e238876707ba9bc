"""rename: give a container another name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from dockmagic.acting import Action, act_on_each
from dockmagic.errors import BadRequest, Conflict
from dockmagic.options import Argument
from dockmagic.registry import command
from dockmagic.text import shown
from dockmagic.values import NAME_RULE, NumberWord, object_name, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.errors import DockMagicError

__all__ = ["rename"]

_RENAME = Action("rename", "renamed")


@command("rename", columns="actions.ACTIONS", example="%drename web web-old")
def rename(
    engine: Engine,
    container: Annotated[str, Argument("CONTAINER", help="Its name or id", complete="container")],
    new_name: Annotated[str, Argument("NEW_NAME", help="The name to have")],
) -> pd.DataFrame:
    """Give a container another name, one row with the old one.

    Raises UsageError for a name that cannot be one; NotFound; Conflict for a name in use; BadRequest for one that the
    engine does not take, or that the container has already. API: POST /containers/{id}/rename.
    """
    from dockmagic.engine.containers import container_rename

    names = [object_name(container, "a container")]
    new = object_name([_stripped(each) for each in words(new_name, "a container")], "a container")

    def act(engine: Engine, name: str) -> dict[str, Any]:
        container_rename(engine, name, new)
        return {"changed": True}

    def hint(_: Sequence[str], errors: Sequence[DockMagicError]) -> str:
        if isinstance(errors[0], Conflict):
            return f"Take another name, or remove that one: %drm {shown(new)}"
        if isinstance(errors[0], BadRequest) and "Invalid" in errors[0].message:
            return NAME_RULE
        return ""

    return act_on_each(engine, names, _RENAME, act, hint=hint)


def _stripped(name: str) -> str:
    return name if isinstance(name, NumberWord) else name.strip()
