"""--security-opt, --cap-add and the namespaces that a container may share."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from dockmagic.engine.container_spec.paths import absolute
from dockmagic.engine.container_spec.values import named, text, texts
from dockmagic.errors import UsageError
from dockmagic.text import shown, shown_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dockmagic.engine.container_spec.values import Here

__all__ = ["capabilities", "namespace", "security"]

_ALONE = "no-new-privileges"
_BUILT_IN = ("builtin", "unconfined")
_BARE_PATHS = "systempaths=unconfined"
_BETWEEN = re.compile(r'("(?:\\.|[^"\\])*")|[ \t\r\n]+')


def security(options: Mapping[str, Any], here: Here) -> dict[str, Any]:
    """The options, a seccomp profile as its content.

    Source: `parseSecurityOpts` and `parseSystemPaths` of docker/cli.
    """
    found = []
    with named("--security-opt"):
        for each in texts(options.get("security_opt", ())):
            key, equals, value = each.partition("=")
            if not equals and key != _ALONE:
                key, _, value = each.partition(":")
            if not value and key != _ALONE:
                raise UsageError(f"is written NAME=VALUE, not {shown(each)!r}")
            is_file = key == "seccomp" and value not in _BUILT_IN
            found.append(f"seccomp={_profile(value, here)}" if is_file else each)
    if not found:
        return {}
    host: dict[str, Any] = {"SecurityOpt": [each for each in found if each != _BARE_PATHS]}
    return {"HostConfig": host | ({"MaskedPaths": [], "ReadonlyPaths": []} if _BARE_PATHS in found else {})}


def _profile(path: str, here: Here) -> str:
    """The JSON of a file without the blanks between its words."""
    try:
        content = Path(absolute(path, here)).read_text(encoding="utf-8")
        json.loads(content, parse_constant=_no_number)
    except (OSError, ValueError, RecursionError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"the seccomp profile {shown_path(path)} cannot be read: {shown(why)}") from error
    return _BETWEEN.sub(r"\1", content)


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")


def capabilities(value: Any) -> list[str]:
    """Each once, in upper case, with CAP_ in front, sorted; or ALL. Source: `normalizeCapabilities` of moby/moby."""
    names = {name.upper() for name in texts(value)}
    return sorted({name if name == "ALL" or name.startswith("CAP_") else f"CAP_{name}" for name in names})


def namespace(*known: str) -> Callable[[Any], str]:
    """A reader of the namespaces to choose from; "container" stands for container:NAME, "" is the engine's choice."""

    def read(value: Any) -> str:
        found = text(value)
        kind, _, name = found.partition(":")
        another = "container" in known and kind == "container" and name
        if found and not another and (found not in known or found == "container"):
            shapes = ["container:NAME" if each == "container" else each for each in known]
            raise UsageError(f"is {' or '.join(shapes)}, not {shown(found)!r}")
        return found

    return read
