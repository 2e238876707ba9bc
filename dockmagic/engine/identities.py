"""Which object a name means: by its id, its name, or the first digits of its id, as an engine takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.engine.containers import container_inspect, container_list
from dockmagic.engine.images import image_inspect
from dockmagic.engine.missing import missing_network, missing_objects
from dockmagic.engine.networks import network_inspect, network_list
from dockmagic.errors import APIError, NotFound, ProtocolError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from dockmagic.engine.client import Engine

__all__ = ["container_ids", "container_names", "every_container_id", "image_ids", "network_id", "network_ids"]


def container_ids(engine: Engine, names: Sequence[str]) -> dict[str, str]:
    """The ids of those containers that are there. One request: of one name its inspect, of several the list of all."""
    if len(names) == 1:
        try:
            found = container_inspect(engine, names[0]).get("Id")
        except NotFound:
            found = None
        return {names[0]: found} if isinstance(found, str) else {}
    return _meant(names, container_list(engine, all=True), container_names)


def every_container_id(engine: Engine, names: Sequence[str]) -> list[str]:
    """The id of each, once. Raises NotFound, with the name that is like it, if one is not there."""
    found = container_ids(engine, names) if names else {}
    if missing := [name for name in names if name not in found]:
        raise missing_objects(engine, missing, ["container"])
    return list(dict.fromkeys(found.values()))


def image_ids(engine: Engine, names: Sequence[str]) -> dict[str, str]:
    """The ids of those images that are there. One request each: what a name means to an engine, no list tells."""
    found = {}
    for name in names:
        try:
            found[name] = image_inspect(engine, name).get("Id")
        except APIError:  # not there, or no name: what is done with it will tell
            continue
    return {name: identity for name, identity in found.items() if isinstance(identity, str)}


def network_ids(engine: Engine, names: Sequence[str]) -> dict[str, str]:
    """The ids of those networks that are there, from the list of all."""
    return _meant(names, network_list(engine), lambda network: [network.get("Name")])


def network_id(engine: Engine, name: str) -> str:
    """The id of a network that something is to be done in. Raises NotFound, with the name that is like it."""
    try:
        found = network_inspect(engine, name).get("Id")
    except NotFound as error:
        raise missing_network(engine, name, error) from error
    if not isinstance(found, str):
        raise ProtocolError("the engine inspects a network without telling its id")
    return found


def _meant(
    names: Iterable[str], objects: Iterable[Mapping[str, Any]], names_of: Callable[[Mapping[str, Any]], list[Any]]
) -> dict[str, str]:
    """Name -> id. Source: `GetContainer` of moby/moby; the first digits count only if they are one object's."""
    ids = [found for each in objects if isinstance(found := each.get("Id"), str)]
    by_name = {name: found for each in objects for name in names_of(each) if isinstance(found := each.get("Id"), str)}
    meant = {**by_name, **dict(zip(ids, ids, strict=True))}
    for name in names:
        if name not in meant:
            begun = [each for each in ids if name and each.startswith(name)]
            meant[name] = begun[0] if len(begun) == 1 else ""
    return {name: meant[name] for name in names if meant[name]}


def container_names(container: Mapping[str, Any]) -> list[str]:
    """The names of a container as the list of all has it; one that is linked to has several."""
    names = container.get("Names")
    return [name.removeprefix("/") for name in names if isinstance(name, str)] if isinstance(names, list) else []
