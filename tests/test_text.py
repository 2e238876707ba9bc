from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockmagic.text import log_line, shown, shown_path, single_line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("web", "web"),
        ("  a\r\n\tb ", "a b"),
        ("\x1b[31mred\x1b[0m", "[31mred [0m"),
        ("\x9b31m", "31m"),
        ("evil\u202etxt.exe", "evil txt.exe"),
        ("a\u200bb\ufeff", "a b"),
        ("a\u061cb", "a b"),
        ("a\U000e0041b", "a b"),
        ("\ud800", ""),
        ("<img onerror=x>", "<img onerror=x>"),
        ("größe 容器 🐳", "größe 容器 🐳"),
        ("", ""),
    ],
)
def test_text_is_shown_without_what_would_hide_or_turn_it(text: str, expected: str) -> None:
    """Escapes of a terminal lose their ESC; letters of all languages stay, and so does HTML: nobody renders it."""
    assert single_line(text) == expected


@given(st.text(st.characters()), st.integers(1, 50))
def test_what_is_shown_is_one_line_of_that_length(text: str, length: int) -> None:
    """Of no text does a message become longer, or two lines."""
    line = shown(text, length=length)
    assert len(line) <= length
    assert len(line.splitlines()) <= 1
    assert not {unicodedata.category(character) for character in line} & {"Cc", "Cs", "Zl", "Zp"}


def test_long_text_ends_in_an_ellipsis() -> None:
    """80 characters, unless more are asked for."""
    assert (shown("x" * 80), shown("x" * 81), shown("abc", length=2)) == ("x" * 80, "x" * 79 + "…", "a…")


def test_of_a_long_path_the_end_is_shown() -> None:
    """That is where the file's name is."""
    directory = "/a" * 40
    assert (shown_path(directory), shown_path(f"{directory}/x.tar")) == (directory, f"…{directory[-73:]}/x.tar")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[1;31mred\x1b[0m and \x1b[38:5:4mblue\x1b[m", "red and blue"),
        ("10 %\r50 %\r100 %\r", "100 %"),
        ("\x1b]0;a title\x07\x1b]8;;http://example.org\x1b\\a link\x1b]8;;\x1b\\", "a link"),
        ("a\tb", "a       b"),
        ("  indented \x1b[K", "  indented"),
        ("\x1b[2Jbell\x07\x08", "bell"),
        ("evil\u202etxt", "evil txt"),
        ("\x1b", ""),
        ("", ""),
    ],
)
def test_a_line_of_a_log_is_what_a_terminal_ends_up_with(text: str, expected: str) -> None:
    """Without colours, titles and what a carriage return wrote over; its indentation stays."""
    assert log_line(text) == expected


@given(st.text(st.characters()))
def test_a_line_of_a_log_commands_no_terminal(text: str) -> None:
    """Whatever a step of a build prints."""
    assert not {unicodedata.category(character) for character in log_line(text)} & {"Cc", "Cs", "Zl", "Zp"}
