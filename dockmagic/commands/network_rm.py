"""network rm: remove networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from dockmagic.acting import Action, act_on_each, listed
from dockmagic.engine.batch import IN_ORDER
from dockmagic.errors import NotFound
from dockmagic.options import Argument, Option
from dockmagic.registry import command
from dockmagic.text import shown
from dockmagic.values import Names, looks_like_a_slip, object_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.errors import DockMagicError

__all__ = ["network_rm"]

_RM = Action("rm", "removed", "network", width=IN_ORDER)


@command("network rm", columns="actions.ACTIONS", example="%dnetwork rm shop_default", button="Remove…")
def network_rm(
    engine: Engine,
    network: Annotated[Names, Argument("NETWORK", help="Names or ids of networks", many=True, complete="network")],
    *,
    force: Annotated[bool, Option("--force", "-f", help="A missing one is no failure")] = False,
) -> pd.DataFrame:
    """Remove networks, one row each, one after the other as they are named: one may be the configuration of another.

    `network` is a name, several, a frame's column or a frame with a column `id`; one that fails does not keep the
    others. One in which containers run is never removed, nor are docker's own. With `force` a network that is not there
    is no failure: nothing changed; one with a blank or a brace in its name is, as a slip. Raises UsageError for a name
    that cannot be one, before anything is removed; what the engine says if all of them fail (NotFound, APIError), else
    the rows with `ok` False tell. API: DELETE /networks/{id}.
    """
    from dockmagic.engine.networks import network_remove

    def remove(engine: Engine, name: str) -> dict[str, Any]:
        try:
            network_remove(engine, name)
        except NotFound:
            if not force or looks_like_a_slip(name):
                raise
            return {"changed": False}
        return {"changed": True}

    def hint(names: Sequence[str], errors: Sequence[DockMagicError]) -> str:
        used = [name for name, error in zip(names, errors, strict=True) if "active endpoints" in error.message]
        if used:
            return _hint(engine, used[0])
        own = "pre-defined" in errors[0].message
        return "bridge, host and none are the engine's own; %dnetwork prune removes what nothing is in." if own else ""

    return act_on_each(engine, object_names(network, "a network"), _RM, remove, hint=hint)


def _hint(engine: Engine, name: str) -> str:
    """The containers that run in it."""
    from dockmagic.engine.networks import network_inspect

    inside = network_inspect(engine, name).get("Containers")
    endpoints = inside.values() if isinstance(inside, dict) else []
    found = [each["Name"] for each in endpoints if isinstance(each, dict) and isinstance(each.get("Name"), str)]
    return f"Take the containers out first: %dnetwork disconnect {shown(name)} {listed(found)}" if found else ""
