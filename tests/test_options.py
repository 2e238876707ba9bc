from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockmagic import registry
from dockmagic.errors import UsageError
from dockmagic.options import Argument, HelpWanted, Option, Parameter, parameters, parse, usage
from dockmagic.registry import command
from dockmagic.values import NOTHING


def even(text: str) -> int:
    """Raises ValueError for what is no number, UsageError for an odd one."""
    if int(text) % 2:
        raise UsageError(f"{text} is odd")
    return int(text)


@command("ls", columns="", example="")
def listed(
    engine: Engine,  # type: ignore[name-defined]  # noqa: F821 - never evaluated, as in the commands
    *,
    all: Annotated[bool, Option("--all", "-a")] = False,
    quiet: Annotated[bool, Option("--quiet", "-q")] = False,
    no_trunc: Annotated[bool, Option("--no-trunc")] = False,
    last: Annotated[int | None, Option("--last", "-n", metavar="N", parse=int)] = None,
    wait: Annotated[float | None, Option("--wait", parse=float)] = None,
    step: Annotated[int | None, Option("--step", metavar="EVEN", parse=even)] = None,
    filter: Annotated[Sequence[str], Option("--filter", "-f", metavar="KEY=VALUE", repeat=True)] = (),
    format: Annotated[str | None, Option("--format")] = None,
    timeout: float = 60.0,
) -> None:
    """Only options."""


@command("rename", columns="", example="")
def renamed(
    old: Annotated[str, Argument("CONTAINER")],
    new: Annotated[str | None, Argument("NEW_NAME")] = None,
    *,
    force: Annotated[bool, Option("--force")] = False,
) -> None:
    """Two arguments, the second one optional."""


@command("stop", columns="", example="")
def stopped(
    container: Annotated[Sequence[str], Argument("CONTAINER", many=True)],
    *,
    time: Annotated[int, Option("--time", "-t", metavar="SECONDS", parse=int)] = 10,
) -> None:
    """Many arguments."""


@command("run", columns="", example="")
def started(
    image: Annotated[str, Argument("IMAGE")],
    words: Annotated[Sequence[str], Argument("COMMAND", rest=True)] = (),
    *,
    detach: Annotated[bool, Option("--detach", "-d")] = False,
    env: Annotated[Sequence[str], Option("--env", "-e", metavar="NAME=VALUE", repeat=True)] = (),
    name: Annotated[str | None, Option("--name", metavar="NAME")] = None,
) -> None:
    """Arguments whose rest belongs to somebody else."""


LS: registry.Command = listed.__command__  # type: ignore[attr-defined]
RENAME: registry.Command = renamed.__command__  # type: ignore[attr-defined]
STOP: registry.Command = stopped.__command__  # type: ignore[attr-defined]
RUN: registry.Command = started.__command__  # type: ignore[attr-defined]


def complaint(command: registry.Command, *tokens: str) -> str:
    """Return what the UsageError of a command line says."""
    with pytest.raises(UsageError) as caught:
        parse(command, tokens)
    return str(caught.value)


