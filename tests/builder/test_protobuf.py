from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockmagic.builder.buildkit.protobuf import Message, bytes_field, number_field, text_field, varint
from dockmagic.errors import ProtocolError


@pytest.mark.parametrize(
    ("value", "encoded"), [(0, "00"), (1, "01"), (127, "7f"), (128, "8001"), (150, "9601"), (-1, "ff" * 9 + "01")]
)
def test_a_number_is_written_in_groups_of_seven_bits(value: int, encoded: str) -> None:
    """The examples of protobuf's own description; -1 is 64 ones."""
    assert varint(value) == bytes.fromhex(encoded)


@given(st.integers(1, 2**29 - 1), st.integers(-(2**63), 2**63 - 1))
def test_a_number_that_was_written_is_read_again(field: int, value: int) -> None:
    """Of any size, in any field."""
    assert Message(number_field(field, value)).signed(field) == value


@given(st.integers(1, 2**29 - 1), st.lists(st.binary()))
def test_bytes_that_were_written_are_read_again(field: int, values: list[bytes]) -> None:
    """Each of a repeated field, empty ones too."""
    message = Message(b"".join(bytes_field(field, value) for value in values))
    assert message.each(field) == values
    assert message.data(field) == (values[-1] if values else b"")


def test_what_is_missing_has_its_default() -> None:
    """As protobuf says: nothing is on the wire of a value that is empty."""
    message = Message(number_field(1, 0) + text_field(2, b""))
    assert (message.number(1), message.signed(1), message.flag(1)) == (0, 0, False)
    assert (message.data(2), message.text(2), message.texts(2)) == (b"", "", [])
    assert (message.message(3), message.messages(3)) == (None, [])


def test_of_several_values_the_last_counts() -> None:
    """Where one is asked for."""
    message = Message(number_field(1, 5) + number_field(1, 6) + text_field(2, b"a") + text_field(2, b"b"))
    assert (message.number(1), message.text(2), message.texts(2)) == (6, "b", ["a", "b"])


def test_a_field_of_another_type_than_expected_is_unknown() -> None:
    """A newer engine may have given its number away; the rest of the message is read."""
    message = Message(text_field(1, b"text") + number_field(2, 7) + number_field(3, 9))
    assert (message.number(1), message.text(2), message.number(3)) == (0, "", 9)


def test_numbers_of_a_fixed_size_are_read_and_passed_over() -> None:
    """32 and 64 bits, the lowest byte first."""
    message = Message(bytes.fromhex("0d01000000110200000000000000") + number_field(3, 9))
    assert (message.number(1), message.number(2), message.number(3)) == (1, 2, 9)


def test_messages_lie_in_messages() -> None:
    """An empty one is there all the same."""
    message = Message(bytes_field(1, number_field(1, 3)) + bytes_field(2, b""))
    inner, empty = message.message(1), message.message(2)
    assert inner is not None
    assert empty is not None
    assert (inner.number(1), empty.number(1)) == (3, 0)


def test_text_that_is_not_utf_8_is_shown_as_well_as_it_can_be() -> None:
    """A log of a step may hold anything."""
    assert Message(text_field(1, b"a\xffb")).text(1) == "a\ufffdb"


@pytest.mark.parametrize(
    "data",
    [
        b"\x08",  # a number that does not come
        b"\x08\xff",  # nor end
        b"\x08" + b"\xff" * 11,  # nor ever
        b"\x0a\x05abc",  # five bytes that are three
        b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",  # 16 exabytes
        b"\x0d\x01\x02",  # four bytes that are two
        b"\x0b\x0c",  # a group
        b"\x0f\x00",  # a type that there is not
        b"\x00\x00",  # a field without a number
    ],
)
def test_what_is_no_protobuf_is_refused(data: bytes) -> None:
    """At once, and whatever size it says it has."""
    with pytest.raises(ProtocolError, match="no protobuf message"):
        Message(data)


@given(st.binary(max_size=200))
def test_no_bytes_at_all_lead_to_another_error(data: bytes) -> None:
    """What an engine sends is read, or refused."""
    try:
        message = Message(data)
    except ProtocolError:
        return
    assert message.number(1) >= 0
