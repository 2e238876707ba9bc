from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockmagic.engine.wire import Outgoing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


def sent(method: str = "POST", url: str = "http://docker/x", **options: Any) -> list[bytes]:
    """The blocks that go on the wire."""
    return list(Outgoing.of(httpx.Request(method, url, **options)).blocks())


def body_of(blocks: list[bytes]) -> bytes:
    """What follows the head."""
    return b"".join(blocks).partition(b"\r\n\r\n")[2]


def test_a_request_is_its_head_with_the_names_as_they_were_given() -> None:
    """Order and case of headers are kept; a GET without a body has nothing behind them."""
    request = httpx.Request("GET", "http://docker/_ping?a=1", headers=[("Host", "docker"), ("X-Evil-NOT", "1")])
    outgoing = Outgoing.of(request)
    assert outgoing.head == b"GET /_ping?a=1 HTTP/1.1\r\nHost: docker\r\nX-Evil-NOT: 1\r\n\r\n"
    assert list(outgoing.blocks()) == [outgoing.head]
    assert not outgoing.has_body


@pytest.mark.parametrize("method", ["GET\r\nX: y", "GE T", "", "GÉT", "GET\0"])
def test_a_method_that_would_break_out_of_the_first_line_is_refused(method: str) -> None:
    """Nobody else looks at it: httpx does not, and h11, which did, is not in between."""
    with pytest.raises(httpx.LocalProtocolError, match="illegal method"):
        sent(method)


@pytest.mark.parametrize("name", [b"X\r\nEvil", b"X Y", b"X:", b"", b"X\0", b"\xff"])
def test_a_header_name_that_is_no_token_is_refused(name: bytes) -> None:
    """A name with a colon or a line's end would be a second header."""
    with pytest.raises(httpx.LocalProtocolError, match="illegal header"):
        sent(headers=[(name, b"1")])


@pytest.mark.parametrize("value", ["a\r\nEvil: 1", "a\nEvil: 1", "a\rb", "a\0b"])
def test_a_header_value_with_a_line_end_is_refused(value: str) -> None:
    """It would smuggle a header or a whole second request."""
    with pytest.raises(httpx.LocalProtocolError, match="illegal header"):
        sent(headers={"X": value})


def test_header_values_may_hold_tabs_and_bytes_beyond_ascii() -> None:
    """Only what ends a line is dangerous."""
    (head,) = sent("GET", headers=[(b"X", "a\tü".encode())])
    assert b"X: a\t\xc3\xbc\r\n" in head


@pytest.mark.parametrize("target", [b"/x\r\nEvil: 1", b"/x y", b"/x\0", b"", b"/\xff"])
def test_a_target_that_would_break_out_of_the_first_line_is_refused(target: bytes) -> None:
    """URLs are quoted by httpx; this is the second lock on that door."""

    class Unquoted(httpx.URL):
        @property
        def raw_path(self) -> bytes:
            return target

    request = httpx.Request("GET", "http://docker/")
    request.url = Unquoted("http://docker/")
    with pytest.raises(httpx.LocalProtocolError, match="illegal characters"):
        Outgoing.of(request)


def test_what_stands_in_a_url_cannot_break_out_of_the_first_line() -> None:
    """Blanks and line ends are quoted by httpx before we see them."""
    (head,) = sent("GET", "http://docker/a b?c=%0d%0aEvil: 1")
    assert head.startswith(b"GET /a%20b?c=%0d%0aEvil:%201 HTTP/1.1\r\n")


def test_a_small_body_leaves_together_with_the_head() -> None:
    """One send, one packet."""
    (block,) = sent(content=b"abc")
    assert block.startswith(b"POST /x HTTP/1.1\r\n")
    assert block.endswith(b"Content-Length: 3\r\n\r\nabc")


def test_a_large_body_is_not_copied_behind_the_head() -> None:
    """An archive in memory is sent from where it lies."""
    body = b"x" * 1_000_000
    head, block = sent(content=body)
    assert head.endswith(b"\r\n\r\n")
    assert block is body


def test_empty_blocks_of_a_generator_do_not_end_a_chunked_body() -> None:
    """An empty chunk is the end of the message; a generator that yields b"" goes on."""
    blocks = sent(content=iter([b"", b"abc", b"", b"0123456789abcdef", b""]))
    assert body_of(blocks) == b"3\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n"


def test_a_generator_without_blocks_is_an_empty_chunked_body() -> None:
    """The end is said even if there was nothing."""
    assert body_of(sent(content=iter([]))) == b"0\r\n\r\n"