@pytest.mark.parametrize("tokens", [["-n=5"], ["-n", "5"], ["-n5"], ["--last=5"], ["--last", "5"], ["-n", "7", "-n5"]])
def test_a_value_is_written_in_each_of_dockers_ways(tokens: list[str]) -> None:
    """And of two the last one counts."""
    assert parse(LS, tokens) == {"last": 5}


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        ([], {}),
        (["-a"], {"all": True}),
        (["-aq"], {"all": True, "quiet": True}),
        (["-aqn5"], {"all": True, "quiet": True, "last": 5}),
        (["-aqn", "5"], {"all": True, "quiet": True, "last": 5}),
        (["--all", "--no-trunc"], {"all": True, "no_trunc": True}),
        (["--all=true"], {"all": True}),
        (["--all=false"], {"all": False}),
        (["-a=F"], {"all": False}),
        (["-qa=0"], {"quiet": True, "all": False}),
        (["--all", "--all=0"], {"all": False}),
        (["-n", "-1"], {"last": -1}),
        (["--wait=-0.5"], {"wait": -0.5}),
        (["--step", "4"], {"step": 4}),
        (["-f", "status=exited"], {"filter": ["status=exited"]}),
        (["-f=a=b", "-fc=d", "--filter=e=f"], {"filter": ["a=b", "c=d", "e=f"]}),
        (["--filter="], {"filter": [""]}),
        (["--format", ""], {"format": ""}),
        (["--format", "-a"], {"format": "-a"}),
        (["--format", "--"], {"format": "--"}),
        (["--format", "--help"], {"format": "--help"}),
        (["--format=a", "--format=b"], {"format": "b"}),
        (["--"], {}),
    ],
)
def test_options_mean_what_docker_takes_them_for(tokens: list[str], expected: dict[str, Any]) -> None:
    """Each of these was compared with docker 28: a flag with a value takes the next word, whatever it looks like."""
    assert parse(LS, tokens) == expected


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        (["a"], {"old": "a"}),
        (["a", "b"], {"old": "a", "new": "b"}),
        (["a", "--force", "b"], {"old": "a", "new": "b", "force": True}),
        (["--force", "--", "-a", "--force"], {"old": "-a", "new": "--force", "force": True}),
        (["", "-"], {"old": "", "new": "-"}),
        (["--", "--", "b"], {"old": "--", "new": "b"}),
    ],
)
def test_arguments_are_filled_in_order_between_the_options(tokens: list[str], expected: dict[str, Any]) -> None:
    """Behind -- all are arguments; an empty one and a dash alone are too."""
    assert parse(RENAME, tokens) == expected


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        (["a"], {"container": ["a"]}),
        (["a", "-t", "3", "b", "--", "-c"], {"container": ["a", "b", "-c"], "time": 3}),
    ],
)
def test_an_argument_that_is_many_takes_all_that_are_left(tokens: list[str], expected: dict[str, Any]) -> None:
    """Also around options."""
    assert parse(STOP, tokens) == expected


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        (["bb:1"], {"image": "bb:1"}),
        (
            ["-d", "bb:1", "ls", "-la", "--help", "--detach=true", "--", "-d"],
            {"detach": True, "image": "bb:1", "words": ["ls", "-la", "--help", "--detach=true", "--", "-d"]},
        ),
        (["bb:1", "-d"], {"image": "bb:1", "words": ["-d"]}),
        (["bb:1", "--", "ls"], {"image": "bb:1", "words": ["--", "ls"]}),
        (["bb:1", ""], {"image": "bb:1", "words": [""]}),
        (["--", "bb:1", "--help"], {"image": "bb:1", "words": ["--help"]}),
        (["-e", "-x=1", "-e", "--help", "bb:1"], {"env": ["-x=1", "--help"], "image": "bb:1"}),
        (["-deA=1", "bb:1"], {"detach": True, "env": ["A=1"], "image": "bb:1"}),
    ],
)
def test_the_rest_behind_the_image_keeps_its_flags(tokens: list[str], expected: dict[str, Any]) -> None:
    """It is the container's command line, not ours."""
    assert parse(RUN, tokens) == expected


@given(st.lists(st.text()))
def test_no_rest_is_ever_read(words: list[str]) -> None:
    """Whatever stands behind the image is passed on as it is."""
    assert parse(RUN, ["-d", "bb:1", *words]) == {"detach": True, "image": "bb:1"} | ({"words": words} if words else {})


@pytest.mark.parametrize(
    "tokens",
    [
        ["--help"],
        ["-h"],
        ["-dh"],
        ["-d", "--help", "bb:1"],
        ["--nmae", "--help"],
        ["-x", "-h"],
        ["--name", "a", "--help"],
    ],
)
def test_help_is_wanted_wherever_it_stands_before_the_rest(tokens: list[str]) -> None:
    """Whatever is wrong or missing beside it."""
    with pytest.raises(HelpWanted):
        parse(RUN, tokens)


