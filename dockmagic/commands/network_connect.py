"""network connect: put containers into a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from dockmagic.acting import Action, act_on_each
from dockmagic.engine.container_spec.rows import Pairs, Texts
from dockmagic.errors import UsageError
from dockmagic.options import Absent, Argument, Option
from dockmagic.registry import command
from dockmagic.text import shown
from dockmagic.values import Names, object_name, object_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.errors import DockMagicError

__all__ = ["network_connect"]

_CONNECT = Action("connect", "connected")
_ABSENT = (Absent("--gw-priority", instead="It needs API 1.48"),)


@command("network connect", columns="actions.ACTIONS", example="%dnetwork connect shop_default web", absent=_ABSENT)
def network_connect(  # noqa: PLR0913 - docker's flags
    engine: Engine,
    network: Annotated[str, Argument("NETWORK", help="Its name or id", complete="network")],
    container: Annotated[
        Names, Argument("CONTAINER", help="Names or ids of containers", many=True, complete="container")
    ],
    *,
    alias: Annotated[Texts, Option("--alias", help="Another name there", metavar="NAME", repeat=True)] = (),
    ip: Annotated[str | None, Option("--ip", help="Its IPv4 address there", metavar="ADDRESS")] = None,
    ip6: Annotated[str | None, Option("--ip6", help="Its IPv6 address there", metavar="ADDRESS")] = None,
    link: Annotated[
        Texts,
        Option("--link", help="Know another container by a name", metavar="CONTAINER[:NAME]", repeat=True),
    ] = (),
    link_local_ip: Annotated[
        Texts, Option("--link-local-ip", help="A link-local address", metavar="ADDRESS", repeat=True)
    ] = (),
    driver_opt: Annotated[
        Pairs, Option("--driver-opt", help="An option of the driver", metavar="NAME=VALUE", repeat=True)
    ] = (),
) -> pd.DataFrame:
    """Put containers into a network, up to 8 at once, one row each; one that fails does not keep the others.

    `container` is a name, several (docker takes one), a frame's column or a frame with a column `id`; an address is for
    one only. Raises UsageError for a name or address that cannot be one, before anything is done; NotFound for the
    network; what the engine says if all of them fail (NotFound, BadRequest for an address outside, an APIError of
    status 403 for one that is in it already), else the rows with `ok` False tell.
    API: GET /networks/{id}, POST /networks/{id}/connect.
    """
    from dockmagic.engine.identities import network_id
    from dockmagic.engine.network_spec import endpoint_settings
    from dockmagic.engine.networks import network_connect as connect

    where, names = object_name(network, "a network"), object_names(container, "a container")
    settings = endpoint_settings(
        aliases=alias, ip=ip, ip6=ip6, links=link, link_local=link_local_ip, driver_options=driver_opt
    )
    if len(names) > 1 and any(settings["IPAMConfig"].values()):
        raise UsageError(f"an address is that of one container, not of {len(names)}")
    identity = network_id(engine, where)

    def act(engine: Engine, name: str) -> dict[str, Any]:
        connect(engine, identity, {"Container": name, "EndpointConfig": settings})
        return {"changed": True}

    def hint(_: Sequence[str], errors: Sequence[DockMagicError]) -> str:
        if "already exists" in errors[0].message:
            return f"It is in it: %dnetwork disconnect {shown(where)} takes it out, for another address or alias."
        if "subnet" in errors[0].message:
            return f"%dnetwork ls --filter name={shown(where)} shows its subnets."
        return ""

    return act_on_each(engine, names, _CONNECT, act, hint=hint)
