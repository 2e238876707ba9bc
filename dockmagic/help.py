"""The help of a command: what `--help` and `%dps?` show, made from its declaration."""

from __future__ import annotations

import inspect
import textwrap
from importlib import import_module
from typing import TYPE_CHECKING

from dockmagic import registry
from dockmagic.groups import GROUPS
from dockmagic.options import Argument, Option, parameters, usage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockmagic.frames.schema import Schema
    from dockmagic.options import Parameter
    from dockmagic.registry import Command

__all__ = ["call", "columns", "help_text", "overview", "subject", "typed"]

_WRAPPER = textwrap.TextWrapper(100, break_on_hyphens=False, break_long_words=False)  # a flag is one word


def help_text(command: Command, extra: Sequence[Parameter] = ()) -> str:
    """Usage, what it does, options, the frame's columns with dtypes, an example, the function in Python."""
    known = [*parameters(command.function), *extra]
    arguments = [(p.declared.metavar, p.declared.help) for p in known if isinstance(p.declared, Argument)]
    summary, _, details = (inspect.getdoc(command.function) or "").partition("\n\n")
    sections = [
        usage(command),
        _prose(summary),
        _table("Arguments", arguments),
        *_options(known),
        _table("Columns", [(c.name, str(c.dtype), c.help) for c in columns(command)]),
        f"Example:\n  {command.example}",
        f"In Python:\n  {call(command)}",
        _prose(details),
    ]
    return "\n\n".join(filter(None, sections))


def _prose(text: str) -> str:
    """Paragraphs, broken anew; one with lines that are indented stays as it is."""
    paragraphs = text.split("\n\n")
    return "\n\n".join(each if "\n " in each else _WRAPPER.fill(each) for each in paragraphs)


def _options(known: Sequence[Parameter]) -> list[str]:
    """A table of the options for each section, all of the same width; those without a section come first."""
    sections: dict[str, list[tuple[str, ...]]] = {"": []}
    for parameter in known:
        if isinstance(parameter.declared, Option):
            row = (_flags(parameter.declared), parameter.declared.help)
            sections.setdefault(parameter.section, []).append(row)
    sections[""].append(("    --help", "Show this text"))
    width = max(len(row[0]) for rows in sections.values() for row in rows)
    aligned = {title: [(row[0].ljust(width), row[1]) for row in rows] for title, rows in sections.items()}
    return [_table(title or "Options", rows) for title, rows in aligned.items()]


def overview() -> str:
    """All commands by what one wants of them, a line each, and how to go on."""
    groups = {title: [registry.load(name) for name in names] for title, names in GROUPS.items()}
    rows = {title: [(typed(each), subject(each)) for each in commands] for title, commands in groups.items()}
    width = max(len(line) for group in rows.values() for line, _ in group)
    tables = [_table(title, [(line.ljust(width), told) for line, told in group]) for title, group in rows.items()]
    return "\n\n".join([*tables, "%dhelp COMMAND, %dps --help or %dps? show the flags and columns of one."])


def typed(command: Command) -> str:
    """Its usage without the options that every command has."""
    return usage(command).replace(" [OPTIONS]", "")


def subject(command: Command) -> str:
    """What stands in the first line of the command's file: "ps: the containers of an engine."."""
    module = inspect.getmodule(command.function)
    first = ((module and module.__doc__) or "").partition("\n")[0]
    return first.partition(": ")[2].removesuffix(".")


def columns(command: Command) -> Schema:
    """The schema of a command's frame; empty if it gives no frame of ours."""
    if not command.columns:
        return ()
    module, _, name = command.columns.partition(".")
    schema: Schema = getattr(import_module(f"dockmagic.frames.{module}"), name)
    return schema


def call(command: Command) -> str:
    """How the function is called: the names of its parameters; those behind the * are given by name."""
    found = inspect.signature(command.function).parameters.values()
    by_name = [each.name for each in found if each.kind is each.KEYWORD_ONLY]
    names = [each.name for each in found if each.kind is each.POSITIONAL_OR_KEYWORD]
    names += (["*", *by_name] if by_name else []) + [
        f"**{each.name}" for each in found if each.kind is each.VAR_KEYWORD
    ]
    return f"dockmagic.{command.function.__name__}({', '.join(names)})"


def _flags(option: Option) -> str:
    flags = f"{option.short}, {option.long}" if option.short else f"    {option.long}"
    return f"{flags} {option.metavar}".rstrip()


def _table(title: str, rows: Sequence[tuple[str, ...]]) -> str:
    """Rows under a title, each column as wide as its widest text; nothing for no rows."""
    if not rows:
        return ""
    widths = [max(map(len, texts)) for texts in zip(*rows, strict=True)]
    lines = ["   ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n  ".join([f"{title}:", *lines])
