"""The columns of `network ls`: one network per row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockmagic.frames.ids import id_of
from dockmagic.frames.schema import Column

if TYPE_CHECKING:
    from dockmagic.frames.schema import Row, Schema

__all__ = ["NETWORKS", "networks"]


def networks(*, no_trunc: bool) -> Schema:
    """The schema, with ids as `--no-trunc` wants them or not."""
    return (
        Column("id", id_of("Id", no_trunc=no_trunc), "str", "12 digits, or all 64 with --no-trunc"),
        Column("name", "Name", "str", "two may have the same"),
        Column("driver", "Driver", "str", "bridge, host, null, overlay, macvlan, ..."),
        Column("scope", "Scope", "str", "local, or swarm"),
        Column("created", "Created", "datetime64[us, UTC]", "when it was made; NA for one of a swarm that is not here"),
        Column("internal", "Internal", "bool", "whether it leads nowhere else"),
        Column("subnets", _subnets, "list", "texts as 172.17.0.0/16"),
        Column("labels", "Labels", "dict", "label to value"),
    )


def _subnets(row: Row) -> list[str]:
    addresses = row.get("IPAM")
    pools = addresses.get("Config") if isinstance(addresses, dict) else None
    found = [pool.get("Subnet") for pool in pools if isinstance(pool, dict)] if isinstance(pools, list) else []
    return [subnet for subnet in found if isinstance(subnet, str) and subnet]


NETWORKS = networks(no_trunc=False)
"""As most see it; `networks(no_trunc=True)` has the same columns."""
