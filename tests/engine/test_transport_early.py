from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.engine.scripted import PATIENCE, PROMPT, always, client_of, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.engine.scripted import Kind, Peer

KINDS: tuple[Kind, ...] = ("unix", "tcp", "tls")
REFUSAL = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 7\r\n\r\nno such"
POLITE_REFUSAL = REFUSAL.replace(b"Connection: close\r\n", b"")
MEGABYTE = bytes(1024 * 1024)


def upload(megabytes: int = 50) -> Iterator[bytes]:
    """A body that fits into no buffer."""
    for _ in range(megabytes):
        yield MEGABYTE


@pytest.mark.parametrize("kind", KINDS)
def test_a_refusal_in_the_middle_of_an_upload_is_the_answer(kind: Kind, tls_files: Path) -> None:
    """An engine answers /build with 400 before it has read the context, and closes."""

    def refuse(peer: Peer) -> None:
        peer.head()
        peer.send(REFUSAL)

    with serving(refuse, kind=kind, tls=tls_files) as server, client_of(server) as client:
        answer = client.post("/build", content=upload())
        assert (answer.status_code, answer.text) == (400, "no such")


@pytest.mark.parametrize("piecewise", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_a_refusal_is_read_at_once_though_the_engine_neither_reads_nor_closes(
    kind: Kind,
    piecewise: bool,  # noqa: FBT001
    tls_files: Path,
) -> None:
    """Whoever sends all first and reads then sits there until the write times out."""

    def refuse_and_sit(peer: Peer) -> None:
        peer.head()
        peer.send(REFUSAL, piecewise=piecewise)
        assert answered.wait(PATIENCE)

    answered = threading.Event()
    with serving(refuse_and_sit, kind=kind, tls=tls_files) as server, client_of(server) as client:
        start = time.monotonic()
        answer = client.post("/build", content=upload())
        assert (answer.status_code, answer.text) == (400, "no such")
        assert time.monotonic() - start < PROMPT
        answered.set()


@pytest.mark.skipif(not hasattr(socket, "TCP_CORK"), reason="only Linux sends several records as one segment on demand")
def test_a_refusal_of_several_tls_records_in_one_segment_is_read_at_once(tls_files: Path) -> None:
    """One read of the socket takes them all: it cannot be read any more, and still there is something to read."""

    def refuse_and_sit(peer: Peer) -> None:
        peer.head()
        peer.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
        peer.send(REFUSAL, piecewise=True)
        peer.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 0)
        assert answered.wait(PATIENCE)

    answered = threading.Event()
    with serving(refuse_and_sit, kind="tls", tls=tls_files) as server, client_of(server) as client:
        start = time.monotonic()
        assert client.post("/build", content=upload()).status_code == 400
        assert time.monotonic() - start < PROMPT
        answered.set()


@pytest.mark.parametrize("kind", KINDS)
def test_a_connection_on_which_half_a_request_was_sent_is_never_kept(kind: Kind, tls_files: Path) -> None:
    """Even if the reply allows it: the next request would be read as the rest of the body."""

    def refuse_and_sit(peer: Peer) -> None:
        peer.head()
        peer.send(POLITE_REFUSAL)
        peer.until_end()

    with serving(refuse_and_sit, always(), kind=kind, tls=tls_files) as server, client_of(server) as client:
        assert client.post("/build", content=upload()).status_code == 400
        assert client.get("/").text == "ok"
        assert server.connections == 2


@pytest.mark.parametrize("kind", KINDS)
def test_an_early_success_does_not_end_the_upload(kind: Kind, tls_files: Path) -> None:
    """Progress may be told while the body is still being read: both directions flow."""

    def report_while_reading(peer: Peer) -> None:
        peer.head()
        peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nbegun\r\n")
        for size in peer._chunks():
            received.append(len(size))
            peer.send(b"1\r\n.\r\n")
        peer.send(b"4\r\ndone\r\n0\r\n\r\n")
        peer.until_end()

    received: list[int] = []
    with serving(report_while_reading, kind=kind, tls=tls_files) as server, client_of(server) as client:
        answer = client.post("/build", content=upload(20))
        assert answer.text == "begun" + "." * 20 + "done"
        assert sum(received) == 20 * len(MEGABYTE)


def test_waiting_after_an_early_success_costs_no_cpu() -> None:
    """Whoever does not take the early reply in is told without an end that the socket can be read."""
    with serving(answer_and_stall) as server, client_of(server, timeout=0.3) as client:
        start = time.thread_time()
        with pytest.raises(httpx.WriteTimeout):
            client.post("/build", content=upload())
        assert time.thread_time() - start < 0.1


def answer_and_stall(peer: Peer) -> None:
    """Begin to answer and read no more until the client has gone."""
    peer.head()
    peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    time.sleep(0.5)


def test_an_early_answer_without_an_end_is_refused() -> None:
    """What cannot be handed on before the body is sent must be kept, and is limited."""

    def flood(peer: Peer) -> None:
        peer.head()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n")
        while True:
            peer.send(MEGABYTE)

    with (
        serving(flood) as server,
        client_of(server) as client,
        pytest.raises(httpx.RemoteProtocolError, match="long answer before"),
    ):
        client.post("/build", content=upload(2000))


