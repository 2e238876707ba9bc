from __future__ import annotations

import contextlib
import signal
import threading
from typing import NamedTuple

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dockmagic.engine.reply import OVERHEAD_LIMIT, Reply


class Case(NamedTuple):
    """The bytes of a reply, and what they mean."""

    raw: bytes
    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[bytes, bytes], ...] = ()
    reason: bytes = b"OK"
    keep_alive: bool = True
    to_head: bool = False
    until_eof: bool = False


VALID = {
    "a length": Case(
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", b"hello", headers=((b"Content-Length", b"5"),)
    ),
    "a length of zero": Case(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", headers=((b"Content-Length", b"0"),)),
    "chunks": Case(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n",
        b"hello0123456789",
        headers=((b"Transfer-Encoding", b"chunked"),),
    ),
    "two codings of which the last is chunked": Case(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked \r\n\r\n2\r\nhi\r\n0\r\n\r\n", b"hi"
    ),
    "codings in two headers": Case(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", b"hi"
    ),
    "trailers are not among the headers": Case(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 1\r\n\r\n",
        b"hi",
        headers=((b"Transfer-Encoding", b"chunked"), (b"Trailer", b"X-Sum")),
    ),
    "until the end of the connection": Case(
        b"HTTP/1.1 200 OK\r\n\r\nhello", b"hello", keep_alive=False, until_eof=True
    ),
    "a raw stream without an upgrade": Case(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n\1\0\0\0\0\0\0\2hi",
        b"\1\0\0\0\0\0\0\2hi",
        keep_alive=False,
        until_eof=True,
    ),
    "HTTP/1.0 with a length": Case(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", b"hi", keep_alive=False),
    "HTTP/1.0 that stays": Case(
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi", b"hi", keep_alive=True
    ),
    "HTTP/1.0 until the end": Case(b"HTTP/1.0 200 OK\r\n\r\nhi", b"hi", keep_alive=False, until_eof=True),
    "a connection that closes": Case(
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi", b"hi", keep_alive=False
    ),
    "no reason": Case(b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", reason=b""),
    "a blank reason": Case(b"HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", reason=b""),
    "a long reason": Case(
        b"HTTP/1.1 404 Not Found At All\r\nContent-Length: 0\r\n\r\n", status=404, reason=b"Not Found At All"
    ),
    "an empty header value": Case(
        b"HTTP/1.1 200 OK\r\nBuilder-Version:\r\nX:  \r\nContent-Length: 0\r\n\r\n",
        headers=((b"Builder-Version", b""), (b"X", b""), (b"Content-Length", b"0")),
    ),
    "header names keep their case and repeat": Case(
        b"HTTP/1.1 200 OK\r\nX-a: 1\r\nx-A: 2\r\nContent-Length: 0\r\n\r\n",
        headers=((b"X-a", b"1"), (b"x-A", b"2"), (b"Content-Length", b"0")),
    ),
    "204 without anything": Case(b"HTTP/1.1 204 No Content\r\n\r\n", status=204, reason=b"No Content"),
    "204 with a length that means nothing": Case(
        b"HTTP/1.1 204 No Content\r\nContent-Length: 7\r\n\r\n", status=204, reason=b"No Content"
    ),
    "204 that claims chunks": Case(
        b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n", status=204, reason=b"No Content"
    ),
    "204 on a connection that closes": Case(
        b"HTTP/1.1 204 No Content\r\nConnection: Close\r\n\r\n", status=204, reason=b"No Content", keep_alive=False
    ),
    "204 with two words about its connection": Case(
        b"HTTP/1.1 204 No Content\r\nConnection: close\r\nConnection: x\r\n\r\n",
        status=204,
        reason=b"No Content",
        keep_alive=False,
    ),
    "204 of HTTP/1.0": Case(b"HTTP/1.0 204 None\r\n\r\n", status=204, reason=b"None", keep_alive=False),
    "304 with the length of what is not sent": Case(
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", status=304, reason=b"Not Modified"
    ),
    "HEAD with the length of what is not sent": Case(
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", to_head=True, headers=((b"Content-Length", b"500"),)
    ),
    "HEAD with chunks that are not sent": Case(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", to_head=True),
    "HEAD without a length": Case(b"HTTP/1.1 200 OK\r\n\r\n", to_head=True),
    "HEAD on a connection that closes": Case(
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", to_head=True, keep_alive=False
    ),
    "HEAD after 100": Case(
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
        to_head=True,
        headers=((b"Content-Length", b"5"),),
    ),
    "1xx before the final one": Case(
        b"HTTP/1.1 100 Continue\r\nX: 1\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: y\r\n\r\n"
        b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nhi",
        b"hi",
        status=201,
        reason=b"Created",
        headers=((b"Content-Length", b"2"),),
    ),
    "blank lines before it": Case(b"\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", b"hi"),
}

INVALID = {
    "garbage": b"\x00\x01\x02garbage\r\n\r\n",
    "HTML without HTTP": b"<html><body>502 Bad Gateway</body></html>",
    "another protocol": b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n",
    "a TLS alert": b"\x15\x03\x01\x00\x02\x02\x46",
    "an HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/2 settings": b"\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x80",
    "HTTP/2.0 in a status line": b"HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\nhi",
    "HTTP/0.9 in a status line": b"HTTP/0.9 200 OK\r\nContent-Length: 2\r\n\r\nhi",
    "HTTP/1.2": b"HTTP/1.2 200 OK\r\nContent-Length: 2\r\n\r\nhi",
    "a status of words": b"HTTP/1.1 OK 200\r\n\r\n",
    "a request": b"GET / HTTP/1.1\r\nHost: d\r\n\r\n",
    "lines that end with LF": b"HTTP/1.1 200 OK\nContent-Length: 2\n\nhi",
    "a folded header": b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 2\r\n\r\nhi",
    "a blank before the colon": b"HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nhi",
    "a header without a colon": b"HTTP/1.1 200 OK\r\nnonsense\r\n\r\n",
    "a NUL in a header": b"HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 2\r\n\r\nhi",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi!",
    "the same length twice": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi",
    "a length and chunks": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks and a length": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n",
    "a negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    "a length with a sign": b"HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nhi",
    "a length past 64 bits": b"HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551617\r\n\r\nhi",
    "a chunk's size in words": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nhi\r\n0\r\n\r\n",
    "a chunk's size with a sign": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\nhi\r\n0\r\n\r\n",
    "a chunk's size past 64 bits": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"f" * 17 + b"\r\nhi",
    "an empty chunk size": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\nhi\r\n0\r\n\r\n",
    "a chunk longer than its size": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhiX\r\n0\r\n\r\n",
    "101 that does not say what it switches to": b"HTTP/1.1 101 Switching Protocols\r\n\r\nraw",
}


def fed(raw: bytes, *, step: int, to_head: bool = False) -> Reply:
    """A reply that got `raw` in pieces of `step` bytes."""
    reply = Reply(to_head=to_head)
    for start in range(0, len(raw), step):
        reply.feed(raw[start : start + step])
    return reply


def check(case: Case, reply: Reply) -> None:
    """Compare everything that is known of a reply."""
    if case.until_eof:
        assert not reply.complete
        reply.end()
    assert (reply.status, reply.reason, reply.take()) == (case.status, case.reason, case.body)
    assert (reply.complete, reply.keep_alive, reply.until_eof) == (True, case.keep_alive, case.until_eof)
    if case.headers:
        assert reply.headers == list(case.headers)


@pytest.mark.parametrize("step", [1, 2, 7, 1_000_000])
@pytest.mark.parametrize("case", VALID.values(), ids=VALID.keys())
def test_a_reply_means_the_same_however_it_is_cut(case: Case, step: int) -> None:
    """A read ends anywhere: between CR and LF, in a status' digits, in a chunk's size."""
    check(case, fed(case.raw, step=step, to_head=case.to_head))


@settings(deadline=None)
@given(st.sampled_from(sorted(VALID)), st.data())
def test_a_reply_means_the_same_with_any_cuts(name: str, data: st.DataObject) -> None:
    """As above, with cuts in random places."""
    case = VALID[name]
    cuts = sorted(data.draw(st.sets(st.integers(1, len(case.raw) - 1), max_size=8)))
    reply = Reply(to_head=case.to_head)
    for start, end in zip([0, *cuts], [*cuts, len(case.raw)], strict=True):
        reply.feed(case.raw[start:end])
    check(case, reply)


@pytest.mark.parametrize("step", [1, 1_000_000])
@pytest.mark.parametrize("raw", INVALID.values(), ids=INVALID.keys())
def test_what_is_no_reply_is_refused_at_once(raw: bytes, step: int) -> None:
    """As soon as the bytes cannot be HTTP, without waiting for more."""
    with pytest.raises(httpx.RemoteProtocolError):
        fed(raw, step=step)


def test_the_error_shows_what_came_instead() -> None:
    """The first 60 bytes say most: HTML, TLS, ssh."""
    with pytest.raises(httpx.RemoteProtocolError, match=r"b'<html>nope'"):
        Reply().feed(b"<html>nope")


@settings(deadline=None)
@given(st.binary(max_size=200), st.booleans(), st.integers(1, 50))
@example(b"HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n\0\1", False, 1)  # noqa: FBT003
def test_arbitrary_bytes_raise_nothing_but_a_protocol_error(raw: bytes, to_head: bool, step: int) -> None:  # noqa: FBT001
    """Whatever a peer sends."""
    with contextlib.suppress(httpx.RemoteProtocolError):
        fed(raw, step=step, to_head=to_head).end()


@settings(deadline=None)
@given(st.sampled_from(sorted(VALID)), st.data())
def test_a_reply_with_a_byte_changed_raises_nothing_but_a_protocol_error(name: str, data: st.DataObject) -> None:
    """Nearly HTTP is where a parser's corners are."""
    raw = bytearray(VALID[name].raw)
    raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(httpx.RemoteProtocolError):
        fed(bytes(raw), step=data.draw(st.integers(1, 30))).end()


@pytest.mark.parametrize("name", [name for name, case in VALID.items() if not case.until_eof])
def test_a_reply_that_is_cut_short_anywhere_is_an_error(name: str) -> None:
    """A truncated length, a chunk without its end, a missing last chunk, a missing last line: none passes as whole."""
    case = VALID[name]
    for size in range(len(case.raw)):
        reply = fed(case.raw[:size], step=1_000_000, to_head=case.to_head) if size else Reply(to_head=case.to_head)
        assert not reply.complete
        with pytest.raises(httpx.RemoteProtocolError, match="was closed"):
            reply.end()


def test_no_byte_at_all_is_told_apart_from_a_reply_that_was_cut() -> None:
    """Only the first may be asked again."""
    reply = Reply()
    with pytest.raises(httpx.RemoteProtocolError, match="without a reply"):
        reply.end()
    assert not reply.seen


@pytest.mark.parametrize("step", [1, 1_000_000])
def test_a_second_reply_nobody_asked_for_leaves_the_first_one_whole(step: int) -> None:
    """The connection is not to be used again: the next request would get the second one."""
    reply = Reply()
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi" + b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"
    for start in range(0, len(raw), step):
        reply.feed(raw[start : start + step])
    assert (reply.status, reply.take(), reply.complete, reply.keep_alive) == (200, b"hi", True, False)
    assert reply.headers == [(b"Content-Length", b"2")]


@pytest.mark.parametrize("extra", [b"H", b"x", b"\0", b"HTTP/1.1 204 No\r\n\r\n", b"<html>"])
@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
    ],
)
def test_bytes_behind_a_whole_reply_forbid_to_use_the_connection_again(raw: bytes, extra: bytes) -> None:
    """Even a single one, and also where a status has no body whatever its length says."""
    reply = Reply()
    reply.feed(raw + extra)
    assert (reply.complete, reply.keep_alive) == (True, False)


@pytest.mark.parametrize("extra", [b"hello", b"0\r\n", b"5\r\n", b"5\r\nhello\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
@pytest.mark.parametrize("framing", [b"Content-Length: 5", b"Transfer-Encoding: chunked", b"X: y"])
def test_a_body_behind_the_head_of_a_heads_reply_is_thrown_away(framing: bytes, extra: bytes) -> None:
    """A server that sends it has not understood HEAD; what else is on the way would be the next reply."""
    reply = Reply(to_head=True)
    reply.feed(b"HTTP/1.1 200 OK\r\n" + framing + b"\r\n\r\n" + extra)
    assert (reply.complete, reply.take()) == (True, b"")
    assert not reply.keep_alive or extra.endswith(b"\r\n\r\n")


HEADERS_AT_ONCE = {"headers": b"X: " + b"x" * 1000 + b"\r\n", "one header": b"x" * 1000}


@pytest.mark.parametrize("line", HEADERS_AT_ONCE.values(), ids=HEADERS_AT_ONCE.keys())
def test_a_hundred_megabytes_of_headers_are_refused_early(line: bytes) -> None:
    """Llhttp knows no limit; 256 KiB and one read more is all that is taken in."""
    reply, taken = Reply(), 0
    block = line * 65

    def flood() -> None:
        nonlocal taken
        reply.feed(b"HTTP/1.1 200 OK\r\nX: ")
        while taken < 100 * 1024 * 1024:
            taken += len(block)
            reply.feed(block)

    with pytest.raises(httpx.RemoteProtocolError, match="bytes of headers"):
        flood()
    assert taken <= OVERHEAD_LIMIT + 65536 + len(block)


@pytest.mark.parametrize(
    ("start", "more"),
    [
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n", b"X: y\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;", b"x=y;"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"", b"\r\n"),
        (b"HTTP/1.1 200 ", b"OK"),
    ],
    ids=["trailers", "a chunk's extension", "a chunk's size", "1xx", "blank lines", "the reason"],
)
def test_what_never_becomes_a_body_is_refused_early_too(start: bytes, more: bytes) -> None:
    """All of it can be sent without an end."""
    reply, block = Reply(), more * (8192 // len(more))

    def flood() -> None:
        reply.feed(start + more)
        for _ in range(1000):
            reply.feed(block)

    with pytest.raises(httpx.RemoteProtocolError):
        flood()


def test_a_long_body_in_small_pieces_is_not_taken_for_headers() -> None:
    """A stream of events may last for days."""
    reply = Reply()
    reply.feed(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(2 * OVERHEAD_LIMIT // 40):
        reply.feed(b"22\r\n" + b"x" * 33 + b"\n\r\n")
        assert len(reply.take()) == 34


UPGRADE = b"HTTP/1.1 101 UPGRADED\r\nContent-Type: application/x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"


@pytest.mark.parametrize("rest", [b"", b"\x01\x00raw", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_an_upgrade_hands_on_what_followed_in_the_same_segment(rest: bytes) -> None:
    """The first words of a process often come together with the head."""
    reply = Reply()
    reply.feed(UPGRADE + rest)
    assert (reply.status, reply.upgraded, reply.complete, reply.rest) == (101, True, True, rest)
    assert not reply.keep_alive, "an upgraded connection speaks HTTP no more"


def test_an_upgrade_byte_by_byte_ends_at_its_head() -> None:
    """Nothing of the raw stream is read by the parser."""
    reply = fed(UPGRADE, step=1)
    assert (reply.upgraded, reply.rest, reply.keep_alive) == (True, b"", False)


def test_an_upgrade_after_100_is_one() -> None:
    """The interim reply changes nothing."""
    reply = Reply()
    reply.feed(b"HTTP/1.1 100 Continue\r\n\r\n" + UPGRADE + b"raw")
    assert (reply.status, reply.upgraded, reply.rest) == (101, True, b"raw")


def test_an_upgrade_header_with_another_status_switches_nothing() -> None:
    """An engine that does not know the protocol answers 200 and an offer."""
    reply = Reply()
    reply.feed(b"HTTP/1.1 200 OK\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\nhi")
    assert (reply.status, reply.upgraded, reply.take()) == (200, False, b"hi")


@pytest.mark.parametrize("where", ["on_header", "on_status", "on_headers_complete", "on_message_complete"])
def test_an_interrupt_inside_the_parser_stays_an_interrupt(where: str) -> None:
    """Httptools wraps what its callbacks raise, an interrupt too, and forgets it with the next call."""

    class Interrupted(Reply):
        def interrupt(self, *_: object) -> None:
            raise KeyboardInterrupt

    setattr(Interrupted, where, Interrupted.interrupt)
    with pytest.raises(KeyboardInterrupt):
        Interrupted().feed(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")


def test_a_real_signal_inside_the_parser_stays_an_interrupt() -> None:
    """The signal arrives while llhttp calls back, as in a cell that is stopped."""

    class Signalled(Reply):
        def on_header(self, name: bytes, value: bytes) -> None:
            signal.pthread_kill(threading.get_ident(), signal.SIGINT)
            super().on_header(name, value)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            Signalled().feed(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
    finally:
        signal.signal(signal.SIGINT, before)


def test_the_body_is_taken_once_and_in_order() -> None:
    """Pieces that came in one read are one piece."""
    reply = Reply()
    reply.feed(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n")
    assert (reply.take(), reply.take()) == (b"ab", b"")
