from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import dockmagic
from dockmagic import registry
from dockmagic.arguments import arguments
from dockmagic.help import columns, help_text
from dockmagic.options import Option, Parameter, parameters, parse, usage

if TYPE_CHECKING:
    from dockmagic.registry import Command

QUIET = Parameter("quiet", Option("--quiet", "-q", help="Only a list of the ids"), is_flag=True)


def test_the_help_of_a_command_shows_all_that_is_declared() -> None:
    """Usage, what it does, arguments, options, columns with dtypes, an example, the function, what else there is."""
    assert help_text(registry.load("diff")).splitlines()[:12] == [
        "%ddiff [OPTIONS] CONTAINER",
        "",
        "Files and directories that a container added, changed or deleted, one row each, sorted by path.",
        "",
        "Arguments:",
        "  CONTAINER   Its name or id",
        "",
        "Options:",
        "      --help   Show this text",
        "",
        "Columns:",
        "  kind   category   added, changed or deleted",
    ]


def test_many_options_stand_in_sections() -> None:
    """Those of the command itself first; all are aligned, so that the eye finds its way down."""
    lines = help_text(registry.load("run")).splitlines()
    titles = [line for line in lines if line.endswith(":") and not line.startswith(" ")]
    assert titles[:5] == ["Arguments:", "Options:", "The container:", "What runs in it:", "Network:"]
    shown = lines[lines.index("Options:") : lines.index("Columns:")]
    assert "  -m, --memory SIZE                      Most memory, 512m say" in shown
    assert max(map(len, shown)) <= 104
    assert "  dockmagic.run(engine, image, command, *, detach, quiet, on_progress, **options)" in lines


@pytest.mark.parametrize("name", registry.COMMANDS)
def test_every_help_has_the_usage_all_flags_and_all_columns(name: str) -> None:
    """Made from the declaration, so that neither can be forgotten."""
    command = registry.load(name)
    text = help_text(command, [QUIET])
    lines = [line.split() for line in text.splitlines()]
    assert text.splitlines()[0] == usage(command)
    for parameter in [QUIET, *parameters(command.function)]:
        declared = parameter.declared
        words = declared.flags if isinstance(declared, Option) else [declared.metavar]
        shown = [line for line in lines if [word.rstrip(",") for word in line[: len(words)]] == words]
        assert any(line[-len(declared.help.split()) :] == declared.help.split() for line in shown), words
    for column in columns(command):
        assert [column.name, *str(column.dtype).split(), *column.help.split()] in lines
    assert f"Example:\n  {command.example}" in text
    assert f"In Python:\n  dockmagic.{command.function.__name__}(" in text


@pytest.mark.parametrize("name", registry.COMMANDS)
def test_no_line_of_help_is_too_long_or_ends_in_blanks(name: str) -> None:
    """It is read in a notebook's output, which scrolls sideways."""
    lines = help_text(registry.load(name)).splitlines()
    assert [line for line in lines if len(line) > 120 or line != line.rstrip()] == []


@pytest.mark.parametrize("name", registry.COMMANDS)
def test_its_prose_is_broken_to_be_read_in_a_terminal(name: str) -> None:
    """Not as it stands in the source."""
    _, _, prose = help_text(registry.load(name)).partition("\nIn Python:\n")
    assert [line for line in prose.splitlines()[1:] if len(line) > 100] == []


def parsed(command: Command, line: str) -> dict[str, object]:
    """The options of a line such as "%dcontext ls -q", which has to begin with the command."""
    words = f"%d{command.name}"
    assert line == words or line.startswith(f"{words} ")
    return parse(command, arguments(line.removeprefix(words), {}), extra=[QUIET] if command.quiet else [])


@pytest.mark.parametrize("name", registry.COMMANDS)
def test_every_example_is_parsed_by_its_own_command(name: str) -> None:
    """Whoever pastes it gets no UsageError; every keyword is one of the function's."""
    command = registry.load(name)
    known = {each.name for each in parameters(command.function)} | {"quiet"}
    assert set(parsed(command, command.example)) <= known


def test_the_package_has_the_function_that_help_names() -> None:
    """`dockmagic.context_ls(...)` in the help of `%dcontext ls`, with what is given by name behind *."""
    assert "In Python:\n  dockmagic.context_ls(*, current, environ)" in help_text(registry.load("context ls"))
    assert "In Python:\n  dockmagic.rm(engine, container, *, force, volumes, link)" in help_text(registry.load("rm"))
    assert dockmagic.context_ls is registry.load("context ls").function
