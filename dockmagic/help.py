"""The help of a command: what `--help` and `%dps?` show, made from its declaration."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import TYPE_CHECKING

from dockmagic.options import Argument, Option, parameters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockmagic.frames.schema import Schema
    from dockmagic.options import Parameter
    from dockmagic.registry import Command

__all__ = ["columns", "help_text"]


def help_text(command: Command, extra: Sequence[Parameter] = ()) -> str:
    """Usage, what it does, options, the frame's columns with dtypes, an example."""
    known = [*parameters(command.function), *extra]
    positional = [p for p in known if isinstance(p.declared, Argument)]
    options = [(_flags(p.declared), p.declared.help) for p in known if isinstance(p.declared, Option)]
    sections = [
        f"%d{command.name} {' '.join(['[OPTIONS]', *map(_usage, positional)])}".rstrip(),
        inspect.getdoc(command.function) or "",
    ]
    if positional:
        sections.append(_table("Arguments", [(p.declared.metavar, p.declared.help) for p in positional]))
    sections.append(_table("Options", [*options, ("    --help", "Show this text")]))
    sections.append(_table("Columns", [(c.name, str(c.dtype), c.help) for c in columns(command)]))
    sections.append(f"Example:\n  {command.example}")
    return "\n\n".join(sections)


def columns(command: Command) -> Schema:
    """The schema of a command's frame."""
    module, _, name = command.columns.partition(".")
    schema: Schema = getattr(import_module(f"dockmagic.frames.{module}"), name)
    return schema


def _usage(parameter: Parameter) -> str:
    declared = parameter.declared
    assert isinstance(declared, Argument)  # noqa: S101 - the caller has only those
    many = "..." if declared.many or declared.rest else ""
    return f"{declared.metavar}{many}" if parameter.required else f"[{declared.metavar}{many}]"


def _flags(option: Option) -> str:
    flags = f"{option.short}, {option.long}" if option.short else f"    {option.long}"
    return f"{flags} {option.metavar}".rstrip()


def _table(title: str, rows: Sequence[tuple[str, ...]]) -> str:
    """Rows under a title, each column as wide as its widest text."""
    widths = [max(map(len, texts)) for texts in zip(*rows, strict=True)]
    lines = ["   ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n  ".join([f"{title}:", *lines])
