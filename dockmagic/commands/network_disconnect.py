"""network disconnect: take containers out of a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from dockmagic.acting import Action, act_on_each
from dockmagic.errors import EngineFault
from dockmagic.options import Argument, Option
from dockmagic.registry import command
from dockmagic.text import shown
from dockmagic.values import Names, object_name, object_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.errors import DockMagicError

__all__ = ["network_disconnect"]

_DISCONNECT = Action("disconnect", "disconnected")


@command("network disconnect", columns="actions.ACTIONS", example="%dnetwork disconnect shop_default web")
def network_disconnect(
    engine: Engine,
    network: Annotated[str, Argument("NETWORK", help="Its name or id", complete="network")],
    container: Annotated[
        Names, Argument("CONTAINER", help="Names or ids of containers", many=True, complete="container")
    ],
    *,
    force: Annotated[bool, Option("--force", "-f", help="Also one that the engine has lost sight of")] = False,
) -> pd.DataFrame:
    """Take containers out of a network, one row each; one that fails does not keep the others.

    `container` is a name, several (docker takes one), a frame's column or a frame with a column `id`. Raises UsageError
    for a name that cannot be one, before anything is done; NotFound for the network; what the engine says if all of
    them fail (NotFound, EngineFault for one that is not in it), else the rows with `ok` False tell.
    API: GET /networks/{id}, POST /networks/{id}/disconnect.
    """
    from dockmagic.engine.identities import network_id
    from dockmagic.engine.networks import network_disconnect as disconnect

    where, names = object_name(network, "a network"), object_names(container, "a container")
    identity = network_id(engine, where)

    def act(engine: Engine, name: str) -> dict[str, Any]:
        disconnect(engine, identity, container=name, force=force)
        return {"changed": True}

    def hint(_: Sequence[str], errors: Sequence[DockMagicError]) -> str:
        outside = isinstance(errors[0], EngineFault) and "not connected" in errors[0].message
        return f"%dps --filter network={shown(where)} lists what is in it." if outside else ""

    return act_on_each(engine, names, _DISCONNECT, act, hint=hint)
