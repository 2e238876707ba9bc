"""What a person reads who typed what the command does not take, and what was probably meant."""

from __future__ import annotations

import pytest

from dockmagic import registry
from dockmagic.arguments import arguments
from dockmagic.errors import UsageError
from dockmagic.magic_options import extra_parameters
from dockmagic.options import parse

VALUES = {"creds": {"password": "hunter2"}}


def complaint(line: str) -> str:
    """The message and the hint of the UsageError that a command line is."""
    word, *rest = arguments(line, VALUES)
    command, tokens = registry.find(word, rest)
    with pytest.raises(UsageError) as caught:
        parse(command, tokens, extra=extra_parameters(command))
    return f"{caught.value.message}  {caught.value.hint}".strip()


@pytest.mark.parametrize("line", ["ps web", "network ls web", "volume ls web"])
def test_a_name_behind_a_list_is_offered_as_a_filter(line: str) -> None:
    """Docker's lists take none."""
    assert complaint(line).startswith(f"%d{line.removesuffix(' web')}: unexpected argument 'web': %d")
    assert complaint(line).endswith("  Did you mean --filter name=web?")


@pytest.mark.parametrize("line", ["info web", "events web", "history a b"])
def test_where_there_is_no_such_filter_none_is_offered(line: str) -> None:
    """Events are filtered by container=web."""
    assert "name=" not in complaint(line)


@pytest.mark.parametrize("flag", ["--format", "--frmat", "--formt", "--format=json", "--fromat={{json .}}"])
def test_a_misspelled_format_is_refused_as_format_is(flag: str) -> None:
    """With the way of pandas."""
    assert "a frame has columns: df[[" in complaint(f"ps '{flag}'")


@pytest.mark.parametrize("line", ["ps --filter {creds}", "ps --last {creds}", "diff {creds}", "ps -H {creds}"])
def test_a_dict_is_named_and_not_repeated(line: str) -> None:
    """There may be a password in it."""
    assert "{creds}" in complaint(line)
    assert "hunter2" not in complaint(line)


def test_a_dict_is_a_body() -> None:
    """Of a request that takes JSON."""
    word, *rest = arguments("api POST /containers/create --body {creds}", VALUES)
    command, tokens = registry.find(word, rest)
    assert parse(command, tokens)["body"] == VALUES["creds"]
