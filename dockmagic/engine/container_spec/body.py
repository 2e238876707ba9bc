"""The body of POST /containers/create: the values of the options, each put where its row of the table says."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from dockmagic.declared import Option, keywords
from dockmagic.engine.container_spec.devices import devices
from dockmagic.engine.container_spec.environment import environment, labels
from dockmagic.engine.container_spec.health import health
from dockmagic.engine.container_spec.mounts import mounts
from dockmagic.engine.container_spec.networks import networks
from dockmagic.engine.container_spec.ports import ports
from dockmagic.engine.container_spec.rows import At
from dockmagic.engine.container_spec.security import security
from dockmagic.engine.container_spec.table import RunOptions
from dockmagic.engine.container_spec.values import named, pairs, text
from dockmagic.engine.container_spec.volumes import volumes
from dockmagic.errors import UsageError
from dockmagic.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dockmagic.engine.container_spec.values import Here

__all__ = ["container_body", "known_options"]

_EMPTY = ("Dns", "DnsOptions", "DnsSearch", "Ulimits", "BlkioWeightDevice")
_EMPTY_TOO = ("BlkioDeviceReadBps", "BlkioDeviceReadIOps", "BlkioDeviceWriteBps", "BlkioDeviceWriteIOps")
"""The lists that docker says to be empty where others are not said: `inspect` tells the two apart."""


def known_options(options: Mapping[str, Any], *, table: type = RunOptions) -> dict[str, Any]:
    """The options of `table` that are said: those that are None are not. Raises UsageError for any other."""
    known = [each.name for each in keywords(table)]
    for name in options:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            other = "set={'HostConfig.X': value} says anything" if "set" in known else f"There are: {', '.join(known)}"
            meant = f"Did you mean {near[0]}?" if near else other
            raise UsageError(f"there is no option {shown(name)}. {meant}")
    return {name: value for name, value in options.items() if value is not None}


def container_body(
    image: str, command: Sequence[str], options: Mapping[str, Any], *, here: Here, attached: bool
) -> dict[str, Any]:
    """What to send for `options`, of which the last word is with `set`. Pure, but for the files that they name.

    `attached` says that whoever starts it may read its output, as `docker create` does. Raises UsageError for what
    docker would refuse itself, and for what the engine is too old for.
    """
    options = known_options(options)
    host: dict[str, Any] = {name: [] for name in (*_EMPTY, *_EMPTY_TOO)} | {"RestartPolicy": {"Name": "no"}}
    body: dict[str, Any] = {"Image": image, "Cmd": list(command) or None, "HostConfig": host}
    _merge(body, _attachment(interactive=options.get("interactive") is True, attached=attached))
    for part in (environment, labels, ports, volumes, mounts, networks, devices, security, health, _log):
        _merge(body, part(options, here))
    for parameter in keywords(RunOptions):
        option, place = parameter.declared, next((each for each in parameter.beside if isinstance(each, At)), None)
        if isinstance(option, Option) and place and parameter.name in options:
            with named(option.long):
                _put(body, place, options[parameter.name], here)
    _check(body)
    with named("--set"):
        for path, value in _members(options.get("set", ())):
            _merge(body, _nested(path, value), override=True)
    return body


def _attachment(*, interactive: bool, attached: bool) -> dict[str, Any]:
    once = interactive and attached
    return {"AttachStdin": once, "StdinOnce": once, "AttachStdout": attached, "AttachStderr": attached}


def _log(options: Mapping[str, Any], _: Here) -> dict[str, Any]:
    driver = text(options.get("log_driver", ""))
    with named("--log-opt"):
        said = {name: value for name, _, value in (each.partition("=") for each in pairs(options.get("log_opt", ())))}
        if driver == "none" and said:
            raise UsageError("the driver none takes no options")
    return {"HostConfig": {"LogConfig": {"Type": driver, "Config": said}}}


def _put(body: dict[str, Any], place: At, value: Any, here: Here) -> None:
    if place.since and here.older_than(place.since):
        raise UsageError(f"wants an engine of API {place.since[0]}.{place.since[1]}")
    _merge(body, _nested(place.path, place.read(value)))


def _nested(path: str, value: Any) -> dict[str, Any]:
    """{"HostConfig": {"Memory": value}} for HostConfig.Memory."""
    for name in reversed(path.split(".")):
        value = {name: value}
    return dict(value)


def _merge(body: dict[str, Any], part: Mapping[str, Any], *, override: bool = False) -> None:
    """Put the members of `part` into `body`; dicts on both sides are one."""
    for name, value in part.items():
        if isinstance(value, dict) and isinstance(body.get(name), dict) and (value or not override):
            _merge(body[name], value, override=override)
        else:
            body[name] = value


def _members(given: Any) -> Iterable[tuple[str, Any]]:
    """The paths and values of PATH=JSON texts, or of a dict."""
    if isinstance(given, Mapping):
        yield from ((_checked(text(path)), _sendable(value)) for path, value in given.items())
        return
    for each in pairs(given):
        path, equals, written = each.partition("=")
        try:
            value = json.loads(written)
        except ValueError as error:
            raise UsageError(f"is written PATH=JSON, text in double quotes, not {shown(each)!r}") from error
        yield _checked(path if equals else ""), _sendable(value)


def _checked(path: str) -> str:
    """A path that can be one. The engine takes no notice of a member that it does not know."""
    if not all(path.split(".")) or not path[0].isupper():
        raise UsageError(f"{shown(path)!r} is no member such as HostConfig.Memory or StopSignal")
    return path


def _sendable(value: Any) -> Any:
    """`value`, if there is no number in it that JSON has not: NaN and infinity would be sent as null."""
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _sendable(each)
    if isinstance(value, float) and not math.isfinite(value):
        raise UsageError(f"wants JSON, and {value} is no number in it")
    return value


def _check(body: Mapping[str, Any]) -> None:
    """Raise UsageError for options that do not go together."""
    host = body["HostConfig"]
    if host.get("AutoRemove") and host.get("RestartPolicy", {}).get("Name", "no") not in {"no", ""}:
        raise UsageError("--rm does not go with --restart: one removes what the other starts again")
