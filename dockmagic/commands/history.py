"""history: the layers of an image, and what made them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from dockmagic.errors import NotFound
from dockmagic.options import Argument, Option
from dockmagic.registry import command
from dockmagic.values import object_name

if TYPE_CHECKING:
    import pandas as pd

    from dockmagic.engine.client import Engine

__all__ = ["history"]


@command("history", columns="history.HISTORY", quiet="id", example="%dhistory busybox")
def history(
    engine: Engine,
    image: Annotated[str, Argument("IMAGE", help="Its reference or id", complete="image")],
    *,
    no_trunc: Annotated[bool, Option("--no-trunc", help="Ids in full")] = False,
    human: Annotated[bool, Option("--human", help="As without it: sizes are bytes, dates are times")] = False,
    platform: Annotated[str | None, Option("--platform", help="Not yet: it needs API 1.48", metavar="OS/ARCH")] = None,
) -> pd.DataFrame:
    """What made an image, one row per instruction, the newest first.

    `created_by` is in full with `no_trunc` or not. Raises NotFound, and UsageError for `platform`.
    API: GET /images/{name}/history.
    """
    from dockmagic.engine.images import image_history
    from dockmagic.engine.missing import missing_image
    from dockmagic.engine.versions import not_spoken
    from dockmagic.frames.history import history_columns
    from dockmagic.frames.schema import to_frame

    del human  # docker's flag; a frame has numbers and times anyway
    if platform is not None:
        raise not_spoken("--platform", "1.48")
    name = object_name(image, "an image")
    try:
        rows = image_history(engine, name)
    except NotFound as error:
        raise missing_image(engine, name, error) from error
    return to_frame(rows, history_columns(no_trunc=no_trunc), engine=engine)
