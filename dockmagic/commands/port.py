"""port: where on the host a container's ports are published."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

from dockmagic.errors import NotFound, UsageError
from dockmagic.options import Argument
from dockmagic.registry import command
from dockmagic.text import shown
from dockmagic.values import object_name

if TYPE_CHECKING:
    import pandas as pd

    from dockmagic.engine.client import Engine

__all__ = ["port"]

_PORT = re.compile(r"(\d{1,5})(?:/([a-z]*))?", re.ASCII | re.IGNORECASE)
_HIGHEST = 65535


@command("port", columns="port_mappings.PORT_MAPPINGS", example="%dport web 80/tcp")
def port(
    engine: Engine,
    container: Annotated[str, Argument("CONTAINER", help="Its name or id", complete="container")],
    private_port: Annotated[
        str | int | None, Argument("PRIVATE_PORT[/PROTO]", help="Only this port of the container; tcp if none is given")
    ] = None,
) -> pd.DataFrame:
    """Published ports of a container, one row per port and address of the host.

    A container that does not run has none. Raises NotFound for the container, and for a `private_port` that is not
    published; UsageError for one that is no port. API: GET /containers/{id}/json.
    """
    from dockmagic.engine.containers import container_inspect
    from dockmagic.engine.missing import missing_container
    from dockmagic.frames.port_mappings import PORT_MAPPINGS, port_rows
    from dockmagic.frames.schema import to_frame

    name = object_name(container, "a container")
    wanted = None if private_port is None else _wanted(str(private_port))
    try:
        rows = port_rows(container_inspect(engine, name))
    except NotFound as error:
        raise missing_container(engine, name, error) from error
    if wanted is not None:
        rows = [row for row in rows if (row["container_port"], row["protocol"]) == wanted]
        if not rows:
            raise NotFound(
                f"no public port '{wanted[0]}/{wanted[1]}' published for {shown(name)}",
                status=HTTPStatus.NOT_FOUND,
                hint=f"%dport {shown(name)} lists what is published; a container that does not run publishes nothing.",
            )
    return to_frame(rows, PORT_MAPPINGS, engine=engine)


def _wanted(text: str) -> tuple[int, str]:
    """80/UDP as (80, "udp"); the protocol is tcp if none is given. Raises UsageError for what is no port."""
    found = _PORT.fullmatch(text.strip())
    if found is None or int(found[1]) > _HIGHEST:
        raise UsageError(f"a port is written 80 or 80/udp, not {shown(text)!r}")
    return int(found[1]), (found[2] or "tcp").lower()
