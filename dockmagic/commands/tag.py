"""tag: give an image one more name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from dockmagic.acting import Action, act_on_each
from dockmagic.errors import NotFound, UsageError
from dockmagic.options import Argument
from dockmagic.registry import command
from dockmagic.text import shown
from dockmagic.values import object_name

if TYPE_CHECKING:
    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.frames.references import Reference

__all__ = ["tag"]

_TAG = Action("tag", "tagged", "image")


@command("tag", columns="actions.ACTIONS", example="%dtag web:1 web:latest")
def tag(
    engine: Engine,
    source: Annotated[str, Argument("SOURCE_IMAGE[:TAG]", help="Its name or id", complete="image")],
    target: Annotated[
        str, Argument("TARGET_IMAGE[:TAG]", help="The name to have too; the tag is latest if none is given")
    ],
) -> pd.DataFrame:
    """Give an image one more name, one row. Another image that has the name loses it.

    `changed` is False if the image has that name already. Raises UsageError for a target that can be no name, NotFound
    for an image that is not there. API: GET /images/{name}/json, POST /images/{name}/tag.
    """
    from dockmagic.engine.images import image_inspect, image_tag

    names = [object_name(source, "an image")]
    wanted = _target(target)

    def act(engine: Engine, name: str) -> dict[str, Any]:
        identity = image_inspect(engine, name).get("Id")
        try:
            before = image_inspect(engine, str(wanted)).get("Id")
        except NotFound:
            before = None
        image_tag(engine, name, repository=wanted.repository, tag=wanted.tag)
        return {"changed": before != identity}

    return act_on_each(engine, names, _TAG, act)


def _target(text: str) -> Reference:
    """The reference that `text` is, with a tag. Raises UsageError for what can be none."""
    from dockmagic.frames.references import is_reference, parse_reference

    name = object_name(text, "an image")
    if not is_reference(name):
        raise UsageError(
            f"{shown(name)!r} can be no name of an image: it is written [HOST/]NAME[:TAG], the name in lower case"
        )
    wanted = parse_reference(name)
    if wanted.digest:
        raise UsageError(f"{shown(name)!r} has a digest, which an image has and is not given")
    return wanted if wanted.tag else wanted._replace(tag="latest")
