"""A command line becomes the keyword arguments of a command's function, as its options are declared.

A command line means what docker takes it for, whose parser is https://pkg.go.dev/github.com/spf13/pflag: -n5, -n=5,
-n 5 and --last=5 are the same, -aq is -a -q, and a flag that wants a value takes the next word whatever it looks like.
argparse differs in each of these from version to version of Python.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dockmagic.declared import Absent, Argument, Option, Parameter, keywords, parameters
from dockmagic.errors import UsageError
from dockmagic.text import shown
from dockmagic.values import NOTHING, JsonWord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from dockmagic.registry import Command

__all__ = [
    "Absent",
    "Argument",
    "HelpWanted",
    "Option",
    "Parameter",
    "keywords",
    "next_parameter",
    "parameters",
    "parse",
    "usage",
]

# https://pkg.go.dev/strconv#ParseBool
_TRUTH = dict.fromkeys(("1", "t", "T", "TRUE", "true", "True"), True) | dict.fromkeys(
    ("0", "f", "F", "FALSE", "false", "False"), False
)
_KINDS: dict[Callable[[str], Any], str] = {int: "a whole number", float: "a number"}


class HelpWanted(Exception):
    """--help (or -h) stands among the options, whatever else is there, wrong or missing."""


class _Typed(NamedTuple):
    """One option as it was typed; `text` is None where its value is missing."""

    flag: str
    parameter: Parameter | None
    text: str | None


def usage(command: Command) -> str:
    """The command line in one line: "%drm [OPTIONS] CONTAINER...", brackets around what may be left out."""
    words = [f"%d{command.name}", "[OPTIONS]"]
    for parameter in parameters(command.function):
        if isinstance(parameter.declared, Argument):
            word = parameter.declared.metavar + ("..." if parameter.declared.many or parameter.declared.rest else "")
            words.append(word if parameter.required else f"[{word}]")
    return " ".join(words)


def parse(command: Command, tokens: Sequence[str], *, extra: Iterable[Parameter] = ()) -> dict[str, Any]:
    """Parse a command line into keyword arguments; what was not typed is left out.

    Raises UsageError in one line, with the nearest flag where one was misspelled; HelpWanted for --help.
    """
    known = [*parameters(command.function), *extra]
    typed, words = _split(tokens, known)
    try:
        return _options(typed, known, command.absent) | _arguments(words, known, usage(command))
    except UsageError as error:
        raise UsageError(f"%d{command.name}: {error.message}", hint=error.hint) from error.__cause__


def next_parameter(command: Command, tokens: Sequence[str], *, extra: Iterable[Parameter] = ()) -> Parameter | None:
    """What the word behind `tokens` would be the value of: an option that waits for one, or the next argument."""
    known = [*parameters(command.function), *extra]
    try:
        typed, words = _split(tokens, known)
    except HelpWanted:
        return None
    if typed and typed[-1].text is None:
        return typed[-1].parameter
    arguments = [each for each in known if isinstance(each.declared, Argument)]
    if len(words) < len(arguments):
        return arguments[len(words)]
    last = arguments[-1].declared if arguments else None
    return arguments[-1] if isinstance(last, Argument) and (last.many or last.rest) else None


def _split(tokens: Iterable[str], known: Iterable[Parameter]) -> tuple[list[_Typed], list[str]]:
    """The options, and the other words. Raises HelpWanted."""
    options = [(each, each.declared) for each in known if isinstance(each.declared, Option)]
    flags = {flag: each for each, option in options for flag in (*option.flags, *option.also)}
    ends_at_word = any(isinstance(each.declared, Argument) and each.declared.rest for each in known)
    typed: list[_Typed] = []
    words: list[str] = []
    left = iter(tokens)
    for word in left:
        if word == "--":
            words += left
        elif not word.startswith("-") or word == "-":
            words.append(word)
            if ends_at_word:
                words += left
        elif word.startswith("--"):
            typed.append(_long(word, left, flags))
        else:
            typed += _short(word, left, flags)
    return typed, words


def _long(word: str, left: Iterator[str], flags: Mapping[str, Parameter]) -> _Typed:
    """--flag, --flag=value, or --flag and the next word."""
    flag, equals, text = word.partition("=")
    if flag == "--help":
        raise HelpWanted
    parameter = flags.get(flag)
    if equals or parameter is None:
        return _Typed(flag, parameter, text)
    return _Typed(flag, parameter, "true" if parameter.is_flag else next(left, None))


def _short(word: str, left: Iterator[str], flags: Mapping[str, Parameter]) -> Iterator[_Typed]:
    """-aq, -n5, -n=5, or -n and the next word."""
    letters = word[1:]
    while letters:
        flag, letters = f"-{letters[0]}", letters[1:]
        parameter = flags.get(flag)
        text: str | None = "true"
        if parameter is None:
            if flag == "-h":
                raise HelpWanted
            flag, letters = (word if f"-{word}" in flags else flag), ""  # -name is --name with a dash too few
        elif len(letters) > 1 and letters[0] == "=":
            text, letters = letters[1:], ""
        elif not parameter.is_flag:
            text, letters = letters or next(left, None), ""
        yield _Typed(flag, parameter, text)


def _options(typed: Iterable[_Typed], known: Iterable[Parameter], absent: Iterable[Absent]) -> dict[str, Any]:
    """Their values; of an option that was typed twice the last one counts, unless it is one to repeat."""
    values: dict[str, Any] = {}
    for flag, parameter, text in typed:
        if parameter is None or not isinstance(parameter.declared, Option):
            raise UsageError(_unknown(flag, known, absent))
        if text is None or text is NOTHING:
            but = "" if text is None else ", not an empty list"
            raise UsageError(f"{flag} wants a value{but}: {flag} {parameter.declared.metavar or 'VALUE'}")
        value = _truth(flag, text) if parameter.is_flag else _value(flag, parameter.declared, text)
        if parameter.declared.repeat:
            values.setdefault(parameter.name, []).append(value)
        else:
            values[parameter.name] = value
    return values


def _truth(flag: str, text: str) -> bool:
    if text not in _TRUTH:
        raise UsageError(f"{flag} is either true or false, not {shown(text)!r}")
    return _TRUTH[text]


def _value(flag: str, option: Option, text: str) -> Any:
    if isinstance(text, JsonWord) and option.metavar != "JSON":
        raise UsageError(f"{flag} takes no dict, which {text.source} is")
    try:
        return option.parse(text)
    except UsageError as error:
        raise UsageError(f"{flag}: {error.message}", hint=error.hint) from error
    except ValueError as error:
        wanted = _KINDS.get(option.parse) or option.metavar or "another value"
        raise UsageError(f"{flag} wants {wanted}, not {shown(text)!r}") from error


def _arguments(words: Sequence[str], known: Iterable[Parameter], usage: str) -> dict[str, Any]:
    """The words by the names of the arguments, filled in order. NOTHING has a place too: it is not the next one's."""
    values: dict[str, Any] = {}
    left = list(words)
    if dicts := [word.source for word in left if isinstance(word, JsonWord)]:
        raise UsageError(f"{dicts[0]} is a dict, which is no argument: {usage}")
    for parameter in known:
        declared = parameter.declared
        if not isinstance(declared, Argument):
            continue
        if left and (declared.many or declared.rest):
            values[parameter.name], left = [word for word in left if word is not NOTHING], []
        elif left and left[0] is NOTHING:
            raise UsageError(f"{declared.metavar} is an empty list here: {usage}")
        elif left:
            values[parameter.name] = left.pop(0)
        elif parameter.required:
            raise UsageError(f"{declared.metavar} is missing: {usage}")
    left = [word for word in left if word is not NOTHING]
    if left:
        named = any("name=" in each.declared.help for each in known)  # of --filter, where there is such a filter
        hint = f"Did you mean --filter name={shown(left[0])}?" if named else ""
        raise UsageError(f"unexpected argument {shown(left[0])!r}: {usage}", hint=hint)
    return values


def _unknown(flag: str, known: Iterable[Parameter], absent: Iterable[Absent]) -> str:
    for each in absent:
        if flag in {each.short, each.long}:
            return f"docker has {flag}, dockmagic has not (yet). {each.instead}".rstrip()
    if flag in {"--format", "-f"}:  # -f is undeclared only where docker has it for --format
        return (
            f'{flag} is docker\'s way to choose what is shown; a frame has columns: df[["name", "state"]], df.to_json()'
        )
    options = {each.declared.long.lstrip("-"): each.declared for each in known if isinstance(each.declared, Option)}
    name = flag.lstrip("-")
    import difflib  # noqa: PLC0415 - only a mistake pays for it

    near = difflib.get_close_matches(name, [*options, "format"], n=1)
    if near == ["format"]:
        return _unknown("--format", known, absent)
    near = near or [long for long in options if name and long.startswith(name)]
    if not near:
        return f"unknown option {shown(flag)}. --help lists all; behind -- a name may begin with a dash"
    option = options[near[0]]
    short = f" ({option.short})" if option.short else ""
    return f"unknown option {shown(flag)}. Did you mean {option.long}{short}?"
