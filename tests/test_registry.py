from __future__ import annotations

import pytest

from dockmagic import registry
from dockmagic.registry import Command, command, load


def test_a_function_stays_what_it_is_when_it_becomes_a_command() -> None:
    """It is the Python API; what its signature cannot say is noted beside it."""

    def volume_ls(engine: object) -> str:
        return f"volumes of {engine}"

    decorated = command("volume ls", columns="volumes.VOLUMES", quiet="name", example="%dvolume ls")(volume_ls)
    assert decorated is volume_ls
    assert volume_ls("x") == "volumes of x"
    assert volume_ls.__command__ == Command(  # type: ignore[attr-defined]
        name="volume ls", function=volume_ls, columns="volumes.VOLUMES", quiet="name", example="%dvolume ls"
    )


def test_an_alias_is_the_command_it_stands_for() -> None:
    """`docker container ls` is `docker ps`."""
    assert load("container ls") == load("ps")
    assert load("container ls").name == "ps"


@pytest.mark.parametrize("name", ["pss", "", "container", "__init__"])
def test_what_is_no_command_is_a_key_error(name: str) -> None:
    """The magics know before which words there are."""
    with pytest.raises(KeyError):
        load(name)


def test_names_are_dockers_words() -> None:
    """Lower case, one or two words, a blank between them."""
    names = [*registry.COMMANDS, *registry.ALIASES]
    assert [name for name in names if not all(word.isalpha() and word.islower() for word in name.split(" "))] == []
    assert max(len(name.split(" ")) for name in names) == 2
