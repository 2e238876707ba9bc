"""inspect: all that an engine knows of an object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from dockmagic.errors import BadRequest, NotFound, UsageError
from dockmagic.masking import masked
from dockmagic.options import Argument, Option
from dockmagic.registry import command
from dockmagic.text import shown
from dockmagic.values import Names, object_names

if TYPE_CHECKING:
    import pandas as pd

    from dockmagic.engine.client import Engine

__all__ = ["inspect"]

KINDS = ("container", "image", "network", "volume")


def _kind(text: str) -> str:
    """One of KINDS. Raises UsageError for another word."""
    if text not in KINDS:
        raise UsageError(f"the type is one of {', '.join(KINDS)}, not {shown(text)!r}")
    return text


@command("inspect", columns="objects.OBJECTS", quiet="id", example="%dinspect web")
def inspect(
    engine: Engine,
    name: Annotated[Names, Argument("NAME|ID", help="Names or ids", many=True, complete="object")],
    *,
    type: Annotated[
        str | None, Option("--type", help="Only container, image, network or volume", metavar="TYPE", parse=_kind)
    ] = None,
    size: Annotated[bool, Option("--size", "-s", help="Sizes of containers, in bytes")] = False,
    platform: Annotated[str | None, Option("--platform", help="Not yet: it needs API 1.49", metavar="OS/ARCH")] = None,
    show_secrets: Annotated[bool, Option("--show-secrets", help="Show passwords and tokens as they are")] = False,
) -> pd.DataFrame:
    """All that the engine knows of containers, images, networks and volumes, one row each.

    `raw` is the engine's JSON as a dict: frame.raw[0]["State"]. Values of the environment whose name looks like a
    secret's, and passwords in URLs, read ******** without `show_secrets`. A name is looked for among containers first,
    then images, networks and volumes, as docker does. Raises NotFound, naming what is missing, and UsageError for
    `platform`.
    API: GET /containers/{id}/json, /images/{name}/json, /networks/{id}, /volumes/{name}.
    """
    from dockmagic.engine.missing import missing_objects
    from dockmagic.engine.versions import not_spoken
    from dockmagic.frames.objects import OBJECTS
    from dockmagic.frames.schema import to_frame

    if platform is not None:
        raise not_spoken("--platform", "1.49")
    kinds = KINDS if type is None else (_kind(type),)
    found = {each: _find(engine, each, kinds, size=size) for each in object_names(name, "an object")}
    missing = [each for each, row in found.items() if row is None]
    if missing:
        raise missing_objects(engine, missing, kinds)
    rows = [row if show_secrets else masked(row) for row in found.values() if row is not None]
    return to_frame(rows, OBJECTS, engine=engine)


def _find(engine: Engine, name: str, kinds: tuple[str, ...], *, size: bool) -> dict[str, Any] | None:
    """The object with the first kind that knows the name."""
    from dockmagic.engine.objects import object_inspect

    for kind in kinds:
        try:
            return {"kind": kind, "raw": object_inspect(engine, kind, name, size=size)}
        except NotFound:
            continue
        except BadRequest:
            if kind == kinds[-1] or kind != "image":  # a network's name may be none that an image can have: MyNet
                raise
    return None
