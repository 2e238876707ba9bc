"""The steps that scripts are made of, and the pretended machine on which they are played."""

from __future__ import annotations

import math
import re
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

__all__ = ["FOREVER", "STDERR", "STDOUT", "Machine", "Steps", "Typed", "Wait", "Write"]

STDOUT, STDERR = 1, 2
FOREVER = math.inf
_MOST_LINES = 1000  # that wait to be read


class Wait(NamedTuple):
    """Nothing happens for so many seconds."""

    seconds: float


class Write(NamedTuple):
    """Text is written."""

    text: str
    stream: int = STDOUT


Steps: TypeAlias = Generator[Wait | Write, None, int]
"""A script; what it returns is the exit code."""


@dataclass(slots=True)
class Typed:
    """What a person has typed and no program has read: lines, one that is not complete, and whether more can come."""

    lines: list[str] = field(default_factory=list)
    begun: str = ""
    ended: bool = False

    def add(self, data: bytes) -> None:
        """What comes in; nothing is the end."""
        *lines, self.begun = re.split(r"\r\n|\r|\n", self.begun + data.decode(errors="replace"))
        self.lines += [f"{line}\n" for line in lines][: _MOST_LINES - len(self.lines)]
        self.ended = self.ended or not data


@dataclass(slots=True)
class Machine:
    """What a script can see of where it is played."""

    hostname: str = "demo"
    image: str = ""
    env: dict[str, str] = field(default_factory=dict)
    workdir: str = "/"
    user: str = "root"
    release: str = ""
    main: str = ""  # the container's command, which `ps` shows
    interactive: bool = False
    now: int = 0
    seed: str = ""
    files: set[str] = field(default_factory=set)
    written: dict[str, int] = field(default_factory=dict)  # bytes of what was written, where that is known
    typed: Typed = field(default_factory=Typed)
    guessed: bool = False  # something was played that has no script: what it wrote is anybody's guess
