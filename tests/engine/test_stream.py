from __future__ import annotations

import contextlib
import json
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockmagic.engine.failures import failures
from dockmagic.engine.stop import Stop
from dockmagic.engine.stream import LINE_LIMIT, Stream, split_batches
from dockmagic.errors import ProtocolError, UsageError
from tests.engine.scripted import (
    PATIENCE,
    PROMPT,
    client_of,
    endpoint_of,
    eventually,
    open_files,
    serving,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from tests.engine.scripted import (
        Peer,
        Script,
        Server,
    )

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def chunk(data: bytes) -> bytes:
    """One chunk of a chunked body."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def events(*objects: object, end: bytes = b"0\r\n\r\n") -> bytes:
    """A reply with one object per chunk, as an engine sends its events."""
    return CHUNKED + b"".join(chunk(json.dumps(item).encode() + b"\n") for item in objects) + end


@contextlib.contextmanager
def streaming(script: Script) -> Iterator[tuple[Stream, Server, httpx.Client]]:
    """An open stream, as Engine.stream makes it."""
    stop = Stop()
    with serving(script) as server, client_of(server, timeout=None) as client:
        request = client.build_request("GET", "/events", extensions={"stop": stop})
        response = client.send(request, stream=True)
        endpoint = endpoint_of(server)
        with Stream(response, stop=stop, failures=lambda: failures(endpoint)) as stream:
            yield stream, server, client


def sending(reply: bytes, *, stay: bool = False) -> Script:
    """A script that answers with `reply`."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(reply)
        if stay:
            peer.until_end()

    return script


def idle(client: httpx.Client) -> int:
    """How many connections a client keeps."""
    transport: Any = client._transport
    return len(transport._idle)


def test_a_stream_gives_one_object_per_line_and_ends_with_the_engine() -> None:
    """And its connection can be used again."""
    with streaming(sending(events({"a": 1}, {"b": [2]}), stay=True)) as (stream, _, client):
        assert list(stream) == [{"a": 1}, {"b": [2]}]
        assert idle(client) == 1


def test_lines_and_chunks_need_not_end_together() -> None:
    """Progress comes in any pieces; the last line needs no end."""
    pieces = [b'{"a"', b": 1}\r", b'\n\n  \n{"b": 2}\n{"c"', b": 3}"]
    with streaming(sending(CHUNKED + b"".join(map(chunk, pieces)) + b"0\r\n\r\n")) as (stream, _, _):
        assert list(stream) == [{"a": 1}, {"b": 2}, {"c": 3}]


def test_a_stream_without_objects_is_empty() -> None:
    """An engine without events, until it ends."""
    with streaming(sending(events())) as (stream, _, _):
        assert list(stream) == []


def test_a_stream_that_is_cut_short_is_an_error_after_what_came() -> None:
    """A killed engine: its events are not all there were."""
    with streaming(sending(events({"a": 1}, end=b""))) as (stream, _, _):
        objects = iter(stream)
        assert next(objects) == {"a": 1}
        with pytest.raises(ProtocolError, match="in the middle of a reply"):
            next(objects)


def test_a_line_that_is_no_json_is_an_error_that_shows_it() -> None:
    """What answers is no engine."""
    with streaming(sending(CHUNKED + chunk(b"<html>\n") + b"0\r\n\r\n")) as (stream, _, _):
        with pytest.raises(ProtocolError, match="<html>"):
            list(stream)


def test_leaving_a_stream_closes_its_connection_and_ends_the_engines_work() -> None:
    """Half a reply is still to come: the connection is of no more use."""
    ended = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(events({"a": 1}, {"b": 2}, end=b""))
        peer.until_end()
        ended.set()

    before = open_files()
    with streaming(script) as (stream, _, client):
        for item in stream:
            assert item == {"a": 1}
            break
        stream.close()
        assert ended.wait(PATIENCE)
        assert idle(client) == 0
    assert open_files() - before == set()


def test_closing_twice_is_closing_once() -> None:
    """The with closes what was closed before; a kept connection must not be kept twice."""
    with streaming(sending(events({"a": 1}), stay=True)) as (stream, _, client):
        list(stream)
        stream.close()
        stream.close()
        assert idle(client) == 1


def test_a_stream_that_was_closed_cannot_be_iterated() -> None:
    """Its connection may be somebody else's by then."""
    with streaming(sending(events({"a": 1}), stay=True)) as (stream, _, _):
        stream.close()
        with pytest.raises(UsageError, match="closed"):
            next(iter(stream))


def test_an_iterator_in_hand_ends_with_its_stream() -> None:
    """Also one that has begun."""
    with streaming(sending(events({"a": 1}, end=b""), stay=True)) as (stream, _, _):
        chunks = stream.chunks()
        next(chunks)
        stream.close()
        with pytest.raises(UsageError, match="closed"):
            next(chunks)


def test_stopping_ends_the_iteration_without_an_error() -> None:
    """From another thread, while nothing comes."""
    before = open_files()
    with streaming(sending(events({"a": 1}, end=b""), stay=True)) as (stream, _, client):
        stopped: list[float] = []

        def stop() -> None:
            stopped.append(time.monotonic())
            stream.stop()

        objects = iter(stream)
        assert next(objects) == {"a": 1}
        timer = threading.Timer(0.05, stop)
        timer.start()
        assert list(objects) == []
        assert time.monotonic() - stopped[0] < PROMPT
        timer.join()
        assert idle(client) == 0
    assert open_files() - before == set()


def test_stopping_from_inside_the_loop_gives_no_further_object() -> None:
    """Though more of them came in the same read."""
    with streaming(sending(events({"n": 1}, {"n": 2}, {"n": 3}, end=b""), stay=True)) as (stream, _, _):
        seen = []
        for item in stream:
            seen.append(item["n"])
            if item["n"] == 2:
                stream.stop()
        assert seen == [1, 2]


def test_stopping_a_stream_that_floods_ends_it() -> None:
    """Bytes that keep coming are read no more."""

    def flood(peer: Peer) -> None:
        peer.request()
        peer.send(CHUNKED)
        while True:
            peer.send(chunk(b'{"a": 1}\n') * 1000)

    with streaming(flood) as (stream, server, _):
        timer = threading.Timer(0.05, stream.stop)
        timer.start()
        assert sum(1 for _ in stream) > 0
        timer.join()
        stream.close()
        assert eventually(lambda: server.peers[0].sock.fileno() == -1)


def test_a_line_without_an_end_is_refused() -> None:
    """Memory is not for an engine to fill."""

    def endless() -> Iterator[bytes]:
        while True:
            yield block

    block = b"x" * (LINE_LIMIT // 8)
    with pytest.raises(ProtocolError, match="a line of more than"):
        list(split_batches(endless()))


@settings(deadline=None)
@given(st.lists(st.binary(max_size=12).map(lambda line: line.replace(b"\n", b"")), max_size=8), st.data())
def test_lines_are_the_same_however_they_are_cut(lines: list[bytes], data: st.DataObject) -> None:
    """Blank ones are left out; nothing else is lost, joined or made up."""
    whole = b"\n".join(lines)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(whole)), max_size=6)))
    pieces = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    found = [line for batch in split_batches(iter(pieces)) for line in batch]
    assert found == [line for line in lines if line.strip()]


def test_many_small_pieces_of_one_long_line_take_no_long_time() -> None:
    """Joining what has come with each piece anew would take seconds."""
    pieces = [b"x" * 100] * 100_000
    start = time.process_time()
    ((line,),) = split_batches(iter(pieces))
    assert len(line) == 10_000_000
    assert time.process_time() - start < 1
