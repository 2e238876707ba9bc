"""--env, --label and the files of both: NAME=VALUE, or a NAME alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from dockmagic.engine.container_spec.paths import absolute
from dockmagic.engine.container_spec.values import named, pairs, texts
from dockmagic.errors import UsageError
from dockmagic.text import shown, shown_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockmagic.engine.container_spec.values import Here

__all__ = ["environment", "labels"]

_BLANKS = " \t"


def environment(options: Mapping[str, Any], here: Here) -> dict[str, Any]:
    """Those of the files, then those of --env, of which the last of a name counts, then the proxies that are not said.

    A name alone takes its value from here; without one, --env has the engine take the image's away and a file's is left
    out. Source: `ReadKVEnvStrings` and `ValidateEnv` of docker/cli.
    """
    found: list[str] = []
    with named("--env-file"):
        for path in texts(options.get("env_file", ())):
            found += [_filled(line, here) for line in _lines(path, here) if "=" in line or line in here.environ]
    own: dict[str, str] = {}
    with named("--env"):
        for each in pairs(options.get("env", ())):
            name = each.partition("=")[0]
            if not name:
                raise UsageError(f"an environment variable is written NAME=VALUE or NAME, not {shown(each)!r}")
            own[name] = _filled(each, here)
    proxies = [f"{name}={value}" for name, value in here.proxies.items() if name not in own]
    return {"Env": [*found, *own.values(), *proxies]}


def labels(options: Mapping[str, Any], here: Here) -> dict[str, Any]:
    """Those of the files, then those of --label. A name alone is an empty one, but in a file it is left out.

    Source: `ReadKVStrings` and `ValidateLabel` of docker/cli.
    """
    found: list[str] = []
    with named("--label-file"):
        for path in texts(options.get("label_file", ())):
            found += [line for line in _lines(path, here) if "=" in line]
    with named("--label"):
        for each in pairs(options.get("labels", ())):
            bare = each.partition("=")[0].lstrip(_BLANKS)
            if not bare or any(blank in bare for blank in _BLANKS):
                raise UsageError(f"a label is written NAME=VALUE or NAME, the name without blanks, not {shown(each)!r}")
            found.append(each)
    return {"Labels": {name: value for name, _, value in (each.partition("=") for each in found)}}


def _filled(text: str, here: Here) -> str:
    return f"{text}={here.environ[text]}" if "=" not in text and text in here.environ else text


def _lines(path: str, here: Here) -> list[str]:
    """The lines of a file that are neither empty nor comments. Source: `parseKeyValueFile` of docker/cli."""
    try:
        content = Path(absolute(path, here)).read_bytes()
    except (OSError, ValueError) as error:
        raise UsageError(f"{shown_path(path)} cannot be read: {getattr(error, 'strerror', error)}") from error
    found = []
    for number, raw in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        try:
            line = raw.removesuffix(b"\r").decode().lstrip()
        except UnicodeDecodeError as error:
            raise UsageError(f"line {number} of {shown_path(path)} is not UTF-8") from error
        name = line.partition("=")[0]
        if not line or line.startswith("#"):
            continue
        if not name or any(blank in name for blank in _BLANKS):
            raise UsageError(f"line {number} of {shown_path(path)} is not NAME=VALUE, the name without blanks")
        found.append(line)
    return found
