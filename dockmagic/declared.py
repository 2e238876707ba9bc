"""An option is declared once, in an annotation; parser and help come from it. The only reflective file.

def ps(engine: Engine, *, all: Annotated[bool, Option("--all", "-a", help="Also those that do not run")] = False)

Where there are many they are the rows of a TypedDict: def run(engine: Engine, **options: Unpack[RunOptions]).
"""

from __future__ import annotations

import functools
import inspect
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Absent", "Argument", "Option", "Parameter", "flags", "keywords", "parameters"]


@dataclass(frozen=True, slots=True)
class Option:
    """A flag. On a `bool` it takes no value (or docker's `--flag=false`)."""

    long: str
    short: str = ""
    help: str = ""
    metavar: str = ""
    parse: Callable[[str], Any] = str
    repeat: bool = False
    complete: str = ""  # the kind of name that it takes: container, image, volume, network, object, context
    also: tuple[str, ...] = ()  # docker's older names of it, which are understood and not shown

    @property
    def flags(self) -> list[str]:
        """As typed, the short one first."""
        return [flag for flag in (self.short, self.long) if flag]


@dataclass(frozen=True, slots=True)
class Argument:
    """A positional argument. The last one may be `many` (all that are left) or `rest` (flags of ours included)."""

    metavar: str
    help: str = ""
    many: bool = False
    rest: bool = False
    complete: str = ""  # as of an Option


@dataclass(frozen=True, slots=True)
class Absent:
    """A flag that docker has and dockmagic has not: known only to be refused with the way that there is `instead`."""

    long: str
    short: str = ""
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a command's function, and how it is typed."""

    name: str
    declared: Option | Argument
    is_flag: bool = False
    required: bool = False
    section: str = ""  # the title that it stands under in the help
    beside: tuple[Any, ...] = ()  # what else its annotation says, for the command itself to read


def parameters(function: Callable[..., Any]) -> list[Parameter]:
    """The annotated parameters of `function`, in order. Its other annotations are never evaluated."""
    function = inspect.unwrap(function)
    signature = inspect.signature(function)
    found = []
    for name, hint in _hints(function).items():
        if signature.parameters[name].kind is inspect.Parameter.VAR_KEYWORD:
            found += keywords(get_args(hint)[0])
            continue
        kind, declared, *_ = get_args(hint)
        required = signature.parameters[name].default is inspect.Parameter.empty
        found.append(Parameter(name, declared, is_flag=kind is bool, required=required))
    return found


@functools.cache
def flags(function: Callable[..., Any]) -> frozenset[str]:
    """The names of the parameters that are either True or False."""
    bare = {name for name, kind in inspect.get_annotations(inspect.unwrap(function)).items() if kind in {"bool", bool}}
    return frozenset(each.name for each in parameters(function) if each.is_flag) | bare - {"return"}


@functools.cache
def keywords(table: type) -> list[Parameter]:
    """The parameters that a TypedDict declares, each under the docstring of the TypedDict that it comes from."""
    found = []
    for section, hints in _sections(table):
        for name, hint in hints.items():
            kind, declared, *beside = get_args(hint)
            found.append(Parameter(name, declared, kind is bool, section=section, beside=tuple(beside)))
    return found


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    """The annotations that declare: Annotated[...] and Unpack[...], evaluated."""
    written = {
        name: text
        for name, text in inspect.get_annotations(function).items()
        if isinstance(text, str) and text.startswith(("Annotated[", "Unpack["))
    }
    holder = SimpleNamespace(__annotations__=written)
    return get_type_hints(holder, globalns=function.__globals__, include_extras=True)


def _sections(table: type) -> Iterator[tuple[str, dict[str, Any]]]:
    """The TypedDicts that `table` is made of, the base ones first: each one's docstring and own annotations."""
    inherited: set[str] = set()
    for base in getattr(table, "__orig_bases__", ()):
        if hasattr(base, "__total__"):
            yield from _sections(base)
            inherited |= base.__annotations__.keys()
    own = {name: hint for name, hint in get_type_hints(table, include_extras=True).items() if name not in inherited}
    yield (inspect.getdoc(table) or "").removesuffix("."), own
