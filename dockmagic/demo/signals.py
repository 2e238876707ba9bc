"""Signals by name and number, as `docker kill -s` takes them."""

from __future__ import annotations

from dockmagic.demo.problems import bad_request

__all__ = ["KILLING", "signal_number"]

_NAMES = (
    *("HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM"),
    *("TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF"),
    *("WINCH", "IO", "PWR", "SYS"),
)
_NUMBERS = {name: number for number, name in enumerate(_NAMES, start=1)}
_LAST = 64

KILLING = {2, 3, 15, 28}
"""Signals at which a server ends: INT, QUIT, TERM, and WINCH for httpd."""


def signal_number(text: str, name: str) -> int:
    """The number of `TERM`, `SIGTERM` or `15`. Raises Problem for what is none."""
    number = int(text) if text.isdigit() else _NUMBERS.get(text.upper().removeprefix("SIG"), 0)
    if not 0 < number <= _LAST:
        raise bad_request(f"cannot kill container: {name}: invalid signal: {text}")
    return number
