"""run: create a container and start it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from dockmagic.errors import APIError, Conflict, NotFound, ProtocolError, UsageError, warn
from dockmagic.options import Argument, Option
from dockmagic.registry import command as register
from dockmagic.text import shown, single_line

if TYPE_CHECKING:
    import pandas as pd

    from dockmagic.engine.client import Engine

__all__ = ["run"]


_ENV = Option(
    "--env", "-e", help="Set a variable; NAME alone takes the value it has here", metavar="NAME=VALUE", repeat=True
)
_LABEL = Option("--label", "-l", help="Set a label", metavar="NAME=VALUE", repeat=True)
_PUBLISH = Option(
    "--publish",
    "-p",
    help="Publish a port of the container on the host",
    metavar="[[IP:]HOST:]CONTAINER",
    repeat=True,
)
_VOLUME = Option(
    "--volume", "-v", help="Mount a volume, or a path of the engine's host", metavar="[SOURCE:]TARGET", repeat=True
)


@register("run", columns="containers.CONTAINERS", quiet="id", example="%drun -d --name web -p 8080:80 nginx:alpine")
def run(  # noqa: PLR0913 - docker's flags
    engine: Engine,
    image: Annotated[str, Argument("IMAGE", help="Must be there: %dpull fetches it", complete="image")],
    command: Annotated[Sequence[str], Argument("COMMAND", help="Instead of the image's own", rest=True)] = (),
    *,
    detach: Annotated[bool, Option("--detach", "-d", help="Run in the background (required so far)")] = False,
    name: Annotated[str | None, Option("--name", help="Name of the container", metavar="NAME")] = None,
    env: Annotated[Sequence[str], _ENV] = (),
    labels: Annotated[Sequence[str], _LABEL] = (),
    ports: Annotated[Sequence[str], _PUBLISH] = (),
    volumes: Annotated[Sequence[str], _VOLUME] = (),
) -> pd.DataFrame:
    """Create a container and start it in the background; its row as in `ps`.

    The engine's warnings are shown as EngineWarning. Raises UsageError for a text that docker would refuse, NotFound
    for an image that is not there, Conflict for a name in use. A container that is created but does not start stays,
    as with docker, and the error says so. API: POST /containers/create, POST /containers/{id}/start.
    """
    from dockmagic.engine.containers import container_list
    from dockmagic.engine.create_body import create_body
    from dockmagic.frames.containers import CONTAINERS
    from dockmagic.frames.schema import to_frame

    if not detach:
        raise UsageError("run works in the background only: add -d (detach=True); its output cannot be attached to yet")
    if not image.strip():
        raise UsageError(f"{image!r} is no name of an image")
    if name is not None and not name.strip():
        raise UsageError(f"{name!r} is no name of a container")
    body = create_body(image, command, env=env, labels=labels, ports=ports, volumes=volumes, environ=os.environ)
    container, warnings = _create(engine, body, name=name)
    try:
        _start(engine, container, name=name)
    finally:  # not before: whoever makes warnings errors has a container that runs all the same
        for warning in warnings:
            warn(single_line(str(warning)))
    return to_frame(container_list(engine, all=True, filters={"id": container}), CONTAINERS, engine=engine)


def _create(engine: Engine, body: dict[str, Any], *, name: str | None) -> tuple[str, list[Any]]:
    """The new container's id and the engine's warnings."""
    from dockmagic.engine.containers import container_create

    try:
        created = container_create(engine, body, name=name)
    except NotFound as missing:
        image = shown(body["Image"])
        where = engine.endpoint.display
        hint = f"Fetch it first: %dpull {image}"
        raise NotFound(f'no image "{image}" on {where}', status=missing.status, hint=hint) from missing
    except Conflict as conflict:
        if name:
            conflict.hint = f"Take another --name, or remove that one: %drm -f {shown(name)}"
        raise
    container, warnings = created.get("Id"), created.get("Warnings")
    if not isinstance(container, str) or not container:
        raise ProtocolError("the engine created a container without telling its id", hint="%dps -a lists it.")
    return container, warnings if isinstance(warnings, list) else []


def _start(engine: Engine, container: str, *, name: str | None) -> None:
    from dockmagic.engine.containers import container_start

    try:
        container_start(engine, container)
    except APIError as error:
        error.hint = f"It was created but does not run: %drm {shown(name or container[:12])}"
        raise