def test_switching_protocols_before_the_request_is_read_is_an_error() -> None:
    """What would be HTTP and what raw bytes could not be told any more."""

    def switch(peer: Peer) -> None:
        peer.head()
        peer.send(b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")
        peer.until_end()

    with (
        serving(switch) as server,
        client_of(server) as client,
        pytest.raises(httpx.RemoteProtocolError, match="before it had read the request"),
    ):
        client.post("/session", content=upload())


def turn_deaf(peer: Peer, reply: bytes) -> None:
    """Read no more, so that sending fails, and only then answer and close."""
    peer.exactly(1)
    peer.sock.shutdown(socket.SHUT_RD)
    peer.until_end()  # what had come before: now there is room again, and the next send fails
    time.sleep(0.1)
    peer.send(reply)


def requests() -> dict[str, dict[str, object]]:
    """Requests that fit into no buffer, by their body or by their head alone."""
    return {
        "body": {"content": upload(3)},
        "bytes": {"content": MEGABYTE * 3},
        "head": {"headers": {"X": "x" * 2_000_000}},
    }


@pytest.mark.parametrize("part", ["body", "bytes", "head"])
def test_a_reply_is_found_behind_a_send_that_failed(part: str) -> None:
    """EPIPE says that the engine reads no more; why, it has said or will say."""
    with serving(lambda peer: turn_deaf(peer, POLITE_REFUSAL), always()) as server, client_of(server) as client:
        answer = client.post("/build", **requests()[part])  # type: ignore[arg-type]
        assert (answer.status_code, answer.text) == (400, "no such")
        assert client.get("/").text == "ok"
        assert server.connections == 2, "a connection on which a send failed is never kept"


@pytest.mark.parametrize("part", ["body", "bytes", "head"])
def test_a_reply_without_a_length_is_not_whole_after_a_send_that_failed(part: str) -> None:
    """On TCP the failed send has eaten the reset, and what comes after is a clean end in the middle of the reply."""
    cut = b"HTTP/1.1 400 Bad Request\r\n\r\nhalf of wh"
    with (
        serving(lambda peer: turn_deaf(peer, cut)) as server,
        client_of(server) as client,
        pytest.raises(httpx.RemoteProtocolError, match="in the middle of a reply"),
    ):
        client.post("/build", **requests()[part])  # type: ignore[arg-type]


@pytest.mark.parametrize("part", ["body", "bytes", "head"])
def test_a_send_that_failed_without_a_reply_is_told_with_its_cause(part: str) -> None:
    """EPIPE is what happened."""
    with serving(lambda peer: turn_deaf(peer, b"")) as server, client_of(server) as client:
        with pytest.raises(httpx.WriteError, match="Broken pipe") as caught:
            client.post("/build", **requests()[part])  # type: ignore[arg-type]
        assert isinstance(caught.value.__cause__, BrokenPipeError)


def test_a_reset_behind_a_whole_reply_does_not_spoil_it() -> None:
    """On a unix socket an end with bytes unread comes as ECONNRESET, after all that was sent."""
    body = b"x" * 150_000

    def refuse(peer: Peer) -> None:
        peer.exactly(10)
        peer.send(b"HTTP/1.1 500 No\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    with serving(refuse) as server, client_of(server) as client:
        answer = client.post("/build", content=upload(3))
        assert (answer.status_code, answer.content) == (500, body)


@pytest.mark.parametrize("kind", KINDS)
def test_an_upload_that_nobody_reads_times_out(kind: Kind, tls_files: Path) -> None:
    """The limit counts from the last byte that was taken."""
    with (
        serving(lambda peer: time.sleep(0.3), kind=kind, tls=tls_files) as server,
        client_of(server, timeout=0.1) as client,
        pytest.raises(httpx.WriteTimeout),
    ):
        client.post("/build", content=upload())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("counted", [False, True])
def test_a_body_whose_generator_raises_closes_the_connection(kind: Kind, counted: bool, tls_files: Path) -> None:  # noqa: FBT001
    """The engine sees an end in the middle of the request; the caller sees the error as it was raised."""

    def failing() -> Iterator[bytes]:
        yield MEGABYTE
        raise KeyError("mine")

    def read(peer: Peer) -> None:
        peer.until_end()
        ended.set()

    ended = threading.Event()
    headers = {"Content-Length": "9999999"} if counted else {}
    with serving(read, always(), kind=kind, tls=tls_files) as server, client_of(server) as client:
        with pytest.raises(KeyError, match="mine"):
            client.post("/build", content=failing(), headers=headers)
        assert ended.wait(PATIENCE)
        assert client.get("/").text == "ok"


@pytest.mark.parametrize("blocks", [[b"ab"], [b"abcd"]], ids=["too short", "too long"])
def test_a_body_that_does_not_fit_its_length_closes_the_connection(blocks: list[bytes]) -> None:
    """Too long, and the rest would be the next request; too short, and the next request would be the rest."""
    received = []

    def read(peer: Peer) -> None:
        received.append(peer.until_end())

    with serving(read, always()) as server, client_of(server) as client:
        with pytest.raises(httpx.LocalProtocolError, match="Content-Length"):
            client.post("/", content=iter(blocks), headers={"Content-Length": "3"})
        assert client.get("/").text == "ok"
        assert server.connections == 2
    assert len(received[0].partition(b"\r\n\r\n")[2]) <= 3


@pytest.mark.parametrize("kind", KINDS)
def test_fifty_megabytes_arrive_as_they_were_sent(kind: Kind, tls_files: Path) -> None:
    """Through a peer that reads slowly and in pieces of its own."""
    with serving(receive := Receiver(), kind=kind, tls=tls_files) as server, client_of(server) as client:
        blocks = [bytes([number]) * (200_000 + number) for number in range(50)]
        assert client.post("/build", content=iter(blocks)).text == "ok"
        assert client.post("/build", content=b"".join(blocks)).text == "ok"
        assert receive.bodies == [b"".join(blocks)] * 2
        assert server.connections == 1


class Receiver:
    """A script that keeps the bodies."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    def __call__(self, peer: Peer) -> None:
        """Read requests for ever."""
        while True:
            self.bodies.append(peer.request().body)
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
