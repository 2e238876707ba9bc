"""What a container "runs": a script that is played. Nothing is executed anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dockmagic.demo import servers, shell
from dockmagic.demo.commands_played import played
from dockmagic.demo.steps import Wait

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockmagic.demo.steps import Machine, Steps

__all__ = ["Program", "program"]

_ENTRY_POINTS = {"docker-entrypoint.sh", "tini", "dumb-init"}
"""What only starts what stands behind it."""


class Program(NamedTuple):
    """A script, and what the signal TERM does to it: the exit code, None if process 1 does not hear it.

    `serves`: it is a server, which keeps data.
    """

    steps: Steps
    on_term: int | None = None
    serves: bool = False


def program(argv: Sequence[str], machine: Machine) -> Program:
    """The script for a command line. What nobody has written one for prints nothing and exits with 0."""
    words = list(argv)
    while words and _base(words[0]) in _ENTRY_POINTS:
        words = words[1:]
    if not words:
        return Program(_nothing())
    name = _base(words[0])
    server = servers.find([name, *words[1:]])
    if server is not None:
        return Program(server.play(machine), on_term=server.on_term, serves=server.keeps)
    if name in {"sh", "bash", "ash", "dash"}:
        return Program(shell.run_shell(words[1:], machine))
    return Program(played(name, words[1:], machine))


def _base(word: str) -> str:
    return word.rpartition("/")[2]


def _nothing() -> Steps:
    yield Wait(0)
    return 0
