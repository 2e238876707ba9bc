"""The endpoints of images. One function per endpoint, JSON as Python data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.engine.filters import encode_filters
from dockmagic.engine.replies import objects, one_object
from dockmagic.engine.url import segment

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from dockmagic.engine.client import Engine
    from dockmagic.engine.filters import Filters
    from dockmagic.engine.stream import Stream

__all__ = ["image_history", "image_inspect", "image_list", "image_pull"]

_NOBODY = "e30="  # {} in base64: credentials of nobody. Without any, some engines refuse.


def image_list(engine: Engine, *, all: bool = False, filters: Filters = ()) -> list[dict[str, Any]]:
    """GET /images/json: those with a name or without children; with `all` the layers of builds too."""
    params = {"all": all or None, "filters": encode_filters(filters)}
    return objects(engine.get("/images/json", params=params), "GET /images/json")


def image_inspect(engine: Engine, name: str) -> dict[str, Any]:
    """GET /images/{name}/json. Raises NotFound."""
    return one_object(engine.get(f"/images/{segment(name, 'an image')}/json"), "GET /images/{name}/json")


def image_history(engine: Engine, name: str) -> list[dict[str, Any]]:
    """GET /images/{name}/history: its layers, the newest first. Raises NotFound."""
    return objects(engine.get(f"/images/{segment(name, 'an image')}/history"), "GET /images/{name}/history")


def image_pull(
    engine: Engine, repository: str, *, tag: str | None, platform: str | None = None
) -> AbstractContextManager[Stream]:
    """POST /images/create: progress as JSON, an error among it; `tag` may be a digest, None is every tag.

    Raises NotFound or EngineFault if the registry refuses at once.
    """
    params = {"fromImage": repository, "tag": tag, "platform": platform}
    return engine.stream("POST", "/images/create", params=params, headers={"X-Registry-Auth": _NOBODY})