def test_help_is_wanted_behind_arguments_where_there_is_no_rest() -> None:
    """As in `docker stop web --help`."""
    with pytest.raises(HelpWanted):
        parse(STOP, ["web", "--help"])


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        (["--al"], "%dls: unknown option --al. Did you mean --all (-a)?"),
        (["--fliter=a=b"], "%dls: unknown option --fliter. Did you mean --filter (-f)?"),
        (["--trunc"], "%dls: unknown option --trunc. Did you mean --no-trunc?"),
        (["--la"], "%dls: unknown option --la. Did you mean --last (-n)?"),
        (["-s"], "%dls: unknown option -s. Did you mean --step?"),
        (["-x"], "%dls: unknown option -x. --help lists all; behind -- a name may begin with a dash"),
        (["-ax"], "%dls: unknown option -x. --help lists all; behind -- a name may begin with a dash"),
        (["-wait"], "%dls: unknown option -wait. Did you mean --wait?"),
        (["-a="], "%dls: unknown option -=. --help lists all; behind -- a name may begin with a dash"),
        (["---all"], "%dls: unknown option ---all. Did you mean --all (-a)?"),
        (["--=x"], "%dls: unknown option --. --help lists all; behind -- a name may begin with a dash"),
        (["--\x1b[2J"], "%dls: unknown option -- [2J. --help lists all; behind -- a name may begin with a dash"),
    ],
)
def test_an_unknown_option_names_the_one_that_is_nearest(tokens: list[str], expected: str) -> None:
    """No abbreviations: `--al` could be another option in the next version of docker."""
    assert complaint(LS, *tokens) == expected


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        (["--all=maybe"], "%dls: --all is either true or false, not 'maybe'"),
        (["-a=yes"], "%dls: -a is either true or false, not 'yes'"),
        (["--all="], "%dls: --all is either true or false, not ''"),
        (["-n"], "%dls: -n wants a value: -n N"),
        (["-aqn"], "%dls: -n wants a value: -n N"),
        (["--filter"], "%dls: --filter wants a value: --filter KEY=VALUE"),
        (["--format"], "%dls: --format wants a value: --format VALUE"),
        (["-n", "x"], "%dls: -n wants a whole number, not 'x'"),
        (["-n="], "%dls: -n wants a whole number, not '='"),
        (["--last="], "%dls: --last wants a whole number, not ''"),
        (["-name"], "%dls: -n wants a whole number, not 'ame'"),
        (["--wait", "soon"], "%dls: --wait wants a number, not 'soon'"),
        (["--step=3"], "%dls: --step: 3 is odd"),
        (["--step=x"], "%dls: --step wants EVEN, not 'x'"),
    ],
)
def test_a_value_that_cannot_be_right_is_named_with_its_flag(tokens: list[str], expected: str) -> None:
    """In one line, with the form it should have."""
    assert complaint(LS, *tokens) == expected


@pytest.mark.parametrize(
    ("command", "tokens", "expected"),
    [
        (LS, ["web"], "%dls: unexpected argument 'web': %dls [OPTIONS]"),
        (RENAME, [], "%drename: CONTAINER is missing: %drename [OPTIONS] CONTAINER [NEW_NAME]"),
        (RENAME, ["a", "b", "c"], "%drename: unexpected argument 'c': %drename [OPTIONS] CONTAINER [NEW_NAME]"),
        (STOP, ["-t", "3"], "%dstop: CONTAINER is missing: %dstop [OPTIONS] CONTAINER..."),
        (RUN, ["-d"], "%drun: IMAGE is missing: %drun [OPTIONS] IMAGE [COMMAND...]"),
    ],
)
def test_an_argument_too_few_or_too_many_is_told_with_the_usage(
    command: registry.Command, tokens: list[str], expected: str
) -> None:
    """The one that is missing is named as in the usage."""
    assert complaint(command, *tokens) == expected


