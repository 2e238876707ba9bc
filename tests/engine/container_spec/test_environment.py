from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from dockmagic.engine.container_spec.environment import environment, labels
from dockmagic.engine.container_spec.values import Here
from dockmagic.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

HERE = Here({}, lambda: "1.41")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A=1", "A=1"),
        ("A=", "A="),
        ("A=b=c", "A=b=c"),
        ("A B=1", "A B=1"),
        ("-x=1", "-x=1"),
        ("HERE", "HERE=its value"),
        ("EMPTY", "EMPTY="),
        ("NOWHERE", "NOWHERE"),
    ],
)
def test_a_variable_without_a_value_takes_it_from_here(text: str, expected: str) -> None:
    """If it has none here the name alone is sent, as by docker: the engine then takes the image's away."""
    here = Here({"HERE": "its value", "EMPTY": ""}, lambda: "1.41")
    assert environment({"env": [text]}, here)["Env"] == [expected]


@pytest.mark.parametrize(
    ("text", "expected"), [("a=1", {"a": "1"}), ("a", {"a": ""}), ("a=b=c", {"a": "b=c"}), ("a=1 2", {"a": "1 2"})]
)
def test_a_label_without_a_value_is_an_empty_one(text: str, expected: dict[str, str]) -> None:
    """The name ends at the first "="."""
    assert labels({"labels": [text]}, HERE)["Labels"] == expected


def test_the_last_of_two_labels_counts() -> None:
    """As with docker."""
    assert labels({"labels": ["a=1", "a=2"]}, HERE)["Labels"] == {"a": "2"}


@pytest.mark.parametrize(
    "option", [{"env": ["=1"]}, {"env": [""]}, {"labels": ["=1"]}, {"labels": [""]}, {"labels": ["a b=1"]}]
)
def test_a_name_must_be_there_and_a_labels_without_blanks(option: dict[str, list[str]]) -> None:
    """Docker refuses these before it asks the engine."""
    with pytest.raises(UsageError, match="is written NAME=VALUE or NAME"):
        labels(option, HERE) if "labels" in option else environment(option, HERE)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"A": 1, "B": "x=y"}, ["A=1", "B=x=y"]),
        ({"A": True, "B": 1.5, "C": ""}, ["A=true", "B=1.5", "C="]),
        ({"A": None}, ["A"]),
        ("A=1", ["A=1"]),
        (("A=1", "B=2"), ["A=1", "B=2"]),
        (["A=1", "B=2", "A=3"], ["A=3", "B=2"]),
        (pd.Series({"A": "1", "B": 2}), ["A=1", "B=2"]),
        (pd.Series({"A": 1}), ["A=1"]),
        (pd.Series(["A=1", "B=2"]), ["A=1", "B=2"]),
    ],
)
def test_variables_are_a_dict_or_texts(value: Any, expected: list[str]) -> None:
    """None is the name alone; of the same name the last one counts."""
    assert environment({"env": value}, HERE)["Env"] == expected


def test_labels_are_a_dict_too() -> None:
    """Without a value they are empty."""
    assert labels({"labels": {"a": 1, "b": None}}, HERE)["Labels"] == {"a": "1", "b": ""}


@pytest.mark.parametrize("value", [None, {"A": [1, 2]}, {"A": {}}, [b"A=1"], [None], True, [["A=1"]]])
def test_what_is_no_variable_is_refused(value: Any) -> None:
    """In words, not as an error of Python."""
    with pytest.raises(UsageError, match="--env"):
        environment({"env": value}, HERE)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", []),
        (b"A=1\nB=2", ["A=1", "B=2"]),
        (b"\xef\xbb\xbfA=1\r\n\r\nB=2\r\n", ["A=1", "B=2"]),
        (b"# A=1\n  # B=2\n\tC=3 \n", ["C=3 "]),
        (b"A=#b\nB='c'\nC=", ["A=#b", "B='c'", "C="]),
        (b"HERE\nNOWHERE\nHERE=2", ["HERE=1", "HERE=2"]),
        ("A=\u00e4\u2028".encode(), ["A=\u00e4\u2028"]),
    ],
)
def test_a_file_of_variables_is_read_as_by_docker(tmp_path: Path, content: bytes, expected: list[str]) -> None:
    """A line for each; comments, empty lines and a byte order mark are none; quotes are quotes."""
    (tmp_path / "e").write_bytes(content)
    here = Here({"HERE": "1"}, lambda: "1.41", directory=str(tmp_path))
    assert environment({"env_file": "e"}, here)["Env"] == expected


def test_what_is_said_comes_after_what_stands_in_files(tmp_path: Path) -> None:
    """Where both set a variable the engine takes the last one."""
    for name, content in (("a", "A=1"), ("b", "B=1")):
        (tmp_path / name).write_text(content)
    here = Here({}, lambda: "1.41", directory=str(tmp_path))
    assert environment({"env": ["A=2"], "env_file": ["b", "a"]}, here)["Env"] == ["B=1", "A=1", "A=2"]


def test_a_file_of_labels_has_none_without_a_value(tmp_path: Path) -> None:
    """As with docker; what is said counts more."""
    (tmp_path / "l").write_text("a=1\nb\nc=x y\n")
    here = Here({"HOME": str(tmp_path)}, lambda: "1.41")
    assert labels({"label_file": "~/l", "labels": ["a=2"]}, here)["Labels"] == {"a": "2", "c": "x y"}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"A=1\nB=\xff", "line 2 of e is not UTF-8"),
        (b"=1", "line 1 of e is not NAME=VALUE"),
        (b"A B=1", "line 1 of e is not NAME=VALUE"),
        (b"A =1", "line 1 of e is not NAME=VALUE"),
        (None, "e cannot be read: No such file"),
    ],
)
def test_a_file_that_cannot_be_right_is_refused_with_its_line(
    tmp_path: Path, content: bytes | None, complaint: str
) -> None:
    """What stands in the line may be a secret and is not shown."""
    if content is not None:
        (tmp_path / "e").write_bytes(content)
    with pytest.raises(UsageError, match=f"--env-file: {complaint}"):
        environment({"env_file": "e"}, Here({}, lambda: "1.41", directory=str(tmp_path)))
