"""save: images as an archive."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Annotated, Any

from dockmagic.errors import NotFound, ProtocolError, UsageError
from dockmagic.options import Argument, Option
from dockmagic.registry import command
from dockmagic.text import shown_path
from dockmagic.values import Names, object_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.engine.transfer_archive import Archived
    from dockmagic.engine.transfer_file import WholeFile
    from dockmagic.feeds.transfer import Transfer
    from dockmagic.feeds.transfer_progress import Watcher

__all__ = ["save"]


@command(
    "save",
    columns="actions.TRANSFERS",
    example="%dsave -o images.tar web:1 db:1",
    watched="transfer_view.TransferView",
)
def save(
    engine: Engine,
    images: Annotated[
        Names, Argument("IMAGE", help="Names or ids; of a name without a tag every tag", many=True, complete="image")
    ],
    *,
    output: Annotated[
        str | os.PathLike[str] | None, Option("--output", "-o", help="The archive to write", metavar="FILE")
    ] = None,
    platform: Annotated[str | None, Option("--platform", help="Not yet: it needs API 1.48", metavar="OS/ARCH")] = None,
    watcher: Watcher | None = None,
) -> pd.DataFrame:
    """Write images into a tar archive, which `load` reads; a row for each name that an image has in it.

    `reference` is NA of an image that was named by its id; `size` is that of the image, whose layers the archive has
    once. The file is there when it is whole: until then it has another name in the same directory, and an interrupt, a
    full disk or the engine's end leave what was there before.

    Raises UsageError without `output`, for a file that cannot be written, and for `platform`; NotFound for an image
    that is not there; EngineFault and ProtocolError for an archive that is not whole; DockMagicError for a full disk.
    API: GET /images/get, GET /images/{name}/json.
    """
    from dockmagic.engine.transfer_archive import archived_images
    from dockmagic.engine.transfer_file import WholeFile
    from dockmagic.engine.versions import not_spoken
    from dockmagic.feeds.transfer import transfer
    from dockmagic.frames.actions import TRANSFERS
    from dockmagic.frames.schema import to_frame

    if platform is not None:
        raise not_spoken("--platform", "1.48")
    if not output:
        raise UsageError("an archive is nothing to be shown here", hint="Name a file: %dsave -o images.tar IMAGE")
    names = object_names(images, "an image")
    if not names:
        raise UsageError("no image was named", hint="%dimages lists them.")
    start = time.perf_counter()
    with (
        WholeFile(output) as file,
        transfer("save", file.path.name, watcher=watcher) as running,
    ):
        _write(engine, names, file, running)
        archived = archived_images(file.file)
        if not archived:
            raise ProtocolError("the engine has saved nothing, and does not say why")
        running.note = f"{shown_path(file.path)}, {len(archived)} image{'s' if len(archived) > 1 else ''}"
    status = f"Saved to {file.path}"
    rows = [_row(engine, each) | {"status": status, "seconds": time.perf_counter() - start} for each in archived]
    return to_frame(rows, TRANSFERS, engine=engine)


def _write(engine: Engine, names: Sequence[str], file: WholeFile, running: Transfer) -> None:
    """What the engine sends, into the file. Raises NotFound with the name that is like the missing one."""
    from dockmagic.engine.images import image_save
    from dockmagic.engine.missing import missing_image

    try:
        with image_save(engine, names) as archive:
            for block in running.counted(archive.chunks(), file.path.name, "Saving"):
                file.write(block)
    except NotFound as error:
        raise missing_image(engine, _lost(engine, names, error.message), error) from error


def _lost(engine: Engine, names: Sequence[str], words: str) -> str:
    """Which one is missing: engines say "No such image: web" of a name alone, and nothing of one with a tag."""
    from dockmagic.engine.images import image_inspect

    named = [name for name in names if words.endswith(f": {name}")]
    for name in named or names:
        try:
            image_inspect(engine, name)
        except NotFound:
            return name
    return names[0]


def _row(engine: Engine, archived: Archived) -> dict[str, Any]:
    """What the engine knows of an image in the archive."""
    from dockmagic.engine.images import image_inspect

    for name in filter(None, (archived.id, archived.reference)):  # engines of another kind have other ids
        try:
            image = image_inspect(engine, name)
        except NotFound:
            continue
        return {"reference": archived.reference, "id": image.get("Id"), "size": image.get("Size")}
    return {"reference": archived.reference, "id": archived.id}
