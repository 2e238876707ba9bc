from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockmagic.builder.buildkit.calls import NOT_FOUND, CallError, unary
from dockmagic.builder.buildkit.grpc import HEADERS_LIMIT, MESSAGE_LIMIT, GrpcServer
from dockmagic.builder.buildkit.protobuf import text_field
from dockmagic.errors import ProtocolError, UsageError
from tests.builder.grpc_client import GrpcClient, Reply, framed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockmagic.builder.buildkit.calls import Call, Metadata, Method
    from dockmagic.builder.buildkit.protobuf import Message

ECHO = "/test.Echo/Echo"
REQUEST = text_field(1, b"hello")


class Many:
    """A call that answers with `count` messages of `size` bytes and keeps what happens to it."""

    def __init__(self, count: int, size: int) -> None:
        self.left = count
        self.size = size
        self.received: list[bytes] = []
        self.ended = self.closed = self.waiting = False

    @property
    def finished(self) -> bool:
        """Whether all were given."""
        return self.left == 0 and not self.waiting

    def receive(self, message: bytes) -> None:
        """Keep it."""
        self.received.append(message)

    def end(self) -> None:
        """Note it."""
        self.ended = True

    def next(self) -> bytes | None:
        """One more."""
        if not self.left:
            return None
        self.left -= 1
        return bytes([self.left % 256]) * self.size

    def close(self) -> None:
        """Note it."""
        self.closed = True


def serving(call: Call) -> GrpcServer:
    """A server whose one method is `call`."""
    return GrpcServer({ECHO: lambda _: call})


def echo(request: Message) -> bytes:
    """The request's text."""
    return text_field(1, request.text(1).encode())


def refuse(_: Message) -> bytes:
    """Refuse, in words that a header cannot hold as they are."""
    raise CallError(NOT_FOUND, "50 % of é\nare missing")


def stumble(_: Message) -> bytes:
    """Fail as a service does."""
    raise UsageError("the helper is broken", hint="Mend it.")


METHODS: Mapping[str, Method] = {ECHO: unary(echo), "/t/Refuse": unary(refuse), "/t/Stumble": unary(stumble)}


def test_a_call_is_answered() -> None:
    """Headers, one message, and the status behind it."""
    client = GrpcClient(GrpcServer(METHODS))
    reply = client.replies[client.call(ECHO, REQUEST)]
    assert reply.messages == [REQUEST]
    assert reply.headers == {":status": "200", "content-type": "application/grpc", "grpc-status": "0"}
    assert reply.ended


def test_many_calls_are_answered_over_one_connection() -> None:
    """An engine asks for its session's health every second."""
    client = GrpcClient(GrpcServer(METHODS))
    for _ in range(500):
        assert client.replies[client.call(ECHO, REQUEST)].status == (0, "")


def test_an_unknown_method_is_not_implemented() -> None:
    """Status 12: newer engines ask for what they can do without."""
    client = GrpcClient(GrpcServer(METHODS))
    reply = client.replies[client.call("/moby.filesync.v1.Auth/FetchToken", REQUEST)]
    assert reply.status == (12, "there is no method /moby.filesync.v1.Auth/FetchToken")
    assert (reply.messages, reply.ended) == ([], True)


def test_a_call_may_be_refused_with_a_status_and_words() -> None:
    """The words are quoted, for a header is ASCII."""
    client = GrpcClient(GrpcServer(METHODS))
    reply = client.replies[client.call("/t/Refuse", REQUEST)]
    assert reply.status == (NOT_FOUND, "50 % of é\nare missing")
    assert reply.headers["grpc-message"] == "50 %25 of %C3%A9%0Aare missing"


def test_what_a_service_raises_is_told_to_the_engine_and_reported() -> None:
    """The build fails with those words; the connection lives on."""
    reported: list[Exception] = []
    client = GrpcClient(GrpcServer(METHODS, report=reported.append))
    assert client.replies[client.call("/t/Stumble", REQUEST)].status == (13, "the helper is broken")
    assert [type(error) for error in reported] == [UsageError]
    assert client.replies[client.call(ECHO, REQUEST)].status == (0, "")


