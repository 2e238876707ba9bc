"""network create: make a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Unpack

from dockmagic.engine.network_options import NetworkOptions, network_body
from dockmagic.errors import APIError, Conflict, NotFound, ProtocolError, warn
from dockmagic.options import Absent, Argument
from dockmagic.registry import command
from dockmagic.text import shown, single_line
from dockmagic.values import object_name

if TYPE_CHECKING:
    import pandas as pd

    from dockmagic.engine.client import Engine

__all__ = ["network_create"]

_ABSENT = (Absent("--ipv4", instead="It needs API 1.48"),)


@command(
    "network create",
    columns="networks.NETWORKS",
    quiet="id",
    example="%dnetwork create --subnet 10.5.0.0/24 shop",
    absent=_ABSENT,
)
def network_create(
    engine: Engine,
    network: Annotated[str, Argument("NETWORK", help="Its name")],
    **options: Unpack[NetworkOptions],
) -> pd.DataFrame:
    """Make a network; its row as in `network ls`.

    In Python an option is named as its long flag, with underscores, but labels, options and ipam_options hold all of
    --label, -o and --ipam-opt, as texts or as dicts. Of several subnets each range, gateway and address belongs to the
    one that it is in.

    The engine's warning is shown as EngineWarning. Raises UsageError for a name, label or address that cannot be one,
    or one in no subnet; Conflict for a name in use, NotFound for a driver that is not installed, an APIError of status
    403 for a subnet in use. API: POST /networks/create, GET /networks/{id}.
    """
    from dockmagic.frames.networks import NETWORKS
    from dockmagic.frames.schema import to_frame

    body = network_body(object_name(network, "a network"), options)
    return to_frame([_created(engine, body)], NETWORKS, engine=engine)


def _created(engine: Engine, body: dict[str, Any]) -> dict[str, Any]:
    """The new network, once its warning is shown."""
    from dockmagic.engine.networks import network_create as create
    from dockmagic.engine.networks import network_inspect

    try:
        reply = create(engine, body)
    except APIError as error:
        error.hint = _hint(body["Name"], body["Driver"], error)
        raise
    identity, warning = reply.get("Id"), reply.get("Warning")
    if not isinstance(identity, str) or not identity:
        raise ProtocolError("the engine made a network without telling its id", hint="%dnetwork ls lists it.")
    try:
        return network_inspect(engine, identity)
    finally:  # not before: whoever makes warnings errors has a network all the same
        if warning:
            warn(single_line(str(warning)))


def _hint(name: str, driver: str, error: APIError) -> str:
    if isinstance(error, Conflict):
        return f"Take another name, or remove that one: %dnetwork rm {shown(name)}"
    if isinstance(error, NotFound) and "plugin" in error.message:
        return f"Usual drivers are bridge, macvlan, ipvlan and, in a swarm, overlay; {shown(driver)} is not installed."
    if "overlaps" in error.message:
        return 'Take other addresses: %dnetwork ls shows in "subnets" which are in use.'
    return ""