def test_empty_blocks_before_a_counted_body_change_nothing() -> None:
    """With a length blocks may be cut anywhere."""
    assert body_of(sent(content=iter([b"", b"ab", b"", b"c"]), headers={"Content-Length": "3"})) == b"abc"


@pytest.mark.parametrize("blocks", [[], [b"ab"], [b"", b"a", b"b"]])
def test_a_body_shorter_than_its_length_is_refused(blocks: list[bytes]) -> None:
    """Nobody else counts; the engine would wait for the rest for ever."""
    with pytest.raises(httpx.LocalProtocolError, match="shorter than its Content-Length"):
        sent(content=iter(blocks), headers={"Content-Length": "3"})


@pytest.mark.parametrize("blocks", [[b"abcd"], [b"abc", b"d"], [b"abc", b"", b"d"]])
def test_a_body_longer_than_its_length_is_refused_before_it_is_too_long_on_the_wire(blocks: list[bytes]) -> None:
    """What came too much would be read as the next request."""
    written = []
    outgoing = Outgoing.of(httpx.Request("POST", "http://d/", content=iter(blocks), headers={"Content-Length": "3"}))
    with pytest.raises(httpx.LocalProtocolError, match="longer than its Content-Length"):  # noqa: PT012
        for block in outgoing.blocks():
            written.append(block)  # noqa: PERF402 - what was written before it raised
    assert len(body_of(written)) <= 3


@pytest.mark.parametrize("content", [b"abc", iter([b"", b"abc"])])
def test_a_body_with_a_length_of_zero_is_refused(content: bytes | Iterator[bytes]) -> None:
    """It must not vanish silently."""
    with pytest.raises(httpx.LocalProtocolError, match="longer than its Content-Length"):
        sent(content=content, headers={"Content-Length": "0"})


@pytest.mark.parametrize("length", ["-1", "1_0", "+3", "3, 3", "three", "0x3", " 3", "3" * 40])
def test_a_length_that_is_no_plain_number_is_refused(length: str) -> None:
    """Python's int() is more generous than HTTP."""
    with pytest.raises(httpx.LocalProtocolError, match="illegal Content-Length"):
        sent(content=iter([b"abc"]), headers={"Content-Length": length})


@pytest.mark.parametrize(
    "headers",
    [
        {"Transfer-Encoding": "gzip"},
        {"Transfer-Encoding": "gzip, chunked"},
        {"Transfer-Encoding": "identity"},
        {"Transfer-Encoding": "chunked", "Content-Length": "3"},
    ],
)
def test_a_body_whose_end_two_readers_could_see_in_two_places_is_refused(headers: dict[str, str]) -> None:
    """https://www.rfc-editor.org/rfc/rfc9112#section-6.3: this is how requests are smuggled."""
    with pytest.raises(httpx.LocalProtocolError, match="unclear where the body ends"):
        sent(content=iter([b"abc"]), headers=headers)


def test_a_post_without_a_body_says_so() -> None:
    """Some proxies want a length with every POST."""
    (head,) = sent()
    assert head.endswith(b"Content-Length: 0\r\n\r\n")


def test_what_a_generator_raises_passes_through_untouched() -> None:
    """The caller's own error is the caller's."""

    def failing() -> Iterator[bytes]:
        yield b"abc"
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        sent(content=failing())


def test_only_bytes_in_memory_can_be_sent_twice() -> None:
    """A generator is spent by the first attempt."""
    assert Outgoing.of(httpx.Request("GET", "http://d/")).repeatable
    assert Outgoing.of(httpx.Request("POST", "http://d/", content=b"abc")).repeatable
    assert not Outgoing.of(httpx.Request("POST", "http://d/", content=iter([b"abc"]))).repeatable


def test_a_body_that_needs_an_event_loop_is_refused() -> None:
    """Iterating it here would never end."""

    async def blocks() -> AsyncIterator[bytes]:
        yield b"abc"

    with pytest.raises(httpx.LocalProtocolError, match="event loop"):
        sent(content=blocks())


@settings(deadline=None)
@given(st.lists(st.binary(max_size=40), max_size=6), st.booleans())
def test_a_body_arrives_as_it_was_given(blocks: list[bytes], counted: bool) -> None:  # noqa: FBT001
    """However a generator cuts it, and in both framings."""
    whole = b"".join(blocks)
    if counted and whole:
        assert body_of(sent(content=iter(blocks), headers={"Content-Length": str(len(whole))})) == whole
        return
    left, found = body_of(sent(content=iter(blocks))), b""
    while not left.startswith(b"0\r\n"):
        size, _, left = left.partition(b"\r\n")
        found, left = found + left[: int(size, 16)], left[int(size, 16) + 2 :]
    assert (found, left) == (whole, b"0\r\n\r\n")
