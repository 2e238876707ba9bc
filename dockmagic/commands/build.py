"""build: an image from a Dockerfile."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any, Unpack

from dockmagic.builder.build_options import ABSENT, BuildOptions
from dockmagic.errors import BuildError, DockMagicError, UsageError
from dockmagic.options import Argument, Option
from dockmagic.registry import command
from dockmagic.text import shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from dockmagic.builder.image_build import Build
    from dockmagic.engine.client import Engine
    from dockmagic.feeds.build_progress import Outcome, Progress, Watcher

__all__ = ["build"]


@command(
    "build",
    columns="images.IMAGES",
    quiet="id",
    quiet_once=True,
    quietly=(("progress", "none"),),
    example="%dbuild -t web:1 ./site",
    cell="dockerfile",
    watched="build_view.BuildView",
    plot="plot_build_steps",
    plotted=("steps",),
    absent=ABSENT,
)
def build(
    engine: Engine,
    path: Annotated[
        str | os.PathLike[str] | None,
        Argument("PATH|URL", help="What COPY takes from: a directory, a tar file, a URL; %%dbuild can do without"),
    ] = None,
    *,
    dockerfile: str | None = None,
    steps: Annotated[bool, Option("--steps", help="What was done, a row per step, instead of the image")] = False,
    watcher: Watcher | None = None,
    **options: Unpack[BuildOptions],
) -> pd.DataFrame:
    """Build an image; its rows as in `images`, one per tag. With `steps` what was done, one row per step.

    `path` is the context: a directory, a tar archive or a URL; without one there is nothing that COPY could take.
    `dockerfile` is the text of a Dockerfile in place of the context's own. Options are named as docker's long flags,
    with underscores; tags, build_args and labels hold all of -t, --build-arg and --label, `secret` docker's texts or
    a dict of values. What happens is shown to `watcher` while it happens, and printed without one.

    Raises BuildError where a step fails, with its frame of steps, its log and its exit code; UsageError for what docker
    would refuse itself, and for options that this engine's BuildKit takes no notice of. An interrupt ends the build on
    the engine too. Steps have the columns step, stage, name, cached (bool), started (datetime64[us, UTC]), seconds
    (float64), status (category) and error. API: POST /build, POST /session.
    """
    from dockmagic.builder.build_query import known_build_options
    from dockmagic.builder.image_build import prepare
    from dockmagic.engine.container_spec.proxies import proxies_here
    from dockmagic.engine.container_spec.values import Here

    said = known_build_options(options)
    where = _given(path, dockerfile)
    proxies = proxies_here(os.environ, engine.endpoint.host)
    here = Here(os.environ, lambda: engine.api_version, proxies=proxies)
    watcher = _watcher(watcher, said.get("progress", "auto"))
    prepared = prepare(engine, where, dockerfile=dockerfile, options=said, here=here)
    _check_names(prepared.tags)
    progress, image = _built(prepared, watcher)
    if steps:
        return _steps(engine, progress)
    return _images(engine, image, prepared.tags)


def _given(path: Any, dockerfile: Any) -> str | None:
    """The context, None if there is none. Raises UsageError for what can be neither context nor Dockerfile."""
    try:
        if dockerfile is not None:
            dockerfile.encode()
    except AttributeError:
        raise UsageError(
            f"dockerfile is a Dockerfile's text, not {type(dockerfile).__name__}", hint="Its path is given as file=..."
        ) from None
    except UnicodeEncodeError:
        raise UsageError("the Dockerfile has half a character in it, which no file can have") from None
    if path is None or (path == "-" and dockerfile is not None):
        return None
    try:
        return os.fsdecode(path)
    except TypeError:
        raise UsageError(f"the build context is a path or a URL, not {type(path).__name__}") from None


def _check_names(tags: Sequence[str]) -> None:
    """Raise UsageError for what can be no name of an image, as docker does before it asks an engine."""
    from dockmagic.frames.references import is_reference, parse_reference

    for tag in tags:
        if not is_reference(tag):
            raise UsageError(
                f"--tag: {shown(tag)!r} can be no name of an image", hint="It is [HOST/]NAME[:TAG], in lower case."
            )
        if parse_reference(tag).digest:
            raise UsageError(f"--tag: {shown(tag)!r} has a digest, which comes of what was built")


def _watcher(given: Watcher | None, how: str) -> Watcher:
    """Who is shown what happens, as --progress says."""
    from dockmagic.engine.container_spec.values import named, one_of
    from dockmagic.feeds.build_lines import BuildLines, silent

    with named("--progress"):
        how = one_of("auto", "plain", "none")(how)
    if how == "none":
        return silent()
    return BuildLines(print) if given is None or how == "plain" else given


def _built(prepared: Build, watcher: Watcher) -> tuple[Progress, Mapping[str, Any]]:
    """Build, shown to `watcher`: what was done, and the image. Raises BuildError."""
    from dockmagic.engine.images import image_inspect
    from dockmagic.frames.human_size import human_size
    from dockmagic.frames.ids import short_id

    outcome: Outcome = "failed"
    note = ""
    try:
        watcher.begin(" ".join(map(shown, prepared.tags)) or "an image", prepared.builder)
        progress = _fetching_bases(prepared, watcher)
        image = image_inspect(prepared.engine, progress.image_id)
        size = image.get("Size")
        note = f"image {short_id(progress.image_id)}" + (f", {human_size(size)}" if isinstance(size, int) else "")
        outcome = "built"
    except KeyboardInterrupt:
        outcome = "interrupted"
        raise
    except DockMagicError as error:
        note = error.message
        raise
    finally:
        watcher.end(outcome, note)
    return progress, image


def _fetching_bases(prepared: Build, watcher: Watcher) -> Progress:
    """Build. Where BuildKit has no session to ask for credentials, fetch the base images that it asks for, and again.

    An engine has one that it gives no session, and asks it all the same, even for public images.
    """
    from dockmagic.commands.pull import pull
    from dockmagic.feeds.build_running import base_without_session, run_build

    fetched: set[str] = set()
    while True:
        try:
            return run_build(prepared, watcher)
        except BuildError as error:
            base = base_without_session(error)
            if not base or base in fetched:
                raise
            fetched.add(base)
            pull(prepared.engine, base, platform=prepared.query.get("platform"), quiet=True, environ=prepared.environ)


def _steps(engine: Engine, progress: Progress) -> pd.DataFrame:
    from dockmagic.frames.build_steps import BUILD_STEPS, build_step_rows
    from dockmagic.frames.schema import to_frame

    return to_frame(build_step_rows(progress), BUILD_STEPS, engine=engine)


def _images(engine: Engine, image: Mapping[str, Any], tags: Sequence[str]) -> pd.DataFrame:
    """The image's rows: those of its tags, in their order, or of all its names if it was given none."""
    from dockmagic.engine.images import image_list
    from dockmagic.frames.images import IMAGES, image_rows
    from dockmagic.frames.references import parse_reference
    from dockmagic.frames.schema import to_frame

    wanted = [(found.repository, found.tag or "latest") for found in map(parse_reference, tags)]
    # With `all`: an image without a name may be one that others are made of.
    rows = image_rows([each for each in image_list(engine, all=True) if each.get("Id") == image.get("Id")])
    named = [row for name in dict.fromkeys(wanted) for row in rows if (row["repository"], row["tag"]) == name]
    return to_frame(named if wanted else rows, IMAGES, engine=engine)
