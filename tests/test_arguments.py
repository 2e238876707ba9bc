from __future__ import annotations

import re
import shlex
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dockmagic.arguments import arguments
from dockmagic.errors import UsageError
from dockmagic.values import NOTHING

FRAME = pd.DataFrame({"id": ["0a1b", "2c3d"], "name": ["web", "my db"]})
NAMES: dict[str, Any] = {
    "name": "web",
    "blank": "two words",
    "quote": "it's; $(x) {name}",
    "empty": "",
    "number": 3,
    "ids": ["0a1b", "2c3d"],
    "none_at_all": [],
    "frame": FRAME,
    "unidentified": FRAME[["name"]],
    "engine": SimpleNamespace(host="unix:///run/x.sock", endpoint=SimpleNamespace(port=2376)),
    "größe": "5",
    "nothing": None,
    "mapping": {"a": 1},
}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", []),
        ("  \t ", []),
        ("-a  --size", ["-a", "--size"]),
        ("--filter 'name=^/web$'", ["--filter", "name=^/web$"]),
        ('-e "A=two words"', ["-e", "A=two words"]),
        ("a'b c'd", ["ab cd"]),
        ("'' \"\"", ["", ""]),
        (r"a\ b", ["a b"]),
        ("a\\\nb", ["ab"]),
        ("a\nb", ["a", "b"]),
        (r'"\"\\\$\`\n"', ['"\\$`\\n']),
        ('"a\\\nb"', ["ab"]),
        (r"'\'", ["\\"]),
        ("a\u00a0b", ["a\u00a0b"]),
        ("-a # all of them, that's it", ["-a"]),
        ("#a\n-a", ["-a"]),
        ("a#b ''#c \\#d", ["a#b", "#c", "#d"]),
    ],
)
def test_a_line_is_split_as_a_shell_does(line: str, expected: list[str]) -> None:
    """Quotes, backslashes, comments; a blank of another alphabet is none to a shell."""
    assert arguments(line, {}) == expected


@given(st.text(alphabet="ab-= \t\n'\"\\$`é*;|&"))
def test_lines_without_braces_are_split_as_by_shlex(line: str) -> None:
    r"""Except where shlex is no shell: in double quotes it keeps the backslash of \$ and \`, and it keeps \newline."""
    assume(not re.search(r"\\[$`\n]", line))
    try:
        expected = shlex.split(line)
    except ValueError:
        with pytest.raises(UsageError, match=r"a quote is not closed|nothing stands behind the backslash"):
            arguments(line, {})
    else:
        assert arguments(line, {}) == expected


@given(st.lists(st.text()))
def test_what_shlex_has_quoted_comes_out_as_it_was(words: list[str]) -> None:
    """Braces too: in single quotes nothing is filled in."""
    assert arguments(shlex.join(words), {}) == words


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("{name}", ["web"]),
        ("{number}", ["3"]),
        ("{größe}", ["5"]),
        ("{engine.host}", ["unix:///run/x.sock"]),
        ("{engine.endpoint.port}", ["2376"]),
        ("label=app={name},{number}", ["label=app=web,3"]),
        ("{name}{number}", ["web3"]),
        ('"{name} {number}"', ["web 3"]),
        ("{blank}", ["two words"]),
        ("{quote}", ["it's; $(x) {name}"]),
        ("x{empty}", ["x"]),
        ("{empty}", [""]),
    ],
)
def test_a_name_in_braces_is_the_value_of_that_name(line: str, expected: list[str]) -> None:
    """Filled in after the line was split: a blank or a quote in a value is just that, and so is a brace."""
    assert arguments(line, NAMES) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("{ids}", ["0a1b", "2c3d"]),
        ("-f {ids} web", ["-f", "0a1b", "2c3d", "web"]),
        ("{frame}", ["0a1b", "2c3d"]),
        ("{frame.name}", ["web", "my db"]),
        ("{none_at_all}", [NOTHING]),
        ("{mapping}", ['{"a": 1}']),
    ],
)
def test_a_list_that_is_a_whole_argument_becomes_several(line: str, expected: list[str]) -> None:
    """A frame is its ids, a dict its JSON. An empty list is NOTHING: it names none, and is not a missing name."""
    assert arguments(line, NAMES) == expected


@pytest.mark.parametrize(
    "text",
    [
        "${HOME}",
        "$HOME",
        '{\\"a\\":1}',
        "{{json}}",
        "{{name}}",
        "{.Names}",
        "{}",
        "{1}",
        "{name!r}",
        "{name:>5}",
        "{ids[0]}",
        "{name",
        "name}",
        "{name}}",
        "{name.}",
        "a{b,c}",
        "\\{name}",
    ],
)
def test_other_braces_stay_as_they_are_typed(text: str) -> None:
    """Also {name} behind a backslash. Docker's templates, shell variables and JSON go through."""
    assert arguments(text, NAMES) == [text.replace("\\", "")]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("--format '{{json .}}'", ["--format", "{{json .}}"]),
        ("sh -c 'awk \"{print $1}\" {name}'", ["sh", "-c", 'awk "{print $1}" {name}']),
        ("'{name}'", ["{name}"]),
        ("{na'me}'", ["{name}"]),
    ],
)
def test_single_quoted_text_stays_as_it_is_typed(line: str, expected: list[str]) -> None:
    """This is how a brace is written that is just a brace."""
    assert arguments(line, NAMES) == expected


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("a 'b", "a quote is not closed: 'b"),
        ('a"b', 'a quote is not closed: "b'),
        ("a\\", "nothing stands behind the backslash at the end"),
        ("{nme}", "{nme}: nme is not defined. In single quotes a brace is just a brace: '{nme}'"),
        ("x={nme.id}", "{nme.id}: nme is not defined. In single quotes a brace is just a brace: '{nme.id}'"),
        ("{engine.prot}", "{engine.prot}: SimpleNamespace has no prot"),
        ("x={ids}", "{ids} is 2 values; write it as an argument of its own"),
        ("x={none_at_all}", "{none_at_all} is 0 values; write it as an argument of its own"),
        ("{nothing}", "{nothing} is NoneType, which is no argument"),
        ("{unidentified}", "{unidentified} is a frame without a column id; {unidentified.name} is its names"),
    ],
)
def test_what_cannot_be_right_is_a_usage_error(line: str, complaint: str) -> None:
    """Nothing is guessed: a name that is misspelled must not reach the engine as text."""
    with pytest.raises(UsageError) as caught:
        arguments(line, NAMES)
    assert str(caught.value) == complaint


@given(st.text(alphabet="ab{}.$'\"\\ #", max_size=30))
def test_no_line_raises_anything_else(line: str) -> None:
    """Whatever is typed, it is arguments or a UsageError."""
    try:
        found = arguments(line, {"a": "x", "b": ["y", "z"]})
    except UsageError:
        return
    assert all(isinstance(each, str) for each in found)
