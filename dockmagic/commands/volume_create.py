"""volume create: make a volume."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from dockmagic.engine.container_spec.rows import Pairs
from dockmagic.errors import NotFound
from dockmagic.options import Absent, Argument, Option
from dockmagic.registry import command
from dockmagic.text import shown
from dockmagic.values import object_name

if TYPE_CHECKING:
    import pandas as pd

    from dockmagic.engine.client import Engine

__all__ = ["volume_create"]

_CLUSTER = "It is for volumes of a swarm's cluster, which are not made here"
_ABSENT = tuple(
    Absent(f"--{flag}", instead=_CLUSTER)
    for flag in (
        *("availability", "group", "limit-bytes", "required-bytes", "scope", "secret", "sharing"),
        *("topology-preferred", "topology-required", "type"),
    )
)


@command(
    "volume create",
    columns="volumes.VOLUMES",
    quiet="name",
    example="%dvolume create --label project=shop data",
    absent=_ABSENT,
)
def volume_create(
    engine: Engine,
    volume: Annotated[str | None, Argument("VOLUME", help="Its name; without one the engine makes one up")] = None,
    *,
    driver: Annotated[str, Option("--driver", "-d", help="Whose it is (default: local)", metavar="DRIVER")] = "local",
    labels: Annotated[Pairs, Option("--label", help="Set a label", metavar="NAME=VALUE", repeat=True)] = (),
    options: Annotated[
        Pairs, Option("--opt", "-o", help="An option of the driver", metavar="NAME=VALUE", repeat=True)
    ] = (),
) -> pd.DataFrame:
    """Make a volume; its row as in `volume ls`.

    One of that name and driver that is there already is no failure and stays what it is, as with docker. `labels` and
    `options` are NAME=VALUE texts or a dict. Raises UsageError for a name or label that cannot be one, NotFound for a
    driver that is not installed, BadRequest for a name or option that it does not take. API: POST /volumes/create.
    """
    from dockmagic.engine.driver_options import driver_options, label_map
    from dockmagic.engine.volumes import volume_create as create
    from dockmagic.frames.schema import to_frame
    from dockmagic.frames.volumes import VOLUMES

    body = {
        "Driver": driver,
        "DriverOpts": driver_options(options, "--opt") or None,
        "Labels": label_map(labels),
        **({} if volume is None else {"Name": object_name(volume, "a volume")}),
    }
    try:
        made = create(engine, body)
    except NotFound as missing:
        missing.hint = (
            f"Without --driver {shown(driver)} it is a local one; %dinfo and docker plugin ls tell what there is."
        )
        raise
    return to_frame([made], VOLUMES, engine=engine)
