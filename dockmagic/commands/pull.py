"""pull: fetch an image from a registry."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from dockmagic.errors import EngineFault, NotFound, ProtocolError, UsageError
from dockmagic.options import Argument, Option
from dockmagic.registry import command
from dockmagic.text import shown, single_line

if TYPE_CHECKING:
    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.frames.references import Reference

__all__ = ["pull"]


@command("pull", columns="actions.TRANSFERS", example="%dpull busybox:latest")
def pull(
    engine: Engine,
    reference: Annotated[
        str, Argument("NAME[:TAG|@DIGEST]", help="The tag is latest if none is given", complete="image")
    ],
    *,
    platform: Annotated[str | None, Option("--platform", help="Such as linux/arm64", metavar="OS/ARCH")] = None,
    quiet: Annotated[bool, Option("--quiet", "-q", help="Without the lines of progress")] = False,
    on_progress: Callable[[str], None] = print,
) -> pd.DataFrame:
    """Fetch a public image, one row; meanwhile `on_progress` is called with lines as docker prints them.

    Raises NotFound for a name or tag that the registry does not have (or does not show to everybody), EngineFault if
    the registry cannot be reached, UsageError for an empty name. API: POST /images/create.
    """
    from dockmagic.engine.images import image_inspect
    from dockmagic.frames.actions import TRANSFERS
    from dockmagic.frames.references import parse_reference
    from dockmagic.frames.schema import to_frame

    start = time.perf_counter()
    wanted = parse_reference(reference.strip())
    if not wanted.repository:
        raise UsageError(f"{shown(repr(reference))} is no name of an image")
    if not wanted.tag and not wanted.digest:
        wanted = wanted._replace(tag="latest")
    said = _fetch(engine, wanted, platform=platform, tell=(lambda _: None) if quiet else on_progress)
    image = image_inspect(engine, str(wanted))
    row = {
        "reference": str(wanted),
        "id": image.get("Id"),
        "digest": wanted.digest or _value(said, "Digest: "),
        "status": _value(said, "Status: "),
        "size": image.get("Size"),
        "seconds": time.perf_counter() - start,
    }
    return to_frame([row], TRANSFERS, engine=engine)


def _fetch(engine: Engine, wanted: Reference, *, platform: str | None, tell: Callable[[str], None]) -> list[str]:
    """Pull, tell what a person wants to read of it, and return the lines that are about the image as a whole."""
    from dockmagic.engine.images import image_pull

    said: list[str] = []
    with image_pull(engine, wanted.repository, tag=wanted.digest or wanted.tag, platform=platform) as progress:
        for message in progress:
            if not isinstance(message, dict):
                raise ProtocolError(f"the engine reports the progress of a pull as {type(message).__name__}")
            if error := _error(message):
                kind = NotFound if "not found" in error or "manifest unknown" in error else EngineFault
                raise kind(error, status=404 if kind is NotFound else 500)
            status, layer = single_line(str(message.get("status", ""))), message.get("id")
            if not message.get("progressDetail") and status:
                tell(f"{single_line(str(layer))}: {status}" if layer else status)
            if not layer:
                said.append(status)
    return said


def _error(message: dict[str, Any]) -> str:
    """The error inside a stream whose status was 200 already; engines from API 1.52 on send errorDetail alone."""
    detail = message.get("errorDetail")
    text = detail.get("message") if isinstance(detail, dict) else message.get("error")
    return single_line(str(text)) if text else ""


def _value(lines: list[str], key: str) -> str | None:
    return next((line.removeprefix(key) for line in reversed(lines) if line.startswith(key)), None)
