"""`sh -c "..."`: lists of commands, && and ||, loops, variables and >&2, played and never executed."""

from __future__ import annotations

import re
import shlex
from itertools import islice
from typing import TYPE_CHECKING

from dockmagic.demo.commands_played import played
from dockmagic.demo.paths import absolute
from dockmagic.demo.steps import STDERR, Wait, Write
from dockmagic.demo.typed import read_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockmagic.demo.steps import Machine, Steps


__all__ = ["run_shell"]

LONGEST = 20_000
"""Characters of a script; a longer one is not read."""

_ENDS = {";", "&&", "||", "&", "|", "\n"}
_VARIABLE = re.compile(r"\$(?:\{(\w+)[^}]*\}|(\w+|\$|\?))")
_COUNTED = re.compile(r"\$\(\s*seq\s+(\d{1,6})(?:\s+(\d{1,6}))?\s*\)")
_SPIN = 0.05  # seconds that a round of a loop takes at least: nothing may spin


class _Exit(Exception):
    """`exit N`, wherever it stands."""

    def __init__(self, code: int) -> None:
        self.code = code


def run_shell(words: Sequence[str], machine: Machine) -> Steps:
    """What `sh` with these arguments plays: the text behind -c; without one what a person types, line by line."""
    rest = list(words)
    while rest and rest[0].startswith("-") and "c" not in rest[0]:
        rest.pop(0)
    if len(rest) > 1 and rest[0].startswith("-"):
        return (yield from _play(rest[1], machine))
    yield Wait(0)
    code = 0
    while not rest and (line := (yield from read_line(machine))) is not None:
        code = yield from _play(line, machine)
        if line.split()[:1] == ["exit"]:
            break
    return code


def _play(script: str, machine: Machine) -> Steps:
    try:
        tokens = _tokens(script[:LONGEST])
    except ValueError:
        yield Write("sh: syntax error: unterminated quoted string\n", STDERR)
        return 2
    try:
        return (yield from _list(tokens, machine))
    except _Exit as ended:
        return ended.code
    except RecursionError:
        yield Write("sh: syntax error: too deep\n", STDERR)
        return 2


def _tokens(script: str) -> list[str]:
    plain = re.sub(r"2>&1|2>\s*/dev/null", " ", script).replace("1>&2", ">&2").replace("\n", " ; ")
    plain = _COUNTED.sub(_counted, plain)
    lexer = shlex.shlex(plain, posix=True, punctuation_chars=";&|<>")
    lexer.whitespace_split = True
    lexer.commenters = ""
    return list(lexer)


def _counted(found: re.Match[str]) -> str:
    first, last = (1, int(found[1])) if found[2] is None else (int(found[1]), int(found[2]))
    return " ".join(map(str, range(first, min(last, first + 10_000) + 1)))


def _list(tokens: Sequence[str], machine: Machine) -> Steps:
    """Play `a; b && c || d`, where each may be a loop; the exit code is that of the last that was played."""
    code, skip = 0, False
    position = 0
    while position < len(tokens):
        if tokens[position] in _ENDS:
            operator = tokens[position]
            skip = (operator == "&&" and code != 0) or (operator == "||" and code == 0)
            position += 1
            continue
        if tokens[position] in {"while", "until", "for"}:
            end = _closing(tokens, position)
            if not skip:
                code = yield from _loop(tokens[position:end], machine)
            position = end + 1
            continue
        end = next((at for at in range(position, len(tokens)) if tokens[at] in _ENDS), len(tokens))
        if not skip:
            code = yield from _command(list(tokens[position:end]), machine, code)
        position = end
    return code


def _closing(tokens: Sequence[str], start: int) -> int:
    """Where the `done` of a loop stands, or the end."""
    depth = 0
    for position in range(start, len(tokens)):
        depth += (tokens[position] in {"while", "until", "for"}) - (tokens[position] == "done")
        if depth == 0:
            return position
    return len(tokens)


def _loop(tokens: Sequence[str], machine: Machine) -> Steps:
    if "do" not in tokens:
        yield Write("sh: syntax error: unexpected end of file\n", STDERR)
        return 2
    at = list(tokens).index("do")
    head, body = list(tokens[1:at]), tokens[at + 1 :]
    code = 0
    if tokens[0] == "for":
        values = [_expanded(word, machine) for word in head[2:] if word not in _ENDS]
        for value in " ".join(values).split():
            machine.env[head[0]] = value
            code = yield from _round(body, machine)
        return code
    while True:
        condition = yield from _list(head, machine)
        if (condition == 0) != (tokens[0] == "while"):
            return code
        code = yield from _round(body, machine)


def _round(body: Sequence[str], machine: Machine) -> Steps:
    code = yield from _list(body, machine)
    yield Wait(_SPIN)
    return code


def _command(words: list[str], machine: Machine, code: int) -> Steps:
    """One command, with its variables filled in and its output sent where it asks."""
    to_stderr, dropped = False, False
    kept: list[str] = []
    rest = iter(words)
    for word in rest:
        if set(word) <= set("<>&") and word:
            target = next(islice(rest, 1), "")
            to_stderr = to_stderr or (word == ">&" and target == "2")
            dropped = dropped or (word[0] == ">" and word != ">&")
            if word in {">", ">>"} and target:
                machine.files.add(absolute(_expanded(target, machine), machine.workdir))
        else:
            kept.append(_expanded(word, machine, code))
    while kept and re.fullmatch(r"\w+=.*", kept[0], re.DOTALL):
        name, _, value = kept.pop(0).partition("=")
        machine.env[name] = value
    if not kept or kept[0] in {"export", "set", "trap", "exec", "cd"}:
        yield Wait(0)
        return 0
    if kept[0] == "exit":
        raise _Exit(int(kept[1]) % 256 if len(kept) > 1 and kept[1].isdigit() else code)
    return (yield from _redirected(played(kept[0].rpartition("/")[2], kept[1:], machine), to_stderr, dropped))


def _redirected(steps: Steps, to_stderr: bool, dropped: bool) -> Steps:  # noqa: FBT001 - two facts of one command
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            return int(end.value or 0)
        if isinstance(step, Wait):
            yield step
        elif not dropped:
            yield Write(step.text, STDERR) if to_stderr else step


def _expanded(word: str, machine: Machine, code: int = 0) -> str:
    special = {"$": "1", "?": str(code), "HOSTNAME": machine.hostname, "PWD": machine.workdir, **machine.env}
    return _VARIABLE.sub(lambda found: special.get(found[1] or found[2], ""), word)
