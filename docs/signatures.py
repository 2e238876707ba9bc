"""How autodoc shows our functions: signatures as one calls them; behind a command's text its options and columns."""

from __future__ import annotations

import ast
import inspect
import os
import re
from typing import TYPE_CHECKING, Any

from dockmagic.help import columns, typed
from dockmagic.magic_options import all_parameters
from dockmagic.options import Option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

    from dockmagic.options import Parameter
    from dockmagic.registry import Command


def setup(app: Sphinx) -> None:
    """Let autodoc ask us."""
    app.connect("autodoc-process-signature", signature)
    app.connect("autodoc-process-docstring", _docstring)


def signature(_app: Sphinx, _kind: str, _name: str, thing: Any, *_: object) -> tuple[str, str] | None:
    """Without what is for the parser: `Annotated[str, Option(...)]` is str."""
    if not inspect.isroutine(thing):
        return None
    found = inspect.signature(thing)
    parameters = [_bare(each) for each in found.parameters.values() if each.name != "self"]
    returned = found.return_annotation
    arrow = "" if returned is found.empty or returned is None else _written(str(returned))
    return str(inspect.Signature(parameters)), arrow


def _bare(parameter: inspect.Parameter) -> inspect.Parameter:
    """Without its annotation; what is its default by name, and never who builds the page by their environment."""
    default = parameter.default
    if default is os.environ:
        default = _Name("os.environ")
    elif inspect.isroutine(default):
        default = _Name(default.__name__)
    return parameter.replace(annotation=parameter.empty, default=default)


class _Name(str):
    """Text that is shown without quotation marks."""

    __slots__ = ()
    __repr__ = str.__str__


def _written(annotation: str) -> str:
    """An annotation without the quotation marks of a forward reference."""
    return ast.unparse(ast.parse(annotation, mode="eval")).strip("'\"").replace("pd.DataFrame", "DataFrame")


def _docstring(_app: Sphinx, _kind: str, _name: str, thing: Any, _options: object, lines: list[str]) -> None:
    """The text as reStructuredText; behind a command's own what `--help` shows, as tables."""
    text = list(_marked_up(lines))
    command = getattr(thing, "__command__", None)
    usage = [] if command is None else ["::", "", f"    {typed(command)}", ""]
    lines[:] = [*usage, *text, *([] if command is None else _tables(command))]


def _marked_up(lines: list[str]) -> Iterator[str]:
    """A docstring is text with `code` in it and drawings that are indented: a star in it is a star."""
    drawing = False
    for line in lines:
        if line.startswith("    ") and not drawing:
            yield from ["::", ""]
        drawing = line.startswith("    ") or (drawing and not line)
        yield line if drawing else "`".join(_parts(line))


def _parts(line: str) -> Iterator[str]:
    """What stands between backticks as it is, and the rest without a meaning of its own."""
    for number, part in enumerate(line.split("`")):
        yield part if number % 2 else re.sub(r"[*|\\]|_(?=\W|$)", r"\\\g<0>", part)


def _tables(command: Command) -> Iterator[str]:
    parameters = all_parameters(command)
    yield from _table("Arguments and options", ("typed", "in Python", "what it does"), map(_parameter, parameters))
    shown = [(f"``{each.name}``", str(each.dtype), each.help) for each in columns(command)]
    yield from _table("Columns of the frame", ("column", "dtype", "what it tells"), iter(shown))
    yield from ["", "Example::", "", f"    {command.example}", ""]


def _parameter(parameter: Parameter) -> tuple[str, str, str]:
    declared = parameter.declared
    if isinstance(declared, Option):
        flags = f"{', '.join(declared.flags)} {declared.metavar}".rstrip()
        return f"``{flags}``", f"``{parameter.name}``", declared.help
    return f"``{declared.metavar}``", f"``{parameter.name}``", declared.help


def _table(title: str, head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    """A list-table, whose cells may hold what they like; nothing for no rows."""
    found = list(rows)
    if not found:
        return
    yield from ["", f".. list-table:: {title}", "   :header-rows: 1", "   :widths: auto", ""]
    for row in [head, *found]:
        for number, cell in enumerate(row):
            yield f"   {'*' if number == 0 else ' '} - {cell}"
    yield ""
