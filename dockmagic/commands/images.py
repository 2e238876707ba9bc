"""images: the images of an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from dockmagic.engine.filters import Filters, encode_filters
from dockmagic.options import Argument, Option
from dockmagic.registry import command

if TYPE_CHECKING:
    import pandas as pd

    from dockmagic.engine.client import Engine

__all__ = ["images"]


@command("images", columns="images.IMAGES", quiet="id", example="%dimages --filter dangling=true")
def images(
    engine: Engine,
    reference: Annotated[
        str | None, Argument("REPOSITORY[:TAG]", help="Only this one; * stands for anything", complete="image")
    ] = None,
    *,
    all: Annotated[bool, Option("--all", "-a", help="Also the intermediate layers of builds")] = False,
    digests: Annotated[bool, Option("--digests", help="One row per tag and digest")] = False,
    filter: Annotated[
        Filters,
        Option(
            "--filter",
            "-f",
            help="Only what matches: dangling=true, label=a=b (repeatable)",
            metavar="KEY=VALUE",
            repeat=True,
        ),
    ] = (),
    no_trunc: Annotated[bool, Option("--no-trunc", help="Ids in full")] = False,
) -> pd.DataFrame:
    """Images, one row per reference, as docker lists them.

    Raises BadRequest with the engine's words for a filter it does not know. API: GET /images/json.
    """
    from dockmagic.engine.images import image_list
    from dockmagic.frames.images import IMAGES, image_rows
    from dockmagic.frames.schema import to_frame

    wanted: dict[str, list[str]] = {key: list(values) for key, values in (encode_filters(filter) or {}).items()}
    if reference is not None:
        wanted.setdefault("reference", []).append(reference)
    found = image_list(engine, all=all, filters=wanted)
    return to_frame(image_rows(found, digests=digests, no_trunc=no_trunc), IMAGES, engine=engine)
