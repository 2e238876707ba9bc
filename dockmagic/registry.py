"""The commands: what is typed behind %d, and which module does it.

Static, so that loading the extension names every command without importing one; a test holds it against the modules.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from inspect import unwrap
from typing import TYPE_CHECKING, Any, TypeVar, cast

from dockmagic.absent import ABSENT, absent
from dockmagic.aliases import ALIASES
from dockmagic.declared import flags
from dockmagic.errors import UsageError
from dockmagic.text import shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import CodeType

    from dockmagic.declared import Absent

__all__ = [
    "CELLS",
    "COMMANDS",
    "Command",
    "bare",
    "command",
    "find",
    "first_words",
    "load",
    "names_under",
]

COMMANDS = {
    "api": "api",
    "ashboard": "dashboard",
    "build": "build",
    "builder prune": "builder_prune",
    "connect": "connect",
    "container prune": "container_prune",
    "context ls": "context_ls",
    "context use": "context_use",
    "create": "create",
    "diff": "diff",
    "events": "events",
    "history": "history",
    "image prune": "image_prune",
    "images": "images",
    "import": "image_import",
    "info": "info",
    "inspect": "inspect",
    "kill": "kill",
    "live": "live",
    "load": "load",
    "logs": "logs",
    "network connect": "network_connect",
    "network create": "network_create",
    "network disconnect": "network_disconnect",
    "network ls": "network_ls",
    "network prune": "network_prune",
    "network rm": "network_rm",
    "pause": "pause",
    "port": "port",
    "ps": "ps",
    "pull": "pull",
    "push": "push",
    "rename": "rename",
    "restart": "restart",
    "rm": "rm",
    "rmi": "rmi",
    "run": "run",
    "save": "save",
    "start": "start",
    "stats": "stats",
    "stop": "stop",
    "system df": "system_df",
    "system prune": "system_prune",
    "tag": "tag",
    "top": "top",
    "unpause": "unpause",
    "update": "update",
    "version": "version",
    "volume create": "volume_create",
    "volume ls": "volume_ls",
    "volume prune": "volume_prune",
    "volume rm": "volume_rm",
    "wait": "wait",
}
"""Command -> module in `dockmagic.commands`, whose function has the same name: the command's, blanks as underscores.

Where that is a word of Python, the noun comes first: `import` is `image_import`. The d of `%dashboard` is its own.
"""

CELLS = frozenset({"build", "builder", "image"})
"""The first words of those that take a cell: %%dbuild."""

_Function = TypeVar("_Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A function that is a command, and what its signature cannot say."""

    name: str
    function: Callable[..., Any]
    columns: str  # the schema of its frame, as "module.NAME" in dockmagic.frames; "" if it gives no frame of ours
    example: str
    quiet: str = ""  # the column that -q gives as a list, "" if the command has no -q
    quiet_once: bool = False  # and names each once, though it has several rows
    any_json: bool = False  # it gives whatever JSON the engine answers, and no frame
    quietly: tuple[tuple[str, Any], ...] = ()  # the options that -q stands for besides
    cell: str = ""  # the parameter that gets the text of a cell, "" if there is none
    watched: str = ""  # what shows in a notebook what happens, as "module.Class" in dockmagic.widgets; its `watcher`
    plot: str = ""  # the function in dockmagic.plots that draws its frame, "" if there is none
    plotted: tuple[str, ...] = ()  # the flags without which its frame cannot be drawn
    live: str = ""  # the function in dockmagic.widgets that shows it live, as "module.function", "" if there is none
    live_flags: tuple[str, ...] = ("--live",)  # what asks for that, the short form behind the long one
    runs: str = ""  # the kind of what it gives, which goes on until it is stopped; "" if it gives no such thing
    button: str = ""  # what a button says that does it, "" if --button gives none; "…" behind it: it asks first
    absent: tuple[Absent, ...] = ()  # docker's flags of it that dockmagic has not

    @property
    def asks_engine(self) -> bool:
        """Whether its first parameter is the engine to ask."""
        code: CodeType = unwrap(self.function).__code__
        return code.co_argcount > 0 and code.co_varnames[0] == "engine"


def command(name: str, *, columns: str, example: str, **described: Any) -> Callable[[_Function], _Function]:
    """Make a function the command `name`, `described` as in `Command`.

    It stays what it is, the Python API, but for flags: what is neither True nor False raises UsageError. As a truth
    force="no" would be one.
    """

    def register(function: _Function) -> _Function:
        @wraps(function)
        def checked(*arguments: Any, **options: Any) -> Any:
            for option, value in options.items():
                if not isinstance(value, bool) and value is not None and option in flags(function):
                    raise UsageError(f"{option} is either True or False, not {shown(repr(value))}")
            return function(*arguments, **options)

        found = Command(name=name, function=checked, columns=columns, example=example, **described)
        checked.__command__ = found  # type: ignore[attr-defined]
        return cast("_Function", checked)

    return register


def load(name: str) -> Command:
    """The command `name` or that `name` is an alias of; imports its module. Raises KeyError."""
    return _load(name)[0]


def _load(name: str) -> tuple[Command, list[str]]:
    """The command, and the options that the alias `name` stands for."""
    words = ALIASES.get(name, name).split()
    length = 2 if " ".join(words[:2]) in COMMANDS else 1
    module = COMMANDS[" ".join(words[:length])]
    function = getattr(import_module(f"dockmagic.commands.{module}"), module)
    found: Command = function.__command__
    return found, words[length:]


def first_words() -> list[str]:
    """What stands behind %d: the first word of every command, each once."""
    return list(dict.fromkeys(name.partition(" ")[0] for name in (*COMMANDS, *ALIASES)))


def bare(word: str) -> str:
    """A first word without what it is typed with: ps, dps and %dps are one."""
    word = word.removeprefix("%")
    return word[1:] if word.startswith("d") and word[1:] in {*first_words(), *ABSENT} else word


def names_under(word: str) -> list[str]:
    """The commands and aliases whose first word is `word`."""
    return [name for name in (*COMMANDS, *ALIASES) if name.partition(" ")[0] == word]


def find(word: str, tokens: Sequence[str]) -> tuple[Command, list[str]]:
    """The command that the line `word tokens...` calls, and its own tokens.

    Raises UsageError, with what there is, where a second word is missing or unknown.
    """
    if word in COMMANDS:
        return load(word), list(tokens)
    seconds = [name.partition(" ")[2] for name in names_under(word)]
    if tokens and tokens[0] in seconds:
        command, options = _load(f"{word} {tokens[0]}")
        return command, [*options, *tokens[1:]]
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake pays for it

    near = get_close_matches(tokens[0], seconds, n=1) if tokens else []
    known = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(seconds)}"
    wrong = f"{shown(tokens[0])!r} is no command." if tokens else "which command?"
    if not seconds:
        raise UsageError(absent(word))
    if tokens and tokens[0] in ABSENT:
        raise UsageError(f"%d{word}: {absent(tokens[0])}")
    raise UsageError(f"%d{word}: {wrong} {known}")
