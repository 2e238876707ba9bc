from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Annotated, TypedDict, Unpack

import pytest

from dockmagic.declared import Absent, Argument, Option, Parameter, keywords, parameters
from dockmagic.errors import UsageError
from dockmagic.options import parse
from dockmagic.registry import command

if TYPE_CHECKING:
    from dockmagic.registry import Command

DETACH = Option("--detach", "-d", help="In the background")
MEMORY = Option("--memory", "-m", metavar="SIZE")
NETWORK = Option("--network", repeat=True, also=("--net",))
INIT = Option("--init")
ABSENT = (Absent("--attach", "-a", instead="%dlogs reads what it writes"), Absent("--sig-proxy"))


class Limits(TypedDict, total=False):
    """Limits of it."""

    memory: Annotated[str, MEMORY, "a place"]


class Networks(TypedDict, total=False):
    """Networks of it."""

    network: Annotated[list[str], NETWORK]


class Everything(Limits, Networks, TypedDict, total=False):
    """All of it."""

    init: Annotated[bool, INIT]


@command("make", columns="", example="", absent=ABSENT)
def make(
    engine: Engine,  # type: ignore[name-defined]  # noqa: F821 - never evaluated, as in the commands
    image: Annotated[str, Argument("IMAGE", rest=True)],
    *,
    detach: Annotated[bool, DETACH] = False,
    **options: Unpack[Everything],
) -> None:
    """Options of its own, and a table of them."""


MAKE: Command = make.__command__  # type: ignore[attr-defined]


def test_the_rows_of_a_table_are_parameters_too() -> None:
    """Behind the function's own, those of the base tables first; each knows its section, and what stands beside it."""
    assert parameters(make) == [
        Parameter("image", Argument("IMAGE", rest=True), required=True),
        Parameter("detach", DETACH, is_flag=True),
        Parameter("memory", MEMORY, section="Limits of it", beside=("a place",)),
        Parameter("network", NETWORK, section="Networks of it"),
        Parameter("init", INIT, is_flag=True, section="All of it"),
    ]


def test_a_table_can_be_read_without_a_function() -> None:
    """By whoever puts the values in their places."""
    assert [each.name for each in keywords(Everything)] == ["memory", "network", "init"]


def test_a_line_is_parsed_by_a_table_too() -> None:
    """Docker's older names of an option are understood."""
    tokens = ["-dm", "64m", "--net", "a", "--network=b", "--init", "bb:1", "--init"]
    assert parse(MAKE, tokens) == {
        "detach": True,
        "memory": "64m",
        "network": ["a", "b"],
        "init": True,
        "image": ["bb:1", "--init"],
    }


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        (["-a", "stdin"], "%dmake: docker has -a, dockmagic has not (yet). %dlogs reads what it writes"),
        (["--attach=x"], "%dmake: docker has --attach, dockmagic has not (yet). %dlogs reads what it writes"),
        (["-da"], "%dmake: docker has -a, dockmagic has not (yet). %dlogs reads what it writes"),
        (["--sig-proxy"], "%dmake: docker has --sig-proxy, dockmagic has not (yet)."),
        (["--memry"], "%dmake: unknown option --memry. Did you mean --memory (-m)?"),
    ],
)
def test_a_flag_that_only_docker_has_is_told_so(tokens: list[str], expected: str) -> None:
    """With the way that there is instead, not with a flag that is spelled like it."""
    with pytest.raises(UsageError) as caught:
        parse(MAKE, [*tokens, "bb:1"])
    assert str(caught.value) == expected


def test_reading_the_largest_table_loads_neither_pandas_nor_httpx() -> None:
    """A flag is completed, and its help shown, before an engine is asked."""
    code = (
        "import sys; from dockmagic import registry; from dockmagic.options import parse;"
        "parse(registry.load('run'), ['-d', '-m', '64m', '-p', '80:80', 'bb:1']);"
        "print([each for each in ('pandas', 'numpy', 'httpx', 'orjson', 'fractions') if each in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60)
    assert done.stdout == "[]\n"
