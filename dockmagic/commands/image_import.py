"""import: an image of one layer, from an archive of a file system."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from dockmagic.engine.transfer_source import Archive
from dockmagic.errors import EngineFault, NotFound, ProtocolError, UsageError, warn
from dockmagic.masking import masked
from dockmagic.options import Argument, Option
from dockmagic.registry import command
from dockmagic.text import shown
from dockmagic.values import object_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.engine.transfer_source import Source
    from dockmagic.feeds.transfer import Transfer
    from dockmagic.feeds.transfer_progress import Watcher
    from dockmagic.frames.references import Reference

__all__ = ["image_import"]


DEFAULT_PLATFORM = "DOCKER_DEFAULT_PLATFORM"
"""The variable with the --platform of commands that have none."""


@command(
    "import",
    columns="actions.TRANSFERS",
    example="%dimport -c 'CMD [\"sh\"]' rootfs.tar base:1",
    watched="transfer_view.TransferView",
)
def image_import(
    engine: Engine,
    source: Annotated[Archive, Argument("FILE|URL", help="The archive, compressed or not; the engine fetches a URL")],
    reference: Annotated[
        str | None, Argument("REPOSITORY[:TAG]", help="The image's name; the tag is latest if none is given")
    ] = None,
    *,
    change: Annotated[
        Sequence[str],
        Option("--change", "-c", help="An instruction of a Dockerfile: CMD, ENV, ...", metavar="TEXT", repeat=True),
    ] = (),
    message: Annotated[str | None, Option("--message", "-m", help="Its comment in the history", metavar="TEXT")] = None,
    platform: Annotated[
        str | None, Option("--platform", help="What it is for, such as linux/arm64", metavar="OS/ARCH")
    ] = None,
    on_progress: Callable[[str], None] = print,
    watcher: Watcher | None = None,
) -> pd.DataFrame:
    """Make an image of an archive of a file system; its row.

    `source` is a path or a URL, or in Python the bytes, an iterator of them, or a file that is open; it is read as it
    is sent. Without a `reference` the image has no name, and `reference` is NA. An EngineWarning tells where an engine
    (20.10) takes no notice of the platform.

    Raises UsageError for a file that cannot be read, for what is no archive or can be no name; BadRequest for a change
    that is none; EngineFault for an archive that is broken, or a URL that cannot be fetched. An interrupt ends it on
    the engine too. API: POST /images/create?fromSrc=, GET /images/{name}/json.
    """
    from dockmagic.engine.images import image_inspect
    from dockmagic.feeds.transfer import transfer
    from dockmagic.frames.actions import TRANSFERS
    from dockmagic.frames.schema import to_frame

    start = time.perf_counter()
    wanted = _wanted(reference)
    given = _given(source)
    title = masked(given) if isinstance(given, str) else given.name
    platform = platform or os.environ.get(DEFAULT_PLATFORM)
    options = {"message": message, "changes": _changes(change), "platform": platform}
    with transfer("import", shown(title), watcher=watcher, tell=on_progress, quiet=False) as running:
        _send(engine, given, wanted, running, **options)
        identity = running.progress.said[-1] if running.progress.said else ""
        if not identity.startswith("sha256:"):
            raise ProtocolError("the import ended, and the engine told of neither an image nor an error")
        running.note = str(wanted or identity)
    image = image_inspect(engine, identity)
    if platform:
        _check_platform(platform, image)
    row = {
        "reference": wanted and str(wanted),
        "id": identity,
        "status": identity,
        "size": image.get("Size"),
        "seconds": time.perf_counter() - start,
    }
    return to_frame([row], TRANSFERS, engine=engine)


def _check_platform(platform: str, image: Mapping[str, Any]) -> None:
    """Docker 20.10 takes the platform and makes an image for its own."""
    made = f"{image.get('Os')}/{image.get('Architecture')}"
    if not f"{platform}/".startswith(f"{made}/") and platform != image.get("Os"):
        warn(f"the engine took no notice of the platform {shown(platform)}: the image says it is for {shown(made)}")


def _wanted(text: str | None) -> Reference | None:
    """The name that the image gets, with a tag. Raises UsageError for what can be none."""
    from dockmagic.frames.references import is_reference, parse_reference

    if text is None:
        return None
    name = object_name(text, "an image")
    wanted = parse_reference(name)
    if not is_reference(name) or wanted.digest:
        raise UsageError(f"{shown(name)!r} can be no name of an image", hint="It is [HOST/]NAME[:TAG], in lower case.")
    return wanted if wanted.tag else wanted._replace(tag="latest")


def _given(source: Archive) -> Source | str:
    """What is sent, or the URL that the engine fetches."""
    from dockmagic.engine.transfer_source import archive_source

    if source == "-":
        raise UsageError("there is no standard input to import from", hint="Give the archive's path.")
    if isinstance(source, str) and source.startswith(("http://", "https://")):
        return source
    return archive_source(source)


def _changes(change: str | Sequence[str]) -> tuple[str, ...]:
    return (change,) if isinstance(change, str) else tuple(change)


def _send(engine: Engine, given: Source | str, wanted: Reference | None, running: Transfer, **options: Any) -> None:
    """Import. Raises the engine's errors with the archive's name in front."""
    from dockmagic.engine.images import image_import

    name = masked(given) if isinstance(given, str) else given.name
    source = given if isinstance(given, str) else running.sending(given)
    repository, tag = (wanted.repository, wanted.tag) if wanted else (None, None)
    try:
        with image_import(engine, source, repository=repository, tag=tag, **options) as messages:
            running.follow(messages)
    except (EngineFault, NotFound) as error:
        words = masked(error.message.partition(": <")[0])  # the page that a server sends where there is no such file
        # from None: the engine's own words may hold a password
        raise type(error)(f"{shown(name)} cannot be imported: {words}", status=error.status) from None
