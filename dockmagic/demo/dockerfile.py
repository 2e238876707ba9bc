"""A Dockerfile becomes instructions, and what is wrong with it the classic builder's own words."""

from __future__ import annotations

import difflib
import json
import re
from typing import NamedTuple

from dockmagic.demo.problems import bad_request

__all__ = ["Instruction", "as_words", "parse_dockerfile", "up_to_target"]

KNOWN = (
    *("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER"),
    *("ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"),
)
_ARGUMENTS = 2
_DIRECTIVE = re.compile(r"#\s*escape\s*=\s*(`|\\)\s*$", re.IGNORECASE)


class Instruction(NamedTuple):
    """One instruction: its line, its word, its flags (`--from=x`), and the rest as it stands."""

    line: int
    word: str
    flags: dict[str, str]
    rest: str

    def __str__(self) -> str:
        flags = "".join(f"--{name}={value} " for name, value in self.flags.items())
        return f"{self.word} {flags}{self.rest}".rstrip()


def parse_dockerfile(text: str, name: str = "Dockerfile") -> list[Instruction]:
    """The instructions. Raises Problem as the classic builder does."""
    instructions = [_instruction(line, joined) for line, joined in _joined(text)]
    if not instructions:
        raise bad_request(
            f"the Dockerfile ({name}) cannot be empty" if not text.strip() else "file with no instructions"
        )
    for instruction in instructions:
        _check(instruction)
    first = next(each for each in instructions if each.word != "ARG")
    if first.word != "FROM":
        raise bad_request("no build stage in current context")
    return instructions


def up_to_target(instructions: list[Instruction], target: str) -> list[Instruction]:
    """What a target needs: everything up to the end of its stage. Raises Problem where there is no such stage."""
    starts = [at for at, each in enumerate(instructions) if each.word == "FROM"]
    for number, at in enumerate(starts):
        name = instructions[at].rest.split()[-1].lower() if " " in instructions[at].rest else ""
        if target.lower() in {name, str(number)}:
            return instructions[: starts[number + 1] if number + 1 < len(starts) else None]
    raise bad_request(f'target stage "{target}" could not be found')


def as_words(rest: str) -> list[str] | None:
    """The words of the JSON form `["a", "b"]`; None for the other form."""
    if not rest.startswith("["):
        return None
    try:
        words = json.loads(rest)
    except (ValueError, RecursionError):
        return None
    return words if isinstance(words, list) and all(isinstance(word, str) for word in words) else None


def _joined(text: str) -> list[tuple[int, str]]:
    """Logical lines with the number of their first line: without comments, with continuations joined."""
    lines = text.splitlines()
    escape = "\\"
    if lines and (found := _DIRECTIVE.match(lines[0])):
        escape = found[1]
    joined: list[tuple[int, str]] = []
    start, parts = 0, []
    for number, line in enumerate(lines, start=1):
        stripped = line.strip()
        if stripped.startswith("#") or not stripped:
            continue
        start = start or number
        goes_on = stripped.endswith(escape)
        parts.append(stripped.removesuffix(escape).rstrip() if goes_on else stripped)
        if not goes_on:
            joined.append((start, " ".join(parts)))
            start, parts = 0, []
    return [*joined, (start, " ".join(parts))] if parts else joined


def _instruction(line: int, text: str) -> Instruction:
    word, _, rest = text.partition(" ")
    name = word.upper()
    if name not in KNOWN:
        near = difflib.get_close_matches(name, KNOWN, n=1, cutoff=0.5)
        hint = f" (did you mean {near[0]}?)" if near else ""
        raise bad_request(f"dockerfile parse error on line {line}: unknown instruction: {name}{hint}")
    flags: dict[str, str] = {}
    rest = rest.strip()
    while name in {"ADD", "COPY", "FROM", "HEALTHCHECK", "RUN"} and rest.startswith("--"):
        flag, _, rest = rest.partition(" ")
        key, _, value = flag.removeprefix("--").partition("=")
        flags[key], rest = value, rest.strip()
        if name == "RUN" and key in {"mount", "network", "security"}:
            raise bad_request(
                f"the --{key} option requires BuildKit. Refer to https://docs.docker.com/go/buildkit/ to learn how to "
                "build images with BuildKit enabled"
            )
    return Instruction(line, name, flags, rest)


def _check(instruction: Instruction) -> None:
    where = f"dockerfile parse error on line {instruction.line}: "
    words = instruction.rest.split()
    if instruction.word == "FROM" and not (len(words) == 1 or (len(words) == 3 and words[1].upper() == "AS")):  # noqa: PLR2004 - image AS name
        raise bad_request(f"{where}FROM requires either one or three arguments")
    paths = as_words(instruction.rest)
    if instruction.word in {"ADD", "COPY"} and len(words if paths is None else paths) < _ARGUMENTS:
        raise bad_request(
            f"{where}{instruction.word} requires at least two arguments, but only one was provided. "
            "Destination could not be determined"
        )
    if instruction.word in {"ENV", "LABEL"} and len(words) == 1 and "=" not in words[0]:
        raise bad_request(f"failed to parse Dockerfile: {instruction.word} must have two arguments")
    if not words and instruction.word not in {"CMD", "ENTRYPOINT"}:
        raise bad_request(f"{where}{instruction.word} requires at least one argument")
