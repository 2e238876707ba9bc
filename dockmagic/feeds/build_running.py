"""A build as it runs: its messages to the end, shown meanwhile, and the error that comes of one that fails."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from dockmagic.engine.registry_auth import NOBODY, read_keyring, registry_of
from dockmagic.engine.transfer_failures import registry_hint
from dockmagic.errors import APIError, BadRequest, DockMagicError, ProtocolError
from dockmagic.feeds.build_failure import NO_SESSION, build_error, wanted_image
from dockmagic.feeds.build_fold import fold
from dockmagic.feeds.build_progress import Progress
from dockmagic.frames.build_steps import BUILD_STEPS, build_step_rows
from dockmagic.frames.schema import to_frame
from dockmagic.masking import masked

if TYPE_CHECKING:
    from dockmagic.builder.image_build import Build
    from dockmagic.errors import BuildError
    from dockmagic.feeds.build_progress import Watcher

__all__ = ["base_without_session", "run_build"]

_PAGE = re.compile(r":\s*<(?:!doctype|html)", re.IGNORECASE)
_OF_THE_DOCKERFILE = ("dockerfile", "target stage")  # in the words of an engine that refuses one


def base_without_session(error: BuildError) -> str:
    """The base image that BuildKit could not ask for, "" where another thing went wrong."""
    if error.steps is None or NO_SESSION not in error.message:
        return ""
    failed = error.steps.loc[error.steps["status"] == "failed", "name"]
    return next(filter(None, map(wanted_image, failed)), "")


def run_build(prepared: Build, watcher: Watcher) -> Progress:
    """What was done, to its end. Raises BuildError, ProtocolError for an end that tells of no image."""
    progress = Progress(hidden=prepared.hidden)
    try:
        with prepared.messages() as messages:
            for message in messages:
                progress = fold(progress, message, now=time.time_ns())
                watcher.show(progress)
    except APIError as refused:
        raise _refusal(prepared, progress, refused) from None  # whose words may hold a password
    if progress.error:
        raise _failure(prepared, progress)
    if not progress.image_id:
        raise ProtocolError(
            "the build ended, and the engine told of neither an image nor an error",
            hint="Whether there is an image is unknown: %dimages lists them. What it did: --progress plain",
        )
    return progress


def _refusal(prepared: Build, progress: Progress, refused: APIError) -> DockMagicError:
    """The error of a build that did not begin. Its words may hold the address of a context, and a web server's page."""
    words = prepared.hidden.text(masked(_PAGE.split(refused.message)[0]))
    if isinstance(refused, BadRequest) and any(word in words.lower() for word in _OF_THE_DOCKERFILE):
        return _failure(prepared, progress, words)
    hint = "The engine has it with dockerd --experimental." if "experimental mode" in words else refused.hint
    return type(refused)(words, status=refused.status, hint=hint)


def _failure(prepared: Build, progress: Progress, words: str = "") -> BuildError:
    return build_error(
        progress,
        steps=to_frame(build_step_rows(progress), BUILD_STEPS, engine=prepared.engine),
        with_context=prepared.has_context,
        too_new=prepared.too_new,
        dockerfile=prepared.text,
        words=words,
        advice=_registry_advice(prepared, progress),
    )


def _registry_advice(prepared: Build, progress: Progress) -> str:
    """What to do where a base image does not come, "" where that is not what went wrong."""
    step = progress.steps.get(progress.failed)
    wanted = wanted_image(step.name) if step else ""
    if not wanted:
        return ""
    registry = registry_of(wanted)
    try:
        credentials = read_keyring(prepared.environ).find(registry)
    except DockMagicError:  # the build's own error says more
        credentials = NOBODY
    return registry_hint(progress.error, registry=registry, credentials=credentials)