def test_a_request_that_is_no_protobuf_ends_its_call_alone() -> None:
    """The next one is answered."""
    client = GrpcClient(GrpcServer(METHODS))
    assert client.replies[client.call(ECHO, b"\xff")].status[0] == 13
    assert client.replies[client.call(ECHO, REQUEST)].status == (0, "")


def test_a_call_without_a_message_is_invalid() -> None:
    """Status 3."""
    client = GrpcClient(GrpcServer(METHODS))
    assert client.replies[client.call(ECHO)].status[0] == 3


@pytest.mark.parametrize(
    ("prefix", "status"), [(struct.pack(">BI", 1, 5), 12), (struct.pack(">BI", 0, MESSAGE_LIMIT + 1), 8)]
)
def test_compressed_and_huge_messages_are_refused(prefix: bytes, status: int) -> None:
    """Before they come: a length alone reserves no memory."""
    client = GrpcClient(GrpcServer(METHODS))
    identity = client.call(ECHO, end=False)
    client.h2.send_data(identity, prefix)
    client.turn()
    assert client.replies[identity].status[0] == status


@given(st.lists(st.binary(max_size=50), max_size=20), st.data())
def test_messages_may_come_in_any_pieces(messages: list[bytes], data: st.DataObject) -> None:
    """Several in one frame, or one in several."""
    call = Many(0, 0)
    call.waiting = True
    client = GrpcClient(serving(call))
    identity = client.call(ECHO, end=False)
    stream = b"".join(struct.pack(">BI", 0, len(message)) + message for message in messages)
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        client.h2.send_data(identity, stream[:size])
        stream = stream[size:]
    client.turn()
    assert call.received == messages


def test_not_more_is_sent_than_the_engine_takes() -> None:
    """Its windows count: of 10 MB nothing waits in memory but one message."""
    call = Many(160, 65536)
    client = GrpcClient(serving(call), greedy=False)
    identity = client.call(ECHO, REQUEST)
    reply = client.replies[identity]
    assert len(reply.data) == 65535
    assert call.left == 159
    client.take(identity, 100_000)
    assert len(reply.data) == 165_535
    assert call.left == 157
    while not reply.ended:
        client.take(identity, 1_000_000)
    assert [len(message) for message in reply.messages] == [65536] * 160


def test_a_window_that_shrinks_below_nothing_is_waited_for() -> None:
    """An engine may change its settings in the middle."""
    client = GrpcClient(serving(Many(2, 60_000)), greedy=False)
    identity = client.call(ECHO, REQUEST)
    client.h2.update_settings({4: 10})  # INITIAL_WINDOW_SIZE: the stream's window is now negative
    client.turn()
    before = len(client.replies[identity].data)
    client.take(identity, 60_000)
    assert len(client.replies[identity].data) == before
    client.take(identity, 60_000)
    assert client.replies[identity].status == (0, "")


def test_calls_take_turns() -> None:
    """A big file holds up no other call."""
    big = Many(100, 65536)
    server = GrpcServer({"/t/Big": lambda _: big, ECHO: unary(echo)})
    client = GrpcClient(server, greedy=False)
    slow = client.call("/t/Big", REQUEST)
    client.h2.increment_flow_control_window(2**30)
    client.h2.increment_flow_control_window(2**30, slow)
    identity = client.h2.get_next_available_stream_id()
    server.receive(client.h2.data_to_send())
    server.output()
    left = big.left
    client.call(ECHO, REQUEST)
    assert client.replies[identity].status == (0, "")
    assert left > 90


def test_a_call_that_is_cancelled_is_closed() -> None:
    """RST_STREAM: nothing more is sent in it, and the files that it read are closed."""
    call = Many(1000, 65536)
    client = GrpcClient(serving(call), greedy=False)
    identity = client.call(ECHO, REQUEST)
    assert not call.closed
    client.h2.reset_stream(identity)
    client.turn()
    left = call.left
    client.h2.increment_flow_control_window(10_000_000)
    client.turn()
    assert (call.closed, call.left) == (True, left)


