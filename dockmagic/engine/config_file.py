"""Docker's config.json: the current context, changed without touching anything else, and what a prune is to keep."""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dockmagic.engine.contexts import DEFAULT_CONTEXT, field, is_context_name, json_object, read_contexts
from dockmagic.errors import DockMagicError, UsageError
from dockmagic.text import shown, single_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockmagic.engine.contexts import Context

__all__ = ["DockerConfig", "read_config", "read_prune_filters", "read_registry_settings", "save_current_context"]

_CURRENT = "currentContext"
_BEHIND_CURRENT = {
    "cliPluginsExtraDirs",
    "plugins",
    "aliases",
    "features",
}  # docker/cli `cli/config/configfile/file.go`
_GO_ESCAPES = re.compile("[<>&\u2028\u2029\ud800-\udfff]")  # https://pkg.go.dev/encoding/json#HTMLEscape


@dataclass(frozen=True, slots=True)
class DockerConfig:
    """What docker's configuration directory says about engines."""

    directory: Path  # DOCKER_CONFIG, or else ~/.docker
    current_context: str | None  # None: "default"
    contexts: Mapping[str, Context]
    error: str  # what could not be read, naming the file; "" if nothing


def read_config(environ: Mapping[str, str], home: Path | None = None) -> DockerConfig:
    """Read config.json and the contexts. A file that is missing or empty says nothing, a broken one is an `error`.

    Raises nothing: an engine that is named needs none of it. `home` is the user's directory unless given.
    """
    directory = _directory(environ, home)
    path = directory / "config.json"
    contexts: Mapping[str, Context] = {}
    current, errors = "", []
    try:
        contexts = read_contexts(directory)
    except OSError as error:
        errors.append(f"{directory / 'contexts'} cannot be read: {error.strerror}")
    try:
        current = field(_load(path) or {}, _CURRENT, kind=str)
    except OSError as error:
        errors.append(f"{path} cannot be read: {error.strerror}")
    except ValueError as error:
        errors.append(f"{path} cannot be understood: {single_line(str(error))}")
    return DockerConfig(directory, current or None, contexts, "; ".join(errors))


def read_prune_filters(environ: Mapping[str, str], home: Path | None = None) -> tuple[Path, list[str]]:
    """Where config.json is, and its `pruneFilters` ("label!=keep"), which docker adds to those of every prune.

    Raises UsageError if the file cannot be read or understood: it may say what a prune is to keep.
    """
    path = _directory(environ, home) / "config.json"
    try:
        found = field(_load(path) or {}, "pruneFilters", kind=list)
        if not all(isinstance(each, str) for each in found):
            raise ValueError("pruneFilters is not a list of texts")  # noqa: TRY301 - as with the file's other faults
    except OSError as error:
        raise _unknown_filters(path, f"cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise _unknown_filters(path, f"cannot be understood: {single_line(str(error))}") from error
    return path, found


def _unknown_filters(path: Path, why: str) -> UsageError:
    return UsageError(f"{path} {why}", hint="Its pruneFilters may say what to keep: repair it, then try again.")


def read_registry_settings(environ: Mapping[str, str], home: Path | None = None) -> tuple[Path, dict[str, Any]]:
    """Where config.json is, and all that is in it: credentials too, of which a UsageError that is raised tells none."""
    path = _directory(environ, home) / "config.json"
    try:
        return path, _load(path) or {}
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:  # the cause holds the file's text
        raise UsageError(f"{path} cannot be understood: {single_line(str(error))}") from None


def save_current_context(directory: Path, name: str) -> None:
    """Make `name` the current context in `directory`/config.json, as `docker context use` does.

    Every other key stays, in its order; "default" removes the key; nothing is written if nothing changes. The file is
    replaced as a whole, with its mode and owner, and where a link leads. Whether the context exists is find_context's
    question. Raises UsageError for an invalid name or a file that is not JSON, DockMagicError if it cannot be written.
    """
    if name != DEFAULT_CONTEXT and not is_context_name(name):
        raise UsageError(
            f"{shown(name) or 'an empty name'} is no name of a context",
            hint="Names have letters, digits and _ . + - and two characters at least.",
        )
    path = directory / "config.json"
    wanted = "" if name == DEFAULT_CONTEXT else name
    try:
        existing = _load(path)
        if field(existing or {}, _CURRENT, kind=str) == wanted:
            return
        settings = {"auths": {}} if existing is None else existing
        _replace(Path(os.path.realpath(path)), _as_go_writes(_with_current(settings, wanted)))
    except OSError as error:
        raise DockMagicError(
            f"{path} could not be changed: {error.strerror}",
            hint="The old one is as it was. Check who may write there.",
        ) from error
    except ValueError as error:
        raise UsageError(
            f"{path} cannot be understood: {single_line(str(error))}",
            hint="It was left as it is. Repair it by hand, then try again.",
        ) from error


def _directory(environ: Mapping[str, str], home: Path | None) -> Path:
    if environ.get("DOCKER_CONFIG"):
        return Path(environ["DOCKER_CONFIG"])
    if home is None:
        named = environ.get("USERPROFILE" if os.name == "nt" else "HOME")
        home = Path(named) if named else Path.home()
    return home / ".docker"


def _load(path: Path) -> dict[str, Any] | None:
    """The settings, or None of a file that is missing or empty. Raises OSError, ValueError."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    return json_object(data) if data.strip() else None


def _with_current(settings: dict[str, Any], name: str) -> dict[str, Any]:
    """`settings` with `name` as current context, where docker's own file has it; "" removes it."""
    others = [(key, value) for key, value in settings.items() if key.lower() != _CURRENT.lower()]
    if not name:
        return dict(others)
    place = next((place for place, key in enumerate(settings) if key.lower() == _CURRENT.lower()), None)
    if place is None:
        place = next((place for place, (key, _) in enumerate(others) if key in _BEHIND_CURRENT), len(others))
    return dict([*others[:place], (_CURRENT, name), *others[place:]])


def _as_go_writes(settings: dict[str, Any]) -> bytes:
    """JSON as Go's MarshalIndent with tabs writes it: no newline at the end, and <, > and & escaped."""
    text = json.dumps(settings, indent="\t", ensure_ascii=False, allow_nan=False)
    return _GO_ESCAPES.sub(lambda match: f"\\u{ord(match[0]):04x}", text).encode()


def _replace(path: Path, data: bytes) -> None:
    """Write `data` beside `path` and put it in its place: a reader sees the old file or the new one, never a part."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=path.name, dir=path.parent)  # only its owner may read it
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        if path.exists():
            _copy_permissions(path, temporary)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _copy_permissions(source: Path, target: Path) -> None:
    """Mode and, where it is allowed, owner."""
    status = source.stat()
    if hasattr(os, "chown"):
        with contextlib.suppress(PermissionError):
            os.chown(target, status.st_uid, status.st_gid)
    target.chmod(status.st_mode & 0o7777)
