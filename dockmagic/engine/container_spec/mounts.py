"""--mount and --tmpfs: filesystems mounted by what they are. Source: `opts/mount.go` of docker/cli."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dockmagic.engine.container_spec.csv_fields import fields, truth
from dockmagic.engine.container_spec.numbers import size
from dockmagic.engine.container_spec.paths import absolute, expanded
from dockmagic.engine.container_spec.values import named, several, text, texts
from dockmagic.errors import UsageError
from dockmagic.text import shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockmagic.engine.container_spec.values import Here

__all__ = ["mounts", "tmpfs"]

_MEMBERS = {
    "source": "Source",
    "src": "Source",
    "target": "Target",
    "dst": "Target",
    "destination": "Target",
    "readonly": "ReadOnly",
    "ro": "ReadOnly",
    "type": "Type",
    "consistency": "Consistency",
}
_OPTIONS = {"volume": "VolumeOptions", "bind": "BindOptions", "tmpfs": "TmpfsOptions", "image": "ImageOptions"}
_RECURSIVE = {
    "enabled": {},
    "disabled": {"NonRecursive": True},
    "writable": {"ReadOnlyNonRecursive": True},
    "readonly": {"ReadOnlyForceRecursive": True},
}
_ALONE = ("readonly", "ro", "volume-nocopy", "bind-nonrecursive")
_LARGEST_MODE = 0xFFFFFFFF


def tmpfs(value: Any) -> dict[str, str]:
    """/PATH[:OPTIONS], or a dict of these; the engine reads the options when the container starts."""
    if isinstance(value, Mapping):
        return {text(path): text(options) for path, options in value.items()}
    return {path: options for path, _, options in (each.partition(":") for each in texts(value))}


def mounts(options: Mapping[str, Any], here: Here) -> dict[str, Any]:
    """Each --mount as the engine's own form."""
    with named("--mount"):
        found = [_mount(fields(each), here) for each in several(options.get("mount", ()))]
    return {"HostConfig": {"Mounts": found}} if found else {}


def _mount(parts: list[str], here: Here) -> dict[str, Any]:
    mount: dict[str, Any] = {"Type": "volume"}
    for part in parts:
        key, equals, value = part.partition("=")
        key = key.lower()
        if not equals and key not in _ALONE:
            raise UsageError(f"{shown(part)!r} is not KEY=VALUE")
        said = value if equals else "true"
        if key in _MEMBERS:
            mount[_MEMBERS[key]] = _plain(key, said, here)
        elif key in _SPECIAL:
            _put(mount, key, said)
        else:
            raise UsageError(f"there is no {shown(key)!r}, in {shown(part)!r}")
    _check(mount, here)
    return mount


def _plain(key: str, value: str, here: Here) -> Any:
    if key in {"type", "consistency"}:
        return value.lower()
    if key in {"readonly", "ro"}:
        return truth(key, value)
    if key in {"source", "src"}:
        return absolute(value, here) if value.startswith(".") else expanded(value, here)
    return value


def _put(mount: dict[str, Any], key: str, value: str) -> None:
    """Set an option that only one type of mounts has."""
    found = mount.setdefault(_OPTIONS[key.partition("-")[0]], {})
    if key.startswith("volume-"):
        found.setdefault("Labels", {})
        found.setdefault("DriverConfig", {})
    _SPECIAL[key](found, key, value)


def _name_value(found: dict[str, str], value: str) -> None:
    name, _, said = value.partition("=")
    if name:
        found[name] = said


def _set_recursive(found: dict[str, Any], key: str, value: str) -> None:
    if value not in _RECURSIVE:
        raise UsageError(f"{key} is one of {', '.join(_RECURSIVE)}, not {shown(value)!r}")
    found |= _RECURSIVE[value]


def _set_mode(found: dict[str, Any], key: str, value: str) -> None:
    if not (value.isascii() and value.isdigit() and set(value) <= set("01234567") and int(value, 8) <= _LARGEST_MODE):
        raise UsageError(f"{key} is an octal number such as 1770, not {shown(value)!r}")
    found["Mode"] = int(value, 8)


_SPECIAL: dict[str, Callable[[dict[str, Any], str, str], None]] = {
    "bind-propagation": lambda found, _, value: found.update(Propagation=value.lower()),
    "bind-nonrecursive": lambda found, key, value: found.update(NonRecursive=truth(key, value)),
    "bind-recursive": _set_recursive,
    "volume-subpath": lambda found, _, value: found.update(Subpath=value),
    "volume-nocopy": lambda found, key, value: found.update(NoCopy=truth(key, value)),
    "volume-label": lambda found, _, value: _name_value(found["Labels"], value),
    "volume-driver": lambda found, _, value: found["DriverConfig"].update(Name=value),
    "volume-opt": lambda found, _, value: _name_value(found["DriverConfig"].setdefault("Options", {}), value),
    "image-subpath": lambda found, _, value: found.update(Subpath=value),
    "tmpfs-size": lambda found, _, value: found.update(SizeBytes=size(value)),
    "tmpfs-mode": _set_mode,
}


def _check(mount: dict[str, Any], here: Here) -> None:
    """Raise UsageError for what docker does not send."""
    kind = mount["Type"]
    if not kind:
        raise UsageError("the type is empty")
    if not mount.get("Target"):
        raise UsageError("target=/PATH is missing")
    for other, member in _OPTIONS.items():
        if member in mount and other != kind:
            raise UsageError(f"{other}-* are no options of a mount of type {shown(kind)}")
    bind = mount.get("BindOptions", {})
    forced = bind.get("ReadOnlyForceRecursive")
    if (forced or bind.get("ReadOnlyNonRecursive")) and not mount.get("ReadOnly"):
        raise UsageError(f"bind-recursive={'readonly' if forced else 'writable'} wants readonly too")
    if forced and bind.get("Propagation") != "rprivate":
        raise UsageError("bind-recursive=readonly wants bind-propagation=rprivate too")
    if forced and here.older_than((1, 44)):
        raise UsageError("bind-recursive=readonly wants an engine of API 1.44 (Docker 25)")
