"""The wire format of protobuf, read and written by field numbers: what BuildKit's few messages need.

https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from dockmagic.errors import ProtocolError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Message", "bytes_field", "number_field", "text_field", "varint"]

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_SIZES = {_FIXED64: 8, _FIXED32: 4}
_VARINT_LIMIT = 10  # bytes: 64 bits in groups of seven
_NUMBER_LIMIT = 1 << 29
_MASK = (1 << 64) - 1
_SIGN = 1 << 63

_Value: TypeAlias = int | bytes


class Message:
    """One message, taken apart; a field that is missing or has another type than it is asked for has its default.

    Unknown fields stay unread. As protobuf says, the last of several values counts where one is asked for.
    Raises ProtocolError for what ends in the middle or is no protobuf at all.
    """

    __slots__ = ("_fields",)

    def __init__(self, data: bytes | memoryview) -> None:
        self._fields: dict[int, list[_Value]] = {}
        for number, value in _split(memoryview(data)):
            self._fields.setdefault(number, []).append(value)

    def number(self, field: int) -> int:
        """An unsigned number, 0 if missing."""
        return next((value for value in reversed(self._fields.get(field, [])) if isinstance(value, int)), 0)

    def signed(self, field: int) -> int:
        """An int32 or int64, whose negative values take all ten bytes."""
        value = self.number(field)
        return value - (1 << 64) if value & _SIGN else value

    def flag(self, field: int) -> bool:
        """A bool."""
        return self.number(field) != 0

    def data(self, field: int) -> bytes:
        """Bytes, b"" if missing."""
        return next(reversed(self.each(field)), b"")

    def text(self, field: int) -> str:
        """A string; what is not UTF-8 is replaced, for it is only shown."""
        return self.data(field).decode(errors="replace")

    def texts(self, field: int) -> list[str]:
        """Repeated strings."""
        return [value.decode(errors="replace") for value in self.each(field)]

    def message(self, field: int) -> Message | None:
        """A message inside this one, None if missing."""
        return next((Message(value) for value in reversed(self.each(field))), None)

    def messages(self, field: int) -> list[Message]:
        """Repeated messages."""
        return [Message(value) for value in self.each(field)]

    def each(self, field: int) -> list[bytes]:
        """All the values of a field that have a length."""
        return [value for value in self._fields.get(field, []) if isinstance(value, bytes)]


def varint(value: int) -> bytes:
    """`value` in groups of seven bits, the lowest first; a negative one as 64 bits of two's complement."""
    value &= _MASK
    out = bytearray()
    while value > 0x7F:  # noqa: PLR2004 - seven bits
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number_field(field: int, value: int) -> bytes:
    """A field with a number or a bool; nothing for 0, which is what a missing one means."""
    return varint(field << 3 | _VARINT) + varint(value) if value else b""


def bytes_field(field: int, value: bytes) -> bytes:
    """A field with bytes or a message, an empty one too: inside a message that is not the same as a missing one."""
    return varint(field << 3 | _BYTES) + varint(len(value)) + value


def text_field(field: int, value: bytes) -> bytes:
    """A field with a string that is bytes already; nothing for an empty one."""
    return bytes_field(field, value) if value else b""


def _split(data: memoryview) -> Iterator[tuple[int, _Value]]:
    position = 0
    while position < len(data):
        key, position = _read_varint(data, position)
        number, kind = key >> 3, key & 7
        if not 0 < number < _NUMBER_LIMIT:
            raise _garbage(f"field {number}")
        if kind == _VARINT:
            value, position = _read_varint(data, position)
            yield number, value
            continue
        if kind == _BYTES:
            size, position = _read_varint(data, position)
        elif kind in _SIZES:
            size = _SIZES[kind]
        else:  # the groups of 2001 and what never was anything
            raise _garbage(f"wire type {kind}")
        if size > len(data) - position:
            raise _garbage(f"field {number} has {size} bytes and {len(data) - position} are left")
        piece = bytes(data[position : position + size])
        yield number, piece if kind == _BYTES else int.from_bytes(piece, "little")
        position += size


def _read_varint(data: memoryview, position: int) -> tuple[int, int]:
    value = 0
    for count, byte in enumerate(data[position : position + _VARINT_LIMIT]):
        value |= (byte & 0x7F) << 7 * count
        if byte < 0x80:  # noqa: PLR2004 - the bit that says more follows
            return value & _MASK, position + count + 1
    raise _garbage("a number without an end")


def _garbage(why: str) -> ProtocolError:
    return ProtocolError(f"the engine sent what is no protobuf message: {why}")
