from __future__ import annotations

from collections import Counter
from inspect import signature
from typing import Annotated, Any

import numpy as np
import pytest

from dockmagic import registry
from dockmagic.absent import ABSENT
from dockmagic.aliases import ALIASES
from dockmagic.declared import Option, flags
from dockmagic.errors import UsageError
from dockmagic.groups import GROUPS
from dockmagic.registry import Command, command, load


@command("volume ls", columns="volumes.VOLUMES", quiet="name", example="%dvolume ls")
def volume_ls(
    engine: object, *, all: Annotated[bool, Option("--all")] = False, last: Annotated[int, Option("--last")] = 0
) -> str:
    """Volumes."""
    return f"volumes of {engine}, {all}, {last}"


def test_a_function_stays_what_it_is_when_it_becomes_a_command() -> None:
    """It is the Python API; what its signature cannot say is noted beside it."""
    assert volume_ls("x", all=True, last=1) == "volumes of x, True, 1"
    assert str(signature(volume_ls)).startswith("(engine: 'object', *, all: ")
    assert (volume_ls.__name__, volume_ls.__doc__, volume_ls.__module__) == ("volume_ls", "Volumes.", __name__)
    assert volume_ls.__command__ == Command(  # type: ignore[attr-defined]
        name="volume ls", function=volume_ls, columns="volumes.VOLUMES", quiet="name", example="%dvolume ls"
    )


@pytest.mark.parametrize("value", ["no", "yes", 0, 1, [], np.True_])
def test_a_flag_is_either_true_or_false(value: Any) -> None:
    """As a truth force="no" would remove what it should spare."""
    with pytest.raises(UsageError) as caught:
        volume_ls("x", all=value)
    assert str(caught.value) == f"all is either True or False, not {value!r}"


@pytest.mark.parametrize("name", sorted(registry.COMMANDS))
def test_no_command_takes_anything_else_for_a_flag(name: str) -> None:
    """Before it asks any engine: here there is none."""
    function = load(name).function
    for flag in flags(function):
        with pytest.raises(UsageError, match=f"^{flag} is either True or False, not 'no'"):
            function(None, **{flag: "no"})


def test_what_docker_has_and_dockmagic_has_not_is_no_command() -> None:
    """Once it is one, its line in the table goes."""
    assert ABSENT.keys() & {*registry.first_words(), "help"} == set()


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
    names = [*registry.COMMANDS, *ALIASES]
    assert [name for name in names if not all(word.isalpha() and word.islower() for word in name.split(" "))] == []
    assert max(len(name.split(" ")) for name in names) == 2


def test_every_command_stands_in_one_group() -> None:
    """A new one has to find its place, in %dhelp and in README's table."""
    assert Counter(name for names in GROUPS.values() for name in names) == Counter(list(registry.COMMANDS))
