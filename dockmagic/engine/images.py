"""The endpoints of images. One function per endpoint, JSON as Python data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.engine.filters import encode_filters, told_filters
from dockmagic.engine.registry_auth import NOBODY
from dockmagic.engine.replies import objects, one_object
from dockmagic.engine.url import segment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from dockmagic.engine.client import Engine
    from dockmagic.engine.filters import Filters
    from dockmagic.engine.registry_auth import Credentials
    from dockmagic.engine.stream import Stream
    from dockmagic.engine.transfer_source import Source

__all__ = [
    "image_history",
    "image_import",
    "image_inspect",
    "image_list",
    "image_load",
    "image_pull",
    "image_push",
    "image_remove",
    "image_save",
    "image_tag",
    "images_prune",
]

_TAR = {"Content-Type": "application/x-tar"}


def image_list(engine: Engine, *, all: bool = False, filters: Filters = ()) -> list[dict[str, Any]]:
    """GET /images/json: those with a name or without children; with `all` the layers of builds too."""
    encoded = encode_filters(filters)
    with told_filters("/images/json", encoded):
        reply = engine.get("/images/json", params={"all": all or None, "filters": encoded})
    return objects(reply, "GET /images/json")


def image_inspect(engine: Engine, name: str) -> dict[str, Any]:
    """GET /images/{name}/json. Raises NotFound."""
    return one_object(engine.get(f"/images/{segment(name, 'an image')}/json"), "GET /images/{name}/json")


def image_history(engine: Engine, name: str) -> list[dict[str, Any]]:
    """GET /images/{name}/history: its layers, the newest first. Raises NotFound."""
    return objects(engine.get(f"/images/{segment(name, 'an image')}/history"), "GET /images/{name}/history")


def image_pull(
    engine: Engine,
    repository: str,
    *,
    tag: str | None,
    platform: str | None = None,
    credentials: Credentials = NOBODY,
) -> AbstractContextManager[Stream]:
    """POST /images/create: progress as JSON, an error among it; `tag` may be a digest, None is every tag.

    Raises NotFound or EngineFault if the registry refuses at once.
    """
    params = {"fromImage": repository, "tag": tag, "platform": platform}
    return engine.stream("POST", "/images/create", params=params, headers={"X-Registry-Auth": credentials.header()})


def image_push(
    engine: Engine, repository: str, *, tag: str | None, credentials: Credentials = NOBODY
) -> AbstractContextManager[Stream]:
    """POST /images/{name}/push: progress as JSON, an error among it, also that there is no such image.

    No `tag` is every tag.
    """
    path = f"/images/{segment(repository, 'an image')}/push"
    return engine.stream("POST", path, params={"tag": tag}, headers={"X-Registry-Auth": credentials.header()})


def image_load(engine: Engine, source: Source, *, quiet: bool = False) -> AbstractContextManager[Stream]:
    """POST /images/load: an archive of GET /images/get; progress as JSON, an error among it, unless `quiet`."""
    options = {"content": source.blocks, "headers": _TAR | source.headers}
    return engine.stream("POST", "/images/load", params={"quiet": quiet}, **options)


def image_save(engine: Engine, names: Sequence[str]) -> AbstractContextManager[Stream]:
    """GET /images/get: a tar archive of images, as bytes. Raises NotFound."""
    return engine.stream("GET", "/images/get", params={"names": tuple(names)})


def image_import(
    engine: Engine, source: Source | str, *, repository: str | None, tag: str | None, **options: Any
) -> AbstractContextManager[Stream]:
    """POST /images/create?fromSrc=: an image of one layer, from an archive or a URL that the engine fetches.

    `options` of the query: `message`, `changes` (a tuple of texts), `platform`. Progress as JSON, at its end the id.
    Raises BadRequest for a change that is none, EngineFault for what is no archive.
    """
    body: dict[str, Any] = {}
    if not isinstance(source, str):
        body = {"content": source.blocks, "headers": _TAR | source.headers}
    params = {"fromSrc": "-" if body else source, "repo": repository, "tag": tag, **options}
    return engine.stream("POST", "/images/create", params=params, **body)


def image_remove(engine: Engine, name: str, *, force: bool = False, prune: bool = True) -> list[dict[str, Any]]:
    """DELETE /images/{name}: [{"Untagged": "bb:1"}, {"Deleted": "sha256:..."}].

    With `prune` its parents that have no name go too. Raises NotFound; Conflict if a container uses it or it has other
    names.
    """
    params = {"force": force or None, "noprune": None if prune else True}
    reply = engine.delete(f"/images/{segment(name, 'an image')}", params=params, timeout=None)
    return objects(reply, "DELETE /images/{name}")


def image_tag(engine: Engine, name: str, *, repository: str, tag: str) -> None:
    """POST /images/{name}/tag: one more reference. Raises NotFound."""
    engine.post(f"/images/{segment(name, 'an image')}/tag", params={"repo": repository, "tag": tag})


def images_prune(engine: Engine, *, filters: Filters = ()) -> dict[str, Any]:
    """POST /images/prune: {"ImagesDeleted": [{"Untagged": "bb:1"}, {"Deleted": "sha256:..."}] or null, ...}.

    What is deleted are images and layers. Raises Conflict while another one is under way.
    """
    reply = engine.post("/images/prune", params={"filters": encode_filters(filters)}, timeout=None)
    return one_object(reply, "POST /images/prune")
