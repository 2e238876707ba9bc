"""load: images from an archive that save has made."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from dockmagic.engine.transfer_source import Archive
from dockmagic.errors import EngineFault, NotFound, ProtocolError, UsageError
from dockmagic.options import Option
from dockmagic.registry import command
from dockmagic.text import shown

if TYPE_CHECKING:
    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.engine.transfer_source import Source
    from dockmagic.feeds.transfer import Transfer
    from dockmagic.feeds.transfer_progress import Watcher

__all__ = ["load"]

_LOADED = re.compile(r"Loaded image(?: ID)?: (\S+)")
_NO_LIST = re.compile(r"open \S*/docker-import-\d+/(?:repositories|[^/\s]+/json): no such file or directory")
"""An engine that finds no manifest.json looks for what docker 1.9 wrote, and says which of that is missing."""


@command("load", columns="actions.TRANSFERS", example="%dload -i images.tar", watched="transfer_view.TransferView")
def load(
    engine: Engine,
    input: Annotated[
        Archive | None, Option("--input", "-i", help="The archive, compressed or not", metavar="FILE")
    ] = None,
    *,
    platform: Annotated[str | None, Option("--platform", help="Not yet: it needs API 1.48", metavar="OS/ARCH")] = None,
    quiet: Annotated[bool, Option("--quiet", "-q", help="Without showing progress")] = False,
    on_progress: Callable[[str], None] = print,
    watcher: Watcher | None = None,
) -> pd.DataFrame:
    """Give the engine the images of an archive, a row for each name that they have in it.

    `input` is a path, or in Python the bytes, an iterator of them, or a file that is open; it is read as it is sent.
    `reference` is NA of an image that has no name there. An image that had the name before loses it. Without a
    `watcher` `on_progress` is called with the lines that docker prints.

    Raises UsageError for a file that cannot be read, for what is no archive, and for `platform`; EngineFault, with the
    engine's words, for one that is broken or not of images. An interrupt ends it on the engine too, where images that
    were complete may stay. API: POST /images/load, GET /images/{name}/json.
    """
    from dockmagic.engine.transfer_source import archive_source
    from dockmagic.engine.versions import not_spoken
    from dockmagic.feeds.transfer import transfer
    from dockmagic.frames.actions import TRANSFERS
    from dockmagic.frames.schema import to_frame

    if platform is not None:
        raise not_spoken("--platform", "1.48")
    if input is None or input in ("", "-"):
        raise UsageError("there is no standard input to load from", hint="Name the archive: %dload -i FILE")
    start = time.perf_counter()
    source = archive_source(input)
    with transfer("load", source.name, watcher=watcher, tell=on_progress, quiet=quiet) as running:
        _send(engine, source, running, quiet=quiet)
        said = [(found[1], line) for line in running.progress.said if (found := _LOADED.match(line))]
        if not said:
            raise ProtocolError(f"the engine has loaded nothing from {shown(source.name)}, and does not say why")
        running.note = f"{len(said)} image{'s' if len(said) > 1 else ''}"
    rows = [_row(engine, name) | {"status": line, "seconds": time.perf_counter() - start} for name, line in said]
    return to_frame(rows, TRANSFERS, engine=engine)


def _send(engine: Engine, source: Source, running: Transfer, *, quiet: bool) -> None:
    from dockmagic.engine.images import image_load

    try:
        with image_load(engine, running.sending(source), quiet=quiet) as messages:
            running.follow(messages)
    except EngineFault as error:
        name = shown(source.name)
        if _NO_LIST.search(error.message):
            raise EngineFault(
                f"{name} is no archive of images: it has no manifest.json",
                status=error.status,
                hint="If it is whole, it is one of a file system: %dimport makes an image of it.",
            ) from error
        raise EngineFault(f"{name} cannot be loaded: {error.message}", status=error.status) from error


def _row(engine: Engine, name: str) -> dict[str, Any]:
    from dockmagic.engine.images import image_inspect

    is_id = name.startswith("sha256:")
    try:
        image = image_inspect(engine, name)
    except NotFound:  # somebody else was faster
        image = {}
    return {
        "reference": None if is_id else name,
        "id": image.get("Id", name if is_id else None),
        "size": image.get("Size"),
    }