@pytest.mark.parametrize("path", ["/t/Unknown", "/t/Refuse", ECHO])
def test_a_call_that_is_taken_back_at_once_ends_nothing_else(path: str) -> None:
    """The request and its end come together: the other calls of the connection go on."""
    server = GrpcServer(METHODS)
    client = GrpcClient(server)
    identity = client.h2.get_next_available_stream_id()
    headers = [(":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "localhost")]
    client.h2.send_headers(identity, headers)
    client.h2.send_data(identity, framed(REQUEST))
    client.h2.reset_stream(identity)
    client.replies[identity] = Reply()
    client.turn()
    assert client.replies[client.call(ECHO, REQUEST)].messages == [REQUEST]


def test_an_engine_that_leaves_in_the_middle_of_a_call_is_no_error() -> None:
    """GOAWAY: nothing can be sent any more, not even that a call has failed."""
    server = GrpcServer(METHODS)
    client = GrpcClient(server)
    identity = client.h2.get_next_available_stream_id()
    client.h2.send_headers(identity, [(":method", "POST"), (":scheme", "http"), (":path", "/t/Unknown")])
    client.h2.close_connection()
    server.receive(client.h2.data_to_send())
    assert server.terminated
    server.output()


def test_a_call_that_has_ended_is_closed() -> None:
    """And one that is still open as the connection ends."""
    done, pending = Many(1, 1), Many(1000, 65536)
    GrpcClient(serving(done)).call(ECHO, REQUEST)
    server = serving(pending)
    GrpcClient(server, greedy=False).call(ECHO, REQUEST)
    server.close()
    assert (done.closed, pending.closed) == (True, True)


def test_pings_are_answered() -> None:
    """An engine measures with them how much it may ask for at once."""
    client = GrpcClient(GrpcServer(METHODS))
    client.h2.ping(b"12345678")
    client.server.receive(client.h2.data_to_send())
    assert b"12345678" in client.server.output()


def test_an_engine_that_leaves_says_so() -> None:
    """GOAWAY."""
    client = GrpcClient(GrpcServer(METHODS))
    client.h2.close_connection()
    client.server.receive(client.h2.data_to_send())
    assert client.server.terminated


def test_headers_reach_the_method_as_they_are() -> None:
    """Patterns with blanks at their ends, other alphabets and repeated names; a hundred thousand bytes of them."""
    seen: dict[str, list[bytes]] = {}

    def begin(metadata: Metadata) -> Call:
        seen.update(metadata)
        return Many(1, 1)

    client = GrpcClient(GrpcServer({ECHO: begin}))
    patterns = [b" a ", b"\xc3\xa9", *(b"pattern-%d" % number for number in range(5_000))]
    client.call(ECHO, REQUEST, metadata=[("exclude-patterns", pattern) for pattern in patterns])
    assert seen["exclude-patterns"] == patterns
    assert sum(map(len, patterns)) < HEADERS_LIMIT


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n" * 3,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\1\0\0\0\0\0\1x",  # data in a call that was never begun
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\4\1\5\0\0\0\1\xff\xff\xff\xff",  # headers that hpack does not know
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\x04\0\0\0\0\0" + b"\0\0\4\x08\0\0\0\0\0\0\0\0\0",  # window + 0
    ],
)
def test_what_is_no_http_2_is_refused(data: bytes) -> None:
    """With an error of ours, that quotes no control characters."""
    with pytest.raises(ProtocolError, match="broke the rules of HTTP/2") as raised:
        GrpcServer(METHODS).receive(data)
    assert str(raised.value).isprintable()


@given(st.binary(max_size=300))
def test_no_bytes_at_all_lead_to_another_error(data: bytes) -> None:
    """Behind a good beginning."""
    client = GrpcClient(GrpcServer(METHODS))
    try:
        client.server.receive(data)
    except ProtocolError:
        return
    assert isinstance(client.server.output(), bytes)
