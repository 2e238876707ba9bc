"""pull: fetch an image from a registry."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

from dockmagic.errors import APIError, BadRequest, NotFound, PullError, UsageError
from dockmagic.options import Absent, Argument, Option
from dockmagic.registry import command
from dockmagic.text import shown

if TYPE_CHECKING:
    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.engine.registry_auth import Credentials
    from dockmagic.feeds.transfer import Transfer
    from dockmagic.feeds.transfer_progress import Progress, Watcher
    from dockmagic.frames.references import Reference

__all__ = ["pull"]


DEFAULT_PLATFORM = "DOCKER_DEFAULT_PLATFORM"
"""The variable with the --platform of commands that have none."""


@command(
    "pull",
    columns="actions.TRANSFERS",
    example="%dpull busybox:latest",
    watched="transfer_view.TransferView",
    absent=(Absent("--disable-content-trust", instead="Signatures are never checked"),),
)
def pull(
    engine: Engine,
    reference: Annotated[
        str, Argument("NAME[:TAG|@DIGEST]", help="The tag is latest if none is given", complete="image")
    ],
    *,
    all_tags: Annotated[bool, Option("--all-tags", "-a", help="Every tag of NAME, a row for each")] = False,
    platform: Annotated[str | None, Option("--platform", help="Such as linux/arm64", metavar="OS/ARCH")] = None,
    quiet: Annotated[bool, Option("--quiet", "-q", help="Without showing progress")] = False,
    on_progress: Callable[[str], None] = print,
    watcher: Watcher | None = None,
    environ: Mapping[str, str] = os.environ,
) -> pd.DataFrame:
    """Fetch an image, one row, or with `all_tags` a row per tag. Meanwhile it is shown how far it is.

    Without a `watcher` `on_progress` is called with the lines that docker prints. A registry is shown the credentials
    that `docker login` left, in config.json or with a credential helper. `status` is the engine's last word.

    Raises NotFound for a name or tag that the registry does not have (or does not show to everybody), PullError if it
    cannot be reached or does not accept the credentials, BadRequest for what can be no name, UsageError for an empty
    name, DockMagicError for a credential helper that fails. An interrupt ends the pull on the engine too.
    API: POST /images/create, GET /images/{name}/json.
    """
    from dockmagic.engine.images import image_inspect
    from dockmagic.engine.registry_auth import read_keyring, registry_of
    from dockmagic.feeds.transfer import transfer
    from dockmagic.frames.actions import TRANSFERS
    from dockmagic.frames.schema import to_frame

    start = time.perf_counter()
    wanted = _wanted(reference, all_tags=all_tags)
    credentials = read_keyring(environ).find(registry_of(wanted.repository))
    with transfer("pull", str(wanted), watcher=watcher, tell=on_progress, quiet=quiet) as running:
        _fetch(engine, wanted, running, platform=platform or environ.get(DEFAULT_PLATFORM), credentials=credentials)
        pulled = _tags(wanted, running.progress) if all_tags else [wanted]
        status, digest = _value(running.progress, "Status: "), _value(running.progress, "Digest: ")
        running.note = status or "pulled"
    rows = []
    for each in pulled:
        image = image_inspect(engine, str(each._replace(digest=wanted.digest)))
        rows.append(
            {
                "reference": str(each._replace(digest=wanted.digest)),
                "id": image.get("Id"),
                "digest": each.digest or digest,
                "status": status,
                "size": image.get("Size"),
                "seconds": time.perf_counter() - start,
            }
        )
    return to_frame(rows, TRANSFERS, engine=engine)


def _wanted(text: str, *, all_tags: bool) -> Reference:
    """The reference that `text` is; its tag is latest, unless all are wanted."""
    from dockmagic.frames.references import parse_reference

    wanted = parse_reference(text.strip())
    if not wanted.repository:
        raise UsageError(f"{shown(repr(text))} is no name of an image")
    named = bool(wanted.tag or wanted.digest)
    if all_tags and named:
        raise UsageError(f"-a is every tag, and {shown(text)!r} names one", hint=f"Leave it out: {wanted.repository}")
    return wanted if all_tags or named else wanted._replace(tag="latest")


def _fetch(
    engine: Engine, wanted: Reference, running: Transfer, *, platform: str | None, credentials: Credentials
) -> None:
    """Pull. Raises NotFound and PullError in words that say what to do."""
    from dockmagic.engine.images import image_pull
    from dockmagic.engine.registry_auth import registry_of
    from dockmagic.engine.transfer_failures import registry_hint

    tag = wanted.digest or wanted.tag or None
    try:
        with image_pull(engine, wanted.repository, tag=tag, platform=platform, credentials=credentials) as messages:
            running.follow(messages)
    except BadRequest:
        raise
    except APIError as error:
        words = error.message
        hint = registry_hint(words, registry=registry_of(wanted.repository), credentials=credentials)
        if isinstance(error, NotFound) or "not found" in words or "manifest unknown" in words:
            raise NotFound(words, status=HTTPStatus.NOT_FOUND, hint=hint) from error
        raise PullError(words, status=error.status, hint=hint) from error


def _tags(wanted: Reference, progress: Progress) -> list[Reference]:
    """What came of a pull of every tag: "2: Pulling from team/web", and behind it "Digest: sha256:..."."""
    found: list[Reference] = []
    for line in progress.said:
        tag, begins, _ = line.partition(": Pulling from ")
        if begins:
            found.append(wanted._replace(tag=tag))
        elif found and line.startswith("Digest: "):
            found[-1] = found[-1]._replace(digest=line.removeprefix("Digest: "))
    return found


def _value(progress: Progress, key: str) -> str | None:
    return next((line.removeprefix(key) for line in reversed(progress.said) if line.startswith(key)), None)
