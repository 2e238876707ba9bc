"""push: send an image to its registry."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

from dockmagic.errors import APIError, BadRequest, NotFound, ProtocolError, PushError, UsageError
from dockmagic.options import Absent, Argument, Option
from dockmagic.registry import command
from dockmagic.text import shown
from dockmagic.values import object_name

if TYPE_CHECKING:
    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.engine.registry_auth import Credentials
    from dockmagic.feeds.transfer import Transfer
    from dockmagic.feeds.transfer_progress import Watcher
    from dockmagic.frames.references import Reference

__all__ = ["push"]


@command(
    "push",
    columns="actions.TRANSFERS",
    example="%dpush registry.example.com/shop/web:2.1",
    watched="transfer_view.TransferView",
    absent=(Absent("--disable-content-trust", instead="Images are never signed"),),
)
def push(
    engine: Engine,
    reference: Annotated[
        str,
        Argument("NAME[:TAG]", help="With its registry in front; the tag is latest if none is given", complete="image"),
    ],
    *,
    all_tags: Annotated[bool, Option("--all-tags", "-a", help="Every tag of NAME, a row for each")] = False,
    platform: Annotated[str | None, Option("--platform", help="Not yet: it needs API 1.46", metavar="OS/ARCH")] = None,
    quiet: Annotated[bool, Option("--quiet", "-q", help="Without showing progress")] = False,
    on_progress: Callable[[str], None] = print,
    watcher: Watcher | None = None,
    environ: Mapping[str, str] = os.environ,
) -> pd.DataFrame:
    """Send an image to the registry that its name begins with, one row, or with `all_tags` a row per tag.

    `digest` is that of the manifest, by which anybody can pull exactly this image. What is shown meanwhile, and to
    which registry credentials are shown, is as of `pull`.

    Raises NotFound for an image that the engine does not have; PushError if the registry cannot be reached, or does not
    accept who asks; UsageError for what can be no name, and for `platform`; DockMagicError for a credential helper that
    fails. An interrupt ends the push on the engine too. API: POST /images/{name}/push, GET /images/{name}/json.
    """
    from dockmagic.engine.images import image_inspect
    from dockmagic.engine.registry_auth import read_keyring, registry_of
    from dockmagic.engine.versions import not_spoken
    from dockmagic.feeds.transfer import transfer
    from dockmagic.frames.actions import TRANSFERS
    from dockmagic.frames.schema import to_frame

    if platform is not None:
        raise not_spoken("--platform", "1.46")
    start = time.perf_counter()
    wanted = _wanted(reference, all_tags=all_tags)
    credentials = read_keyring(environ).find(registry_of(wanted.repository))
    with transfer("push", str(wanted), watcher=watcher, tell=on_progress, quiet=quiet) as running:
        _send(engine, wanted, running, credentials=credentials)
        pushed = running.progress.pushed
        if not pushed:
            raise ProtocolError("the push ended, and the engine told of neither a digest nor an error")
        running.note = ", ".join(f"{tag}: {digest}" for tag, digest in pushed.items())
    rows = []
    for tag, digest in pushed.items():
        name = str(wanted._replace(tag=tag))
        image = image_inspect(engine, name)
        said = (line for line in running.progress.said if line.startswith(f"{tag}: digest: "))
        row = {"reference": name, "id": image.get("Id"), "digest": digest, "size": image.get("Size")}
        rows.append(row | {"status": next(said, None), "seconds": time.perf_counter() - start})
    return to_frame(rows, TRANSFERS, engine=engine)


def _wanted(text: str, *, all_tags: bool) -> Reference:
    """The reference that `text` is; its tag is latest, unless all are wanted."""
    from dockmagic.frames.references import is_reference, parse_reference

    name = object_name(text, "an image")
    if not is_reference(name):
        raise UsageError(
            f"{shown(name)!r} can be no name of an image, and only by its name an image is pushed",
            hint="%dtag gives it one: [HOST/]NAME[:TAG], in lower case.",
        )
    wanted = parse_reference(name)
    if wanted.digest:
        raise UsageError(f"{shown(name)!r} has a digest, which comes of pushing", hint=f"Push {wanted.repository}")
    if all_tags and wanted.tag:
        raise UsageError(f"-a is every tag, and {shown(name)!r} names one", hint=f"Leave it out: {wanted.repository}")
    return wanted if all_tags or wanted.tag else wanted._replace(tag="latest")


def _send(engine: Engine, wanted: Reference, running: Transfer, *, credentials: Credentials) -> None:
    """Push. Raises NotFound and PushError in words that say what to do."""
    from dockmagic.engine.images import image_push
    from dockmagic.engine.missing import missing_image

    try:
        with image_push(engine, wanted.repository, tag=wanted.tag or None, credentials=credentials) as messages:
            running.follow(messages)
    except BadRequest:
        raise
    except APIError as error:
        words = error.message
        if isinstance(error, NotFound) or "does not exist locally" in words or words.startswith("tag does not exist"):
            missing = NotFound(words, status=HTTPStatus.NOT_FOUND)
            raise missing_image(engine, str(wanted), missing) from error
        raise PushError(words, status=error.status, hint=_hint(words, wanted, credentials)) from error


def _hint(words: str, wanted: Reference, credentials: Credentials) -> str:
    """What to do next: a name without a registry is Docker Hub's, which often nobody meant."""
    from dockmagic.engine.registry_auth import registry_of
    from dockmagic.engine.transfer_failures import registry_hint

    hint = registry_hint(words, registry=registry_of(wanted.repository), credentials=credentials)
    if "/" in wanted.repository:
        return hint
    name = str(wanted)
    other = f"{shown(name)} is a name at Docker Hub. To push it elsewhere: %dtag {shown(name)} HOST/{shown(name)}"
    return f"{other}   {hint}" if "docker login" in hint else other