@pytest.mark.parametrize(
    ("command", "tokens", "expected"),
    [
        (RENAME, [NOTHING, "b"], "%drename: CONTAINER is an empty list here: %drename [OPTIONS] CONTAINER [NEW_NAME]"),
        (RENAME, ["a", NOTHING], "%drename: NEW_NAME is an empty list here: %drename [OPTIONS] CONTAINER [NEW_NAME]"),
        (RUN, [NOTHING, "sh"], "%drun: IMAGE is an empty list here: %drun [OPTIONS] IMAGE [COMMAND...]"),
        (LS, ["--filter", NOTHING], "%dls: --filter wants a value, not an empty list: --filter KEY=VALUE"),
    ],
)
def test_an_empty_list_is_no_place_for_what_stands_behind_it(
    command: registry.Command, tokens: list[str], expected: str
) -> None:
    """It is not as if it had not been typed: a command would be an image, and no filter is all there is."""
    assert complaint(command, *tokens) == expected


def test_an_empty_list_among_many_names_none() -> None:
    """The others are named all the same."""
    assert parse(STOP, [NOTHING]) == {"container": []}
    assert parse(STOP, ["a", NOTHING, "b"]) == {"container": ["a", "b"]}


@given(st.lists(st.text(alphabet="-=anflstwx5 ", max_size=8), max_size=5))
def test_no_command_line_raises_anything_else(tokens: list[str]) -> None:
    """It is parsed, or a UsageError in one line, or a wish for help."""
    for each in (LS, RENAME, STOP, RUN):
        said = f"%d{each.name}: "
        try:
            parse(each, tokens)
        except UsageError as error:
            said = str(error)
        except HelpWanted:
            pass
        assert said.startswith(f"%d{each.name}: ")
        assert len(said.splitlines()) == 1


def test_extra_options_are_parsed_with_the_commands_own() -> None:
    """Those that only magics have."""
    host = Parameter("host", Option("--host", "-H", metavar="HOST"))
    assert parse(STOP, ["-Hlab", "web"], extra=[host]) == {"container": ["web"], "host": "lab"}


def test_the_annotated_parameters_are_all_that_is_read_of_a_function() -> None:
    """Names that only type checkers know stay unread, so that no frame is imported for a parser."""
    assert [(each.name, each.is_flag, each.required) for each in parameters(started)] == [
        ("image", False, True),
        ("words", False, False),
        ("detach", True, False),
        ("env", False, False),
        ("name", False, False),
    ]


def test_the_usage_has_brackets_around_what_may_be_left_out() -> None:
    """And dots behind what may be more than one."""
    assert [usage(command) for command in (LS, RENAME, STOP, RUN)] == [
        "%dls [OPTIONS]",
        "%drename [OPTIONS] CONTAINER [NEW_NAME]",
        "%dstop [OPTIONS] CONTAINER...",
        "%drun [OPTIONS] IMAGE [COMMAND...]",
    ]


@pytest.mark.parametrize("name", registry.COMMANDS)
def test_the_options_of_each_command_are_well_declared(name: str) -> None:
    """No flag twice, one dash and a letter or two dashes and a word; many and rest only at the end; every help told."""
    declared = [each.declared for each in parameters(registry.load(name).function)]
    options = [each for each in declared if isinstance(each, Option)]
    arguments = [each for each in declared if isinstance(each, Argument)]
    flags = [flag for option in options for flag in option.flags]
    assert len(flags) == len(set(flags))
    assert all(option.long.startswith("--") and len(option.long) > 3 for option in options)
    assert all(option.short == "" or (len(option.short) == 2 and option.short[0] == "-") for option in options)
    assert not any(argument.many or argument.rest for argument in arguments[:-1])
    assert all(each.help for each in declared)
