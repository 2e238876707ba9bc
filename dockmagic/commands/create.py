"""create: create a container."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Unpack

from dockmagic.engine.container_spec.absent_options import ABSENT
from dockmagic.engine.container_spec.table import RunOptions
from dockmagic.errors import BadRequest, Conflict, NotFound, ProtocolError, UsageError, warn
from dockmagic.options import Argument
from dockmagic.registry import command as register
from dockmagic.text import shown, single_line
from dockmagic.values import NAME_RULE, words

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from dockmagic.engine.client import Engine

__all__ = ["create", "make_container", "tell"]


@register(
    "create",
    columns="containers.CONTAINERS",
    quiet="id",
    example="%dcreate --name web -p 8080:80 nginx:alpine",
    absent=ABSENT,
    quietly=(("quiet", True),),
)
def create(
    engine: Engine,
    image: Annotated[str, Argument("IMAGE", help="Must be there, or --pull missing fetches it", complete="image")],
    command: Annotated[Sequence[str], Argument("COMMAND", help="Instead of the image's own", rest=True)] = (),
    *,
    quiet: bool = False,
    on_progress: Callable[[str], None] = print,
    **options: Unpack[RunOptions],
) -> pd.DataFrame:
    """Create a container and do not start it; its row as in `ps`.

    In Python an option is named as its long flag, with underscores (memory_swap); env, labels, ports and volumes hold
    all of -e, -l, -p and -v, as texts or as dicts: env={"A": 1}, ports={"80/tcp": 8080}, volumes={"data": "/data"}.
    A size is 67108864 or "64m", a duration "1m30s" or a timedelta, `set` {"HostConfig.X": value}; of that
    engines take no notice where they do not know the name.

    The engine's warnings are shown as EngineWarning; unless `quiet`, `on_progress` is called with the lines of a pull.
    Raises UsageError for what docker would refuse itself, NotFound for an image that is not there, Conflict for a name
    in use, BadRequest for what the engine refuses. API: POST /containers/create.
    """
    heard = (lambda _: None) if quiet else on_progress
    container, warnings = make_container(engine, image, command, options, attached=True, on_progress=heard)
    tell(warnings)
    from dockmagic.engine.containers import container_list
    from dockmagic.frames.containers import CONTAINERS
    from dockmagic.frames.schema import to_frame

    return to_frame(container_list(engine, all=True, filters={"id": container}), CONTAINERS, engine=engine)


def make_container(
    engine: Engine,
    image: str,
    command: Sequence[str],
    options: Mapping[str, Any],
    *,
    attached: bool,
    on_progress: Callable[[str], None],
) -> tuple[str, list[str]]:
    """Create the container that `create` or `run` asks for: its id, and the warnings. See `create`.

    `attached` says that whoever starts it may read its output at once.
    """
    from dockmagic.commands.pull import pull
    from dockmagic.engine.container_spec.body import container_body, known_options
    from dockmagic.engine.container_spec.proxies import proxies_here
    from dockmagic.engine.container_spec.values import Here

    options = known_options(options)
    name, platform, when = (options.get(option) for option in ("name", "platform", "pull"))
    _check(image, name=name, when=when)
    proxies = proxies_here(os.environ, engine.endpoint.host)
    here = Here(os.environ, lambda: engine.api_version, proxies=proxies)
    body = container_body(image, _words(command), options, here=here, attached=attached)
    if when == "always":
        pull(engine, image, platform=platform, on_progress=on_progress)
    try:
        return _create(engine, body, name=name, platform=platform)
    except NotFound as missing:
        if when != "missing" or not _lacks_image(missing):
            _explain(engine, missing, body)
            raise
    on_progress(f"Unable to find image '{shown(image)}' locally")
    pull(engine, image, platform=platform, on_progress=on_progress)
    return _create(engine, body, name=name, platform=platform)


def tell(warnings: Sequence[str]) -> None:
    """Show each as an EngineWarning."""
    for warning in warnings:
        warn(warning)


def _check(image: Any, *, name: Any, when: Any) -> None:
    """Raise UsageError for what is no name, and no time to pull."""
    if not isinstance(image, str) or not image.strip():
        raise UsageError(f"{shown(repr(image))} is no name of an image")
    if name is not None and (not isinstance(name, str) or not name.strip()):
        raise UsageError(f"{shown(repr(name))} is no name of a container")
    if when not in {None, "always", "missing", "never", ""}:
        raise UsageError(f"--pull is one of always, missing, never, not {shown(str(when))!r}")


def _words(command: Any) -> list[str]:
    """The words of a command. A text might be one or a line of several, and as a sequence it would be its letters."""
    if isinstance(command, str) or not isinstance(command, Iterable):
        raise UsageError(f'the command is a list of words such as ["sleep", "60"], not {shown(repr(command))}')
    return words(command, "the command")


def _create(engine: Engine, body: dict[str, Any], *, name: str | None, platform: str | None) -> tuple[str, list[str]]:
    """The new container's id and the warnings."""
    from dockmagic.engine.containers import container_create

    try:
        created = container_create(engine, body, name=name, platform=platform)
    except Conflict as conflict:
        if name:
            conflict.hint = f"Take another --name, or remove that one: %drm -f {shown(name)}"
        raise
    except BadRequest as error:
        if "Invalid container name" in error.message:
            error.hint = NAME_RULE
        raise
    container, warnings = created.get("Id"), created.get("Warnings")
    if not isinstance(container, str) or not container:
        raise ProtocolError("the engine created a container without telling its id", hint="%dps -a lists it.")
    local = [f"Localhost DNS ({each}) may fail in containers." for each in _loopbacks(body)]  # docker's own client's
    return container, [single_line(str(each)) for each in (warnings if isinstance(warnings, list) else [])] + local


def _loopbacks(body: dict[str, Any]) -> list[str]:
    return [each for each in body["HostConfig"].get("Dns", ()) if each.startswith("127.") or each == "::1"][:1]


def _lacks_image(missing: NotFound) -> bool:
    return "No such image" in missing.message or "image with reference" in missing.message


def _explain(engine: Engine, missing: NotFound, body: dict[str, Any]) -> None:
    """If it is the image that is missing, say so in the words of the person, and what to do."""
    image = shown(body["Image"])
    if "No such image" in missing.message:
        missing.message = f'no image "{image}" on {engine.endpoint.display}'
        missing.hint = f"Fetch it first: %dpull {image}   or let it be fetched: --pull missing"
    elif _lacks_image(missing):  # it is there for another platform
        missing.hint = f"Fetch that one: %dpull --platform OS/ARCH {image}   or let it be fetched: --pull missing"
