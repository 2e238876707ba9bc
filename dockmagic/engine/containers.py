"""The endpoints of containers. One function per endpoint, JSON as Python data."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from dockmagic.engine.filters import encode_filters
from dockmagic.engine.replies import objects, one_object
from dockmagic.engine.url import segment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockmagic.engine.client import Engine
    from dockmagic.engine.filters import Filters

__all__ = ["container_create", "container_inspect", "container_list", "container_remove", "container_start"]

_KIND = "a container"


def container_list(
    engine: Engine,
    *,
    all: bool = False,
    limit: int | None = None,
    size: bool = False,
    filters: Filters = (),
) -> list[dict[str, Any]]:
    """GET /containers/json: those that run, or `all`; the `limit` newest; with `size` the engine walks their files."""
    params = {"all": all or None, "limit": limit, "size": size or None, "filters": encode_filters(filters)}
    slow = {"timeout": None} if size else {}
    return objects(engine.get("/containers/json", params=params, **slow), "GET /containers/json")


def container_inspect(engine: Engine, name: str) -> dict[str, Any]:
    """GET /containers/{id}/json. Raises NotFound."""
    return one_object(engine.get(f"/containers/{segment(name, _KIND)}/json"), "GET /containers/{id}/json")


def container_create(engine: Engine, body: Mapping[str, Any], *, name: str | None = None) -> dict[str, Any]:
    """POST /containers/create: {"Id": ..., "Warnings": [...]}. Raises NotFound (image), Conflict (name), BadRequest."""
    reply = engine.post("/containers/create", params={"name": name}, json=body, timeout=None)
    return one_object(reply, "POST /containers/create")


def container_start(engine: Engine, name: str) -> bool:
    """POST /containers/{id}/start: whether it was not running before. Raises NotFound, BadRequest (its command)."""
    status, _ = engine.exchange("POST", f"/containers/{segment(name, _KIND)}/start", timeout=None)
    return status != HTTPStatus.NOT_MODIFIED


def container_remove(
    engine: Engine, name: str, *, force: bool = False, volumes: bool = False, link: bool = False
) -> None:
    """DELETE /containers/{id}. Raises NotFound; Conflict if it runs and not `force`."""
    params = {"force": force or None, "v": volumes or None, "link": link or None}
    engine.delete(f"/containers/{segment(name, _KIND)}", params=params, timeout=None)
