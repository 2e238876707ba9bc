"""The KEY=VALUE fields of --mount, --network and --gpus: comma-separated, in quotes where a value has a comma."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dockmagic.engine.container_spec.values import text, texts
from dockmagic.errors import UsageError
from dockmagic.text import shown

__all__ = ["fields", "truth"]

_FIELD = re.compile(
    r'(?:"(?P<quoted>(?:[^"]|"")*)"|(?P<bare>[^",\r\n]*))(?P<end>,|$)'
)  # https://pkg.go.dev/encoding/csv
_TRUTH = dict.fromkeys(("1", "t", "T", "TRUE", "true", "True"), True) | dict.fromkeys(
    ("0", "f", "F", "FALSE", "false", "False"), False
)


def fields(value: Any) -> list[str]:
    """The fields of a text, or of a dict: {"type": "bind", "readonly": True, "volume-opt": ["a=1", "b=2"]}."""
    if isinstance(value, Mapping):
        return [f"{text(key)}={each}" for key, said in value.items() for each in _values(said)]
    written = text(value)
    found, position, more = [], 0, bool(written)
    if not written:
        raise UsageError("is empty")
    while more:
        match = _FIELD.match(written, position)
        if match is None:
            raise UsageError(f"a quote stands in the wrong place: {shown(written)!r}")
        quoted = match["quoted"]
        found.append(match["bare"] if quoted is None else quoted.replace('""', '"'))
        position, more = match.end(), match["end"] == ","
    return found


def truth(key: str, value: str) -> bool:
    """What Go takes for true or false. Source: `strconv.ParseBool`."""
    if value not in _TRUTH:
        raise UsageError(f"{shown(key)} is either true or false, not {shown(value)!r}")
    return _TRUTH[value]


def _values(said: Any) -> list[str]:
    if isinstance(said, Mapping):
        return [f"{text(key)}={text(value)}" for key, value in said.items()]
    return [str(said).lower()] if isinstance(said, bool) else texts(said)
