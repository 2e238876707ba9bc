"""What each instruction of a Dockerfile does to the image's configuration."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any

from dockmagic.demo.clock import SECOND
from dockmagic.demo.dockerfile import as_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockmagic.demo.dockerfile import Instruction

__all__ = ["changed_config", "created_by", "expanded", "pairs"]

_VARIABLE = re.compile(r"\\\$|\$(?:\{(\w+)(?::([-+])([^}]*))?\}|(\w+))")
_UNITS = {"ms": SECOND // 1000, "s": SECOND, "m": 60 * SECOND, "h": 3600 * SECOND}
_FLAGS = {"interval": "Interval", "timeout": "Timeout", "start-period": "StartPeriod"}


def expanded(text: str, variables: Mapping[str, str]) -> str:
    """Text with $NAME, ${NAME} and ${NAME:-default} filled in."""

    def value(found: re.Match[str]) -> str:
        if found[0] == "\\$":
            return "$"
        known = variables.get(found[1] or found[4] or "", "")
        if found[2] == "-":
            return known or found[3]
        return (found[3] if known else "") if found[2] == "+" else known

    return _VARIABLE.sub(value, text)


def created_by(instruction: Instruction, args: Mapping[str, str], digest: str) -> str:
    """What the history says of a step, which is also what the cache compares."""
    if instruction.word == "RUN":
        words = as_words(instruction.rest)
        command = " ".join(words) if words else f"/bin/sh -c {instruction.rest}"
        given = " ".join(f"{key}={value}" for key, value in sorted(args.items()))
        return f"|{len(args)} {given} {command}" if args else command
    if instruction.word in {"COPY", "ADD"}:
        target = (as_words(instruction.rest) or instruction.rest.split())[-1]
        return f"/bin/sh -c #(nop) {instruction.word} file:{digest} in {target} "
    blank = "" if instruction.word == "WORKDIR" else " "
    return f"/bin/sh -c #(nop) {blank}{instruction}"


def changed_config(instruction: Instruction, config: Mapping[str, Any], variables: Mapping[str, str]) -> dict[str, Any]:
    """The configuration after the instruction."""
    changed = dict(config)
    rest = expanded(instruction.rest, variables)
    words = as_words(instruction.rest)
    match instruction.word:
        case "ENV":
            environ = dict(each.partition("=")[::2] for each in config.get("Env") or [])
            changed["Env"] = [f"{key}={value}" for key, value in (environ | pairs(rest)).items()]
        case "LABEL":
            changed["Labels"] = {**(config.get("Labels") or {}), **pairs(rest)}
        case "CMD" | "ENTRYPOINT":
            key = "Cmd" if instruction.word == "CMD" else "Entrypoint"
            changed[key] = words if words is not None else ["/bin/sh", "-c", instruction.rest]
            if key == "Entrypoint" and "Cmd" in changed:
                changed["Cmd"] = None
        case "EXPOSE":
            ports: dict[str, Any] = {port if "/" in port else f"{port}/tcp": {} for port in rest.split()}
            changed["ExposedPorts"] = {**(config.get("ExposedPorts") or {}), **ports}
        case "VOLUME":
            paths: dict[str, Any] = {path: {} for path in words or rest.split()}
            changed["Volumes"] = {**(config.get("Volumes") or {}), **paths}
        case "WORKDIR":
            before = config.get("WorkingDir") or "/"
            changed["WorkingDir"] = rest if rest.startswith("/") else f"{before.rstrip('/')}/{rest}"
        case "USER" | "STOPSIGNAL":
            changed["User" if instruction.word == "USER" else "StopSignal"] = rest
        case "HEALTHCHECK":
            changed["Healthcheck"] = _health(instruction)
        case _:
            pass  # it changes files, or nothing that a container sees
    return changed


def pairs(text: str) -> dict[str, str]:
    """`a=b "c d"=e` or the old form `a b c`."""
    try:
        words = shlex.split(text)
    except ValueError:
        words = text.split()
    if words and "=" not in words[0]:
        key, _, value = text.partition(" ")
        return {key: value.strip()}
    return dict(word.partition("=")[::2] for word in words)


def _health(instruction: Instruction) -> dict[str, Any]:
    if instruction.rest.upper() == "NONE":
        return {"Test": ["NONE"]}
    command = instruction.rest.partition(" ")[2]
    words = as_words(command)
    check: dict[str, Any] = {"Test": ["CMD", *words] if words else ["CMD-SHELL", command]}
    for flag, key in _FLAGS.items():
        if found := re.fullmatch(r"(\d+)(ms|s|m|h)", instruction.flags.get(flag, "")):
            check[key] = int(found[1]) * _UNITS[found[2]]
    if instruction.flags.get("retries", "").isdigit():
        check["Retries"] = int(instruction.flags["retries"])
    return check
