"""The steps that scripts are made of, and the pretended machine on which they are played."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

__all__ = ["FOREVER", "STDERR", "STDOUT", "Machine", "Steps", "Wait", "Write"]

STDOUT, STDERR = 1, 2
FOREVER = math.inf


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
    guessed: bool = False  # something was played that has no script: what it wrote is anybody's guess
