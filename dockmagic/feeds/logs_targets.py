"""Which containers are followed: asked for by name, once, and from then on known by their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.engine.containers import container_inspect
from dockmagic.engine.missing import missing_container, missing_objects
from dockmagic.errors import EngineFault, NotFound, ProtocolError
from dockmagic.feeds.logs_reader import Container
from dockmagic.text import shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockmagic.engine.client import Engine

__all__ = ["container_named", "inspected", "readable", "unreadable_hint"]


def inspected(engine: Engine, names: Sequence[str]) -> list[dict[str, Any]]:
    """What the engine tells of each. Raises NotFound, with the name that is like it, if one of them is not there."""
    found: list[dict[str, Any]] = []
    missing: list[tuple[str, NotFound]] = []
    for name in names:
        try:
            found.append(container_inspect(engine, name))
        except NotFound as error:
            missing.append((name, error))
    if len(missing) > 1:
        raise missing_objects(engine, [name for name, _ in missing], ("container",)) from missing[0][1]
    for name, why in missing:
        raise missing_container(engine, name, why) from why
    return found


def container_named(described: Mapping[str, Any], source: int) -> Container:
    """One of those to follow, from its inspect. Raises ProtocolError for one without an id."""
    identity, name, config = (described.get(key) for key in ("Id", "Name", "Config"))
    if not isinstance(identity, str) or not identity:
        raise ProtocolError("the engine inspects a container without telling its id")
    called = name.removeprefix("/") if isinstance(name, str) else ""
    terminal = isinstance(config, dict) and config.get("Tty") is True
    return Container(source, identity, called or identity[:12], terminal)


def readable(described: Mapping[str, Any]) -> None:
    """Raise EngineFault for a container whose log driver is `none`: it would be followed in vain."""
    if _driver(described) == "none":
        name = str(described.get("Name")).removeprefix("/")
        said = f'logs of "{shown(name)}": its log driver keeps nothing that can be read'
        raise EngineFault(said, status=501, hint=unreadable_hint(described))


def unreadable_hint(described: Mapping[str, Any]) -> str:
    """What to do about a log driver that cannot be read."""
    return f"Its log driver is {shown(_driver(described))}; docker run --log-driver local keeps logs that can be read."


def _driver(described: Mapping[str, Any]) -> str:
    host = described.get("HostConfig")
    config = host.get("LogConfig") if isinstance(host, dict) else None
    driver = config.get("Type") if isinstance(config, dict) else None
    return driver if isinstance(driver, str) else ""
