"""What a person meant by a name that does not exist."""

from __future__ import annotations

import difflib
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

from dockmagic.engine.containers import container_list
from dockmagic.engine.images import image_list
from dockmagic.engine.networks import network_list
from dockmagic.engine.volumes import volume_list
from dockmagic.errors import DockMagicError, NotFound
from dockmagic.text import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dockmagic.engine.client import Engine

__all__ = [
    "listing_command",
    "missing_container",
    "missing_image",
    "missing_network",
    "missing_object",
    "missing_objects",
    "missing_volume",
]


class _Kind(NamedTuple):
    """A kind of object: how all are listed, where each has its names, and the command that lists them."""

    name: str
    listed: Callable[[Engine], list[dict[str, Any]]]
    names: Callable[[dict[str, Any]], list[Any]]
    command: str


def missing_container(engine: Engine, name: str, error: NotFound) -> NotFound:
    """What to raise for `error` where a container is not there: with the name that is like it. See `_missing`."""
    return _missing(engine, name, error, _CONTAINER)


def missing_image(engine: Engine, name: str, error: NotFound) -> NotFound:
    """What to raise for `error` where an image is not there: with the name that is like it. See `_missing`."""
    return _missing(engine, name, error, _IMAGE)


def missing_network(engine: Engine, name: str, error: NotFound) -> NotFound:
    """What to raise for `error` where a network is not there: with the name that is like it. See `_missing`."""
    return _missing(engine, name, error, _NETWORK)


def missing_volume(engine: Engine, name: str, error: NotFound) -> NotFound:
    """What to raise for `error` where a volume is not there: with the name that is like it. See `_missing`."""
    return _missing(engine, name, error, _VOLUME)


def missing_object(engine: Engine, kind: str, name: str, error: NotFound) -> NotFound:
    """The same for a container, an image, a network or a volume, as `kind` says."""
    return _missing(engine, name, error, next(each for each in _KINDS if each.name == kind))


def listing_command(kind: str) -> str:
    """What to type to see all objects of a kind."""
    return next(each.command for each in _KINDS if each.name == kind)


def missing_objects(engine: Engine, names: Sequence[str], kinds: Sequence[str]) -> NotFound:
    """What to raise where objects of some kinds (container, image, network, volume) are not there, all of them named.

    With the name that is like the first one, and the commands that list what there is. Asks for the lists.
    """
    wanted = [kind for kind in _KINDS if kind.name in kinds]
    near = difflib.get_close_matches(names[0], [name for kind in wanted for name in _known(engine, kind)], n=1)
    meant = f"Did you mean {shown(near[0])}?  " if near else ""
    what = wanted[0].name if len(wanted) == 1 else "object"
    listing = " and ".join(filter(None, (", ".join(kind.command for kind in wanted[:-1]), wanted[-1].command)))
    return NotFound(
        f"no {what} {', '.join(map(shown, names))} on {engine.endpoint.display}",
        status=HTTPStatus.NOT_FOUND,
        hint=f"{meant}{listing} {'lists' if len(wanted) == 1 else 'list'} what there is.",
    )


def _known(engine: Engine, kind: _Kind) -> list[str]:
    """The names of a kind; none if there is no list to be had."""
    try:
        return [each for row in kind.listed(engine) for each in kind.names(row) if isinstance(each, str)]
    except DockMagicError:
        return []


def _missing(engine: Engine, name: str, error: NotFound, kind: _Kind) -> NotFound:
    """`error` in the words of the person: what is missing, where, and which name is like it. Asks for the list.

    It is `error` itself if there is no list to be had: what went wrong first is what matters.
    """
    try:
        found = kind.listed(engine)
    except DockMagicError:
        return error
    names = [each for row in found for each in kind.names(row) if isinstance(each, str)]
    near = difflib.get_close_matches(name, names, n=1)
    meant = f"Did you mean {shown(near[0])}?  " if near else ""
    listing = f"{kind.command} lists {'it' if len(found) == 1 else f'all {len(found)}'}."
    friendly = NotFound(
        f'no {kind.name} "{shown(name)}" on {engine.endpoint.display}',
        status=error.status,
        hint=f"{meant}{listing}" if found else f"There are no {kind.name}s at all.",
    )
    friendly.__cause__ = error
    return friendly


def _container_names(container: dict[str, Any]) -> list[str]:
    return [name.removeprefix("/") for name in _texts(container.get("Names"))]


def _image_names(image: dict[str, Any]) -> list[str]:
    """Its references, those that end in :latest without it too."""
    tags = [tag for tag in _texts(image.get("RepoTags")) if "<none>" not in tag]
    return [*tags, *(tag.removesuffix(":latest") for tag in tags if tag.endswith(":latest"))]


def _texts(found: Any) -> list[str]:
    return [text for text in found if isinstance(text, str)] if isinstance(found, list) else []


_CONTAINER = _Kind("container", lambda engine: container_list(engine, all=True), _container_names, "%dps -a")
_IMAGE = _Kind("image", image_list, _image_names, "%dimages")
_NETWORK = _Kind("network", network_list, lambda network: [network.get("Name")], "%dnetwork ls")
_VOLUME = _Kind("volume", volume_list, lambda volume: [volume.get("Name")], "%dvolume ls")
_KINDS = (_CONTAINER, _IMAGE, _NETWORK, _VOLUME)
