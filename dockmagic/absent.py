"""Docker's commands that dockmagic has not, and what there is instead."""

from __future__ import annotations

from dockmagic.text import shown

__all__ = ["ABSENT", "absent"]

_API = "Any endpoint can be asked: %dapi METHOD PATH."
_TERMINAL = "In a terminal: docker"
ABSENT = {
    "attach": f"%dlogs NAME has what it writes. {_TERMINAL} attach",
    "checkpoint": _API,
    "commit": "A change that lasts is a line of a Dockerfile: %dbuild. " + _API,
    "compose": f"{_TERMINAL} compose",
    "config": _API,
    "cp": f"{_TERMINAL} cp",
    "exec": f"{_TERMINAL} exec",
    "export": 'engine.stream("GET", "/containers/NAME/export") gives its bytes.',
    "login": f"What docker login has saved is used. {_TERMINAL} login",
    "logout": f"{_TERMINAL} logout",
    "manifest": f"{_TERMINAL} manifest",
    "node": _API,
    "plugin": _API,
    "search": "%dapi GET /images/search?term=WORD",
    "secret": _API,
    "service": _API,
    "stack": f"{_TERMINAL} stack",
    "swarm": _API,
    "trust": f"{_TERMINAL} trust",
}
"""Docker's first words that dockmagic has no command for, and what there is instead."""


def absent(word: str) -> str:
    """What there is instead of docker's command `word`, which dockmagic has not; else that there is no such command."""
    if word in ABSENT:
        return f"docker has {word}, dockmagic has not (yet). {ABSENT[word]}"
    return f"there is no command {shown(word)}. %dhelp lists all"
