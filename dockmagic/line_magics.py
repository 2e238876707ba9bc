"""What IPython calls: a magic per first word, and %dhelp. An error in them is a line or two, and no traceback."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError as OneLineError

from dockmagic import registry
from dockmagic.absent import absent
from dockmagic.errors import Interrupted, UsageError
from dockmagic.magic_options import extra_parameters

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["SILENCER", "HelpMagic", "LineMagic", "semicolons_settled"]

SILENCER = re.compile(r"(?<!\\);\s*$")  # a semicolon at the end, which IPython leaves to us
_CALL = re.compile(r"(?P<before>\s*(?P<assigned>[^#]*[^#=!<>]=\s*)?)get_ipython\(\)\.run_line_magic\((?P<of>.+)\)\s*")


class HelpMagic:
    """`%dhelp` lists the commands, `%dhelp COMMAND` shows the help of one."""

    def __call__(self, line: str) -> None:
        """What IPython calls."""
        from dockmagic.help import help_text, overview  # noqa: PLC0415 - loading stays light

        words = line.split()
        try:
            if not words:
                print(overview())  # noqa: T201 - a person asked for text
            else:
                command, _ = registry.find(registry.bare(words[0]), words[1:])
                print(help_text(command, extra_parameters(command)))  # noqa: T201
        except UsageError as error:
            raise OneLineError(_one_line(error, "%dhelp")) from None


class LineMagic:
    """One magic: the first word of its commands. `run` is called with it, the line and the cell."""

    def __init__(self, run: Callable[[str, str, str | None], Any], word: str) -> None:
        self._run = run
        self._word = word
        self.__name__ = self.__qualname__ = f"d{word}"

    def __call__(self, line: str, cell: str | None = None) -> Any:
        """What IPython calls. A UsageError is shown in one line, every other error and an interrupt in two."""
        if self._word not in registry.COMMANDS and line.split()[:1] in (["--help"], ["-h"]):
            print(self.getdoc())  # noqa: T201 - a person asked for text
            return None
        try:
            return self._run(self._word, line, cell)
        except UsageError as error:
            raise OneLineError(_one_line(error, self._called(line))) from None
        except Interrupted:
            raise
        except KeyboardInterrupt:
            raise Interrupted from None

    def getdoc(self) -> str:
        """What `%dps?` shows: made when it is asked for, so that loading imports no command."""
        commands = {each.name: each for each in map(registry.load, registry.names_under(self._word))}.values()
        from dockmagic.help import help_text  # noqa: PLC0415

        texts = [help_text(command, extra_parameters(command)) for command in commands]
        return "\n\n".join(texts) or absent(self._word)

    def _called(self, line: str) -> str:
        """The command that `line` calls, with both its words."""
        try:
            return f"%d{registry.find(self._word, line.split())[0].name}"
        except UsageError:
            return f"%d{self._word}"


def semicolons_settled(lines: list[str]) -> list[str]:
    """Lines of Python that IPython has made of a cell, the semicolon behind our magics where it means what it says.

    `%dps -a;` shows nothing and `%dps;` neither, whose magic would be named "dps;". A variable gets its value all the
    same: `ids = %dps -aq;`.
    """
    return [_settled(line) if "run_line_magic('d" in line else line for line in lines]


def _settled(line: str) -> str:
    call = _CALL.fullmatch(line)
    if call is None:
        return line
    try:
        word, rest = ast.literal_eval(f"({call['of']})")
    except (ValueError, SyntaxError):  # somebody's own
        return line
    name = str(word).rstrip(";")
    if name.removeprefix("d") not in registry.first_words():
        return line
    silent = word != name or SILENCER.search(rest)
    rest = SILENCER.sub("", rest)
    rest = f"{rest};" if silent and not call["assigned"] else rest
    return f"{call['before']}get_ipython().run_line_magic({name!r}, {rest!r})\n"


def _one_line(error: UsageError, called: str) -> str:
    """The error with the command in front and its hint behind."""
    message = error.message if error.message.startswith("%d") else f"{called}: {error.message}"
    return f"{message}{'' if message[-1] in '.?!' or not error.hint else '.'}  {error.hint}".strip()
