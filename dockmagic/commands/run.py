"""run: create a container and start it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Unpack

from dockmagic.engine.container_spec.absent_options import ABSENT
from dockmagic.engine.container_spec.table import RunOptions
from dockmagic.errors import APIError, BadRequest, UsageError
from dockmagic.options import Argument, Option
from dockmagic.registry import command as register
from dockmagic.text import shown

if TYPE_CHECKING:
    import pandas as pd

    from dockmagic.engine.client import Engine

__all__ = ["run"]


@register(
    "run",
    columns="containers.CONTAINERS",
    quiet="id",
    example="%drun -d --name web -p 8080:80 nginx:alpine",
    absent=ABSENT,
    quietly=(("quiet", True),),
)
def run(
    engine: Engine,
    image: Annotated[str, Argument("IMAGE", help="Must be there, or --pull missing fetches it", complete="image")],
    command: Annotated[Sequence[str], Argument("COMMAND", help="Instead of the image's own", rest=True)] = (),
    *,
    detach: Annotated[bool, Option("--detach", "-d", help="Run in the background (required so far)")] = False,
    quiet: bool = False,
    on_progress: Callable[[str], None] = print,
    **options: Unpack[RunOptions],
) -> pd.DataFrame:
    """Create a container and start it in the background; its row as in `ps`.

    In Python an option is named as its long flag, with underscores (memory_swap); env, labels, ports and volumes hold
    all of -e, -l, -p and -v, as texts or as dicts: env={"A": 1}, ports={"80/tcp": 8080}, volumes={"data": "/data"}.
    A size is 67108864 or "64m", a duration "1m30s" or a timedelta, `set` {"HostConfig.X": value}.

    Warnings and errors are those of `create`. A container that is created but does not start stays, as with docker, and
    the error says so. One with `rm` may have ended and be gone before it is listed: then its state is NA.
    API: POST /containers/create, POST /containers/{id}/start.
    """
    from dockmagic.commands.create import make_container, tell
    from dockmagic.engine.containers import container_list
    from dockmagic.frames.containers import CONTAINERS
    from dockmagic.frames.schema import to_frame

    if not detach:
        raise UsageError("run works in the background only: add -d (detach=True); its output cannot be attached to yet")
    heard = (lambda _: None) if quiet else on_progress
    container, warnings = make_container(engine, image, command, options, attached=False, on_progress=heard)
    before = container_list(engine, all=True, filters={"id": container}) if options.get("rm") else []
    try:
        _start(engine, container, options)
    finally:  # not before: whoever makes warnings errors has a container that runs all the same
        tell(warnings)
    rows = container_list(engine, all=True, filters={"id": container}) or [_without_state(row) for row in before]
    return to_frame(rows, CONTAINERS, engine=engine)


def _without_state(row: dict[str, Any]) -> dict[str, Any]:
    """A row of what has gone since: what it was like at the end is not known."""
    return {key: value for key, value in row.items() if key not in {"State", "Status"}}


def _start(engine: Engine, container: str, options: RunOptions) -> None:
    """Start it, or say what is left of it and what was in the way."""
    from dockmagic.engine.containers import container_start
    from dockmagic.engine.start_failures import start_hint

    try:
        container_start(engine, container)
    except APIError as error:
        name = options.get("name") or container[:12]
        left = f"It was created but does not run: %drm {shown(name)}"
        if options.get("rm"):
            left = "It was created, did not start, and is gone again because of --rm."
        way = "" if isinstance(error, BadRequest) else start_hint(engine, name, error)
        error.hint = "   ".join(filter(None, (left, way)))
        raise
