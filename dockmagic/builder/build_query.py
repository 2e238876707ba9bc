"""The query of POST /build, and the secrets, of the options of a build."""

from __future__ import annotations

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dockmagic.builder.build_options import BuildOptions
from dockmagic.builder.rows import Query
from dockmagic.declared import Option, keywords
from dockmagic.engine.container_spec.csv_fields import fields
from dockmagic.engine.container_spec.paths import absolute
from dockmagic.engine.container_spec.values import named, pairs, texts
from dockmagic.errors import UsageError
from dockmagic.text import shown, shown_path

if TYPE_CHECKING:
    from dockmagic.engine.container_spec.values import Here

__all__ = ["build_query", "known_build_options", "secrets"]

_NETWORKS = frozenset({"", "default", "none", "host"})
_SECRET_FIELDS = frozenset({"type", "id", "source", "src", "env"})


def known_build_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options that are said: those that are None are not. Raises UsageError for one that there is not."""
    known = [each.name for each in keywords(BuildOptions)]
    for name in options:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            raise UsageError(f"there is no option {shown(name)}." + (f" Did you mean {near[0]}?" if near else ""))
    return {name: value for name, value in options.items() if value is not None}


def build_query(options: Mapping[str, Any], *, buildkit: bool, here: Here) -> dict[str, Any]:
    """The parameters of POST /build; see `engine.url.with_query` for what their values become.

    Raises UsageError for a value that docker would refuse itself, and for an option of which BuildKit, asked over the
    API, takes no notice.
    """
    query: dict[str, Any] = {}
    for parameter in keywords(BuildOptions):
        option, place = parameter.declared, next((each for each in parameter.beside if isinstance(each, Query)), None)
        if not isinstance(option, Option) or place is None or parameter.name not in options:
            continue
        with named(option.long):
            value = place.read(options[parameter.name])
            if buildkit and value is not None and _ignored(place, here):
                newer = f", or an engine of API {place.until[0]}.{place.until[1]}" if place.until else ""
                raise UsageError(f"needs --builder classic{newer}: this engine's BuildKit takes no notice of it")
            if buildkit and option.long == "--network" and value not in _NETWORKS:
                raise UsageError(f"{shown(value)} needs --builder classic: BuildKit knows default, none and host")
        query[place.name] = value
    with named("--build-arg"):
        query["buildargs"] = _build_args(options.get("build_args", ()), here) or None
    return query


def _ignored(place: Query, here: Here) -> bool:
    return place.classic or (place.until is not None and here.older_than(place.until))


def _build_args(given: Any, here: Here) -> dict[str, str | None]:
    """NAME=VALUE; a name alone has the value it has here, or none, which leaves the Dockerfile's.

    The proxies that are not said are those of config.json, as with docker.
    """
    found: dict[str, str | None] = {}
    for each in pairs(given):
        name, equals, value = each.partition("=")
        if not name:
            raise UsageError(f"is written NAME=VALUE or NAME, not {shown(each)!r}")
        found[name] = value if equals else here.environ.get(name)
    return {**here.proxies, **found}


def secrets(given: Any, here: Here) -> dict[str, bytes]:
    """Their values by id, of id=ID[,src=PATH|,env=NAME] texts, or of a dict of values (bytes, str, or a Path to read).

    Without src and env it is the variable of that name, or the file. Source: `parseSecret` of docker/buildx.
    """
    with named("--secret"):
        if isinstance(given, Mapping):
            return {str(name): _value(str(name), value, here) for name, value in given.items()}
        return dict(_secret(each, here) for each in texts(given))


def _value(name: str, value: Any, here: Here) -> bytes:
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    if isinstance(value, str):
        try:
            return value.encode()
        except UnicodeEncodeError:  # which quotes it
            raise UsageError(f"the value of {shown(name)} has half a character in it") from None
    if isinstance(value, Path):
        return _read(str(value), here)
    raise UsageError(f"the value of {shown(name)} is {type(value).__name__}, not bytes, str or a Path")


def _secret(text: str, here: Here) -> tuple[str, bytes]:
    # What is wrong is not repeated: whoever writes the secret itself here is not to read it again in the notebook.
    refused = UsageError("is written id=ID,src=PATH or id=ID,env=NAME, and this is not")
    try:
        written = fields(text)
    except UsageError:
        raise refused from None
    said = {key.lower(): value for key, _, value in (each.partition("=") for each in written)}
    if not said.keys() <= _SECRET_FIELDS or not all("=" in each for each in written):
        raise refused
    name = said.get("id", "")
    kind, source = said.get("type", ""), said.get("src") or said.get("source")
    if not name:
        raise UsageError("needs an id: id=ID,src=PATH or id=ID,env=NAME")
    if kind not in {"", "file", "env"}:
        raise UsageError(f"the type is file or env, not {shown(kind)!r}")
    variable = said.get("env") or (source if kind == "env" else None) or (None if source or kind == "file" else name)
    if variable and variable in here.environ:
        return name, os.fsencode(here.environ[variable])
    if said.get("env") or kind == "env":
        raise UsageError(f"there is no variable {shown(variable or '')} here")
    return name, _read(source or name, here)


def _read(path: str, here: Here) -> bytes:
    try:
        return Path(absolute(path, here)).read_bytes()
    except (OSError, ValueError) as error:
        raise UsageError(f"{shown_path(path)} cannot be read: {getattr(error, 'strerror', None) or error}") from error
