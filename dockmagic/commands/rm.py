"""rm: remove containers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

from dockmagic.errors import APIError, Conflict, NotFound
from dockmagic.options import Argument, Option
from dockmagic.registry import command
from dockmagic.text import shown
from dockmagic.values import Names, object_names

if TYPE_CHECKING:
    import pandas as pd

    from dockmagic.engine.client import Engine

__all__ = ["rm"]


@command("rm", columns="actions.ACTIONS", example="%drm -f web worker-1")
def rm(
    engine: Engine,
    container: Annotated[
        Names, Argument("CONTAINER", help="Names or ids of containers", many=True, complete="container")
    ],
    *,
    force: Annotated[bool, Option("--force", "-f", help="Kill those that run; a missing one is no failure")] = False,
    volumes: Annotated[bool, Option("--volumes", "-v", help="Also remove their anonymous volumes")] = False,
    link: Annotated[bool, Option("--link", "-l", help="Remove the link of that name, not the container")] = False,
) -> pd.DataFrame:
    """Remove containers, one row each; one that fails does not keep the others.

    `container` is a name, several, a frame's column or a frame with a column `id`. Raises UsageError for a name that
    cannot be one, before anything is removed; what the engine says if all of them fail (NotFound, Conflict), else the
    rows with `ok` False tell. API: DELETE /containers/{id}.
    """
    from dockmagic.frames.actions import ACTIONS
    from dockmagic.frames.schema import to_frame

    names = object_names(container, "a container")
    done = [_remove(engine, name, force=force, volumes=volumes, link=link) for name in names]
    failed = [error for _, error in done if error is not None]
    if failed and len(failed) == len(done):
        raise _in_words(engine, names, failed)
    return to_frame([row for row, _ in done], ACTIONS, engine=engine)


def _remove(engine: Engine, name: str, *, force: bool, **options: bool) -> tuple[dict[str, Any], APIError | None]:
    """One row, and the error if it failed."""
    from dockmagic.engine.containers import container_inspect, container_remove

    row: dict[str, Any] = {"name": name, "action": "rm", "changed": False, "ok": True}
    error: APIError | None = None
    start = time.perf_counter()
    try:
        row["id"] = container_inspect(engine, name).get("Id")
        container_remove(engine, name, force=force, **options)
        row["changed"] = True
    except APIError as refused:
        error = None if force and isinstance(refused, NotFound) else refused
    if error is not None:
        row |= {"ok": False, "error": error.message}
    return row | {"seconds": time.perf_counter() - start}, error


def _in_words(engine: Engine, names: list[str], errors: list[APIError]) -> APIError:
    """The error to raise if all failed: of one what it may have meant, of several each with its reason."""
    from dockmagic.engine.missing import missing_container

    first = errors[0]
    if len(errors) == 1 and isinstance(first, NotFound):
        return missing_container(engine, names[0], first)
    kills = any(isinstance(error, Conflict) for error in errors)
    hint = f"%drm -f {' '.join(map(shown, names))} kills those that run." if kills else "%dps -a lists all."
    reasons = "; ".join(f"{shown(name)}: {error.message}" for name, error in zip(names, errors, strict=True))
    return type(first)(f"nothing was removed from {engine.endpoint.display}: {reasons}", status=first.status, hint=hint)
