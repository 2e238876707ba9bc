"""/images: the list, one of them, pull, import, tag, remove, prune."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.demo.call import Reply, Stream
from dockmagic.demo.image_import import import_image
from dockmagic.demo.image_json import IMAGE_FILTERS, history, inspect_image, list_images
from dockmagic.demo.image_removal import remove_image
from dockmagic.demo.problems import bad_request
from dockmagic.demo.progress import told
from dockmagic.demo.prune import PRUNE_FILTERS, prune_images
from dockmagic.demo.pull import pull
from dockmagic.demo.references import parse_reference
from dockmagic.demo.routing import route

if TYPE_CHECKING:
    from dockmagic.demo.call import Call
    from dockmagic.demo.images import Image

__all__ = ["created", "inspected", "listed", "made", "pruned", "removed", "tagged"]


def _image(call: Call) -> Image:
    return call.world.images.find(call.name)


@route("GET", "/images/json")
def listed(call: Call) -> list[dict[str, Any]]:
    """`docker images`."""
    return list_images(call.world, call.filters(IMAGE_FILTERS), all=call.flag("all"), version=call.version)


@route("POST", "/images/create", archive=True)
def created(call: Call) -> Stream:
    """`docker pull` and `docker import -`."""
    if source := call.text("fromImage"):
        return Stream(told(call.world, pull(call.world, source, call.text("tag"))))
    if call.text("fromSrc") == "-" and call.archive is not None:
        name = parse_reference(call.text("repo"), call.text("tag")) if call.text("repo") else None
        changes = list(call.query.get("changes", ()))
        image = import_image(call.world, call.archive, name, changes=changes, message=call.text("message"))
        return Stream(told(call.world, iter([(0.0, {"status": image.id})])))
    raise bad_request("the demo engine imports what is sent with the request (fromSrc=-), and fetches from no address")


@route("POST", "/images/prune")
def pruned(call: Call) -> dict[str, Any]:
    """`docker image prune`."""
    return prune_images(call.world, call.filters(PRUNE_FILTERS["images"]))


@route("GET", "/images/{name}/json")
def inspected(call: Call) -> dict[str, Any]:
    """`docker image inspect`."""
    return inspect_image(call.world, _image(call), version=call.version)


@route("GET", "/images/{name}/history")
def made(call: Call) -> list[dict[str, Any]]:
    """`docker history`."""
    return history(call.world, _image(call))


@route("POST", "/images/{name}/tag")
def tagged(call: Call) -> Reply:
    """`docker tag`."""
    image = _image(call)
    call.world.images.tag(image, parse_reference(call.text("repo"), call.text("tag")))
    return Reply(201)


@route("DELETE", "/images/{name}")
def removed(call: Call) -> list[dict[str, str]]:
    """`docker rmi`."""
    return remove_image(call.world, call.name, force=call.flag("force"), prune=not call.flag("noprune"))
