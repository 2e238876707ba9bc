"""Hidden: values that are known are in no text that is shown, however they come."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dockmagic.builder.hidden import NOTHING, Hidden
from dockmagic.masking import MASK

KEY = b"-----BEGIN KEY-----\nMIIEpAIBAAKCAQEA\nAw==\n-----END KEY-----\n"


def told(hidden: Hidden, *pieces: bytes) -> bytes:
    """What comes of pieces that follow each other."""
    ready, rest = b"", b""
    for piece in pieces:
        more, rest = hidden.divided(rest + piece)
        ready += more
    return ready + hidden.data(rest)


@pytest.mark.parametrize(
    ("value", "text", "expected"),
    [
        (b"hunter2", "it is hunter2.", f"it is {MASK}."),
        (b"hunter2\n", "hunter2hunter2", MASK + MASK),
        (b"hunter2", "hunter", "hunter"),
        (b"abab", "xababab", f"x{MASK}"),
        ("pässword".encode(), "the pässword", f"the {MASK}"),
        (KEY, KEY.decode(), f"{MASK}\n{MASK}\n{MASK}\n{MASK}\n"),
        (b"A=1\r\nAPI_KEY=sesame-open\r\n", "the key is sesame-open", f"the key is {MASK}"),
        (b'{\n  "auth": "bW9ieTpzZXNhbWU="\n}', "Basic bW9ieTpzZXNhbWU=", f"Basic {MASK}"),
        (b"//npm.example/:_authToken=npm_0123456789", "token npm_0123456789", f"token {MASK}"),
        (b"no", "no, there is nothing", "no, there is nothing"),
        (b"", "nothing", "nothing"),
    ],
)
def test_a_value_is_masked_wherever_it_stands(value: bytes, text: str, expected: str) -> None:
    """Each of its lines too, and what a line assigns; what is too short to be told from other words is not."""
    assert Hidden([value]).text(text) == expected


def test_halves_of_characters_are_kept() -> None:
    """An engine may send them in JSON."""
    assert Hidden([b"hunter2"]).text("\ud800 hunter2") == f"\ud800 {MASK}"


def test_it_does_not_tell_what_it_hides() -> None:
    """In a traceback, say."""
    assert repr(Hidden([b"hunter2"])) == "<Hidden 1>"
    assert not NOTHING
    assert NOTHING.divided(b"any") == (b"any", b"")


@pytest.mark.parametrize("cut", range(len("so hunter2 it is")))
def test_a_value_is_found_that_comes_in_two_pieces(cut: int) -> None:
    """Wherever the cut is."""
    data = b"so hunter2 it is"
    assert told(Hidden([b"hunter2"]), data[:cut], data[cut:]) == f"so {MASK} it is".encode()


def test_only_what_may_be_a_beginning_waits() -> None:
    """A line that has ended does not, nor does what is no value's beginning."""
    hidden = Hidden([b"hunter2"])
    assert hidden.divided(b"one\nhunt\n") == (b"one\nhunt\n", b"")
    assert hidden.divided(b"one\nhunt") == (b"one\n", b"hunt")
    assert hidden.divided(b"hunted") == (b"hunted", b"")


VALUES = st.lists(st.text("ab", min_size=4, max_size=6).map(str.encode), min_size=1, max_size=3)


@given(values=VALUES, pieces=st.lists(st.text("ab\n", max_size=8).map(str.encode), max_size=6))
@example(values=[b"abab", b"ababba"], pieces=[b"abab", b"ba"])
@example(values=[b"abab"], pieces=[b"aba", b"", b"b"])
def test_no_value_is_left_in_pieces_of_any_size(values: list[bytes], pieces: list[bytes]) -> None:
    """Though values overlap and are in each other; and what has none in it is left as it is."""
    whole = b"".join(pieces)
    shown = told(Hidden(values), *pieces)
    assert not any(value in part for value in values for part in shown.split(MASK.encode()))
    if not any(value in whole for value in values):
        assert shown == whole


def test_a_long_value_and_many_of_them_are_found_in_pieces() -> None:
    """A secret may have half a megabyte, in one line or in thousands; a step may write as much without a newline."""
    long = bytes(range(1, 10)) + b"long" * 100_000
    many = b"".join(b"line %d of many\n" % number for number in range(1000))
    hidden = Hidden([long, many])
    assert told(hidden, b"so ", long[:70_000], long[70_000:], b" it is") == f"so {MASK} it is".encode()
    assert told(hidden, b"so line 7", b"77 of many") == f"so {MASK}".encode()
    filler = b"x" * 50_000
    assert told(hidden, filler, filler) == filler + filler
