"""diff: what a container changed in its image's files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from dockmagic.errors import NotFound
from dockmagic.options import Argument
from dockmagic.registry import command
from dockmagic.values import object_name

if TYPE_CHECKING:
    import pandas as pd

    from dockmagic.engine.client import Engine

__all__ = ["diff"]


@command("diff", columns="changes.CHANGES", example="%ddiff web")
def diff(
    engine: Engine,
    container: Annotated[str, Argument("CONTAINER", help="Its name or id", complete="container")],
) -> pd.DataFrame:
    """Files and directories that a container added, changed or deleted, one row each, sorted by path.

    What it did in volumes is not among them. It may run or not. Raises NotFound. API: GET /containers/{id}/changes.
    """
    from dockmagic.engine.containers import container_changes
    from dockmagic.engine.missing import missing_container
    from dockmagic.frames.changes import CHANGES
    from dockmagic.frames.schema import to_frame

    name = object_name(container, "a container")
    try:
        changes = container_changes(engine, name)
    except NotFound as error:
        raise missing_container(engine, name, error) from error
    return to_frame(sorted(changes, key=lambda change: str(change.get("Path"))), CHANGES, engine=engine)
