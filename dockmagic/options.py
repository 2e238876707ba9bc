"""An option is declared once, in an annotation; parser and help come from it. The only reflective file.

def ps(engine: Engine, *, all: Annotated[bool, Option("--all", "-a", help="Also those that do not run")] = False)
"""

from __future__ import annotations

import argparse
import difflib
import inspect
import re
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Never, get_args, get_type_hints

from dockmagic.errors import UsageError
from dockmagic.text import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from dockmagic.registry import Command

__all__ = ["Argument", "HelpWanted", "Option", "Parameter", "parameters", "parse"]

_TRUE = ("1", "t", "T", "TRUE", "true", "True")  # https://pkg.go.dev/strconv#ParseBool
_FALSE = ("0", "f", "F", "FALSE", "false", "False")


@dataclass(frozen=True, slots=True)
class Option:
    """A flag. On a `bool` it takes no value (or docker's `--flag=false`)."""

    long: str
    short: str = ""
    help: str = ""
    metavar: str = ""
    parse: Callable[[str], Any] = str
    repeat: bool = False

    @property
    def flags(self) -> list[str]:
        """As typed, the short one first."""
        return [flag for flag in (self.short, self.long) if flag]


@dataclass(frozen=True, slots=True)
class Argument:
    """A positional argument. `many`: one or more; `rest`: everything from here on, flags of ours included."""

    metavar: str
    help: str = ""
    many: bool = False
    rest: bool = False


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a command's function, and how it is typed."""

    name: str
    declared: Option | Argument
    is_flag: bool = False
    required: bool = False


def parameters(function: Callable[..., Any]) -> list[Parameter]:
    """The annotated parameters of `function`, in order. Its other annotations are never evaluated."""
    written = {
        name: text
        for name, text in inspect.get_annotations(function).items()
        if isinstance(text, str) and text.startswith("Annotated[")
    }
    holder = SimpleNamespace(__annotations__=written)
    hints = get_type_hints(holder, globalns=function.__globals__, include_extras=True)
    signature = inspect.signature(function)
    found = []
    for name, hint in hints.items():
        kind, declared = get_args(hint)
        required = signature.parameters[name].default is inspect.Parameter.empty
        found.append(Parameter(name, declared, is_flag=kind is bool, required=required))
    return found


def parse(command: Command, tokens: Sequence[str], *, extra: Iterable[Parameter] = ()) -> dict[str, Any]:
    """Parse a command line into keyword arguments; what was not typed is left out.

    Raises UsageError in one line, with the nearest flag where one was misspelled; HelpWanted for --help.
    """
    known = [*parameters(command.function), *extra]
    parser = _Parser(prog=f"%d{command.name}", add_help=False, allow_abbrev=False, argument_default=argparse.SUPPRESS)
    for parameter in known:
        _add(parser, parameter)
    parser.add_argument("--help", nargs=0, action=_Help)
    values, unknown = parser.parse_known_args(tokens)
    if unknown:
        parser.error(_unknown(unknown[0], known))
    return vars(values)


class HelpWanted(Exception):
    """--help stands among the options, whatever else is there or missing."""


class _Help(argparse.Action):
    def __call__(self, *_: object) -> Never:
        raise HelpWanted


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> Never:
        """Raise UsageError; argparse would end the process."""
        flag = re.match(r"argument (?:-\w/)?(--[\w-]+): ignored explicit argument (.*)", message)
        if flag:
            message = f"{flag[1]} is either true or false, not {flag[2]}"
        raise UsageError(f"{self.prog}: {shown(message, length=300)}")


def _add(parser: argparse.ArgumentParser, parameter: Parameter) -> None:
    declared = parameter.declared
    if isinstance(declared, Argument):
        many = argparse.REMAINDER if declared.rest else "+" if declared.many else None
        nargs = many or (None if parameter.required else "?")
        parser.add_argument(parameter.name, metavar=declared.metavar, nargs=nargs)
    elif parameter.is_flag:
        parser.add_argument(*declared.flags, dest=parameter.name, action="store_true")
        for words, value in ((_TRUE, True), (_FALSE, False)):  # docker takes --all=true and --all=false
            written = [f"{declared.long}={word}" for word in words]
            parser.add_argument(*written, dest=parameter.name, action="store_const", const=value)
    else:
        action = "append" if declared.repeat else "store"
        parser.add_argument(*declared.flags, dest=parameter.name, action=action, type=_typed(declared))


def _typed(option: Option) -> Callable[[str], Any]:
    def convert(text: str) -> Any:
        try:
            return option.parse(text)
        except UsageError as error:
            raise argparse.ArgumentTypeError(str(error)) from error
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"{shown(text)!r} is no {option.metavar or 'value'}") from error

    return convert


def _unknown(token: str, known: Iterable[Parameter]) -> str:
    if not token.startswith("-"):
        return f"unexpected argument {shown(token)!r}"
    flag = token.partition("=")[0]
    options = [p.declared for p in known if isinstance(p.declared, Option)]
    near = difflib.get_close_matches(flag, [option.long for option in options], n=1, cutoff=0.5)
    near = near or [option.long for option in options if option.long.startswith(flag)][:1]
    if not near:
        return f"unknown option {shown(flag)}. --help lists all; behind -- a name may begin with a dash"
    option = next(option for option in options if option.long == near[0])
    return f"unknown option {shown(flag)}. Did you mean {option.long}" + (
        f" ({option.short})?" if option.short else "?"
    )
