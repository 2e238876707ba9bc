"""What a person types: it reaches a program line by line, and its end ends what waits for more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockmagic.demo.steps import Wait

if TYPE_CHECKING:
    from collections.abc import Generator

    from dockmagic.demo.steps import Machine, Write

__all__ = ["read_line"]

_PAUSE = 0.2  # seconds between two looks


def read_line(machine: Machine) -> Generator[Wait | Write, None, str | None]:
    """Wait for the next line; None at the end of all, and where no standard input is open."""
    typed = machine.typed
    while machine.interactive and not typed.lines and not typed.ended:
        yield Wait(_PAUSE)
    if typed.lines:
        return typed.lines.pop(0)
    rest, typed.begun = typed.begun, ""
    return rest or None
