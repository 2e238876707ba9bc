from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING

import pytest

from dockmagic.engine.channel import Channel, Deadline, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def pair() -> Iterator[tuple[Channel, socket.socket]]:
    """A channel and the socket at its other end."""
    ours, theirs = socket.socketpair()
    channel = Channel(ours)
    with theirs:
        yield channel, theirs
        channel.close()


Pair = tuple[Channel, socket.socket]


def test_a_deadline_counts_down_and_then_raises() -> None:
    """Several waits share it."""
    assert Deadline(None).left() is None
    left = Deadline(10).left()
    assert left is not None
    assert 9 < left <= 10
    with pytest.raises(TimeoutError):
        Deadline(0).left()


def test_waiting_tells_reading_from_writing() -> None:
    """And neither, when the time is over."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert wait_for(ours, reading=True, writing=True, timeout=0) == (False, True)
        theirs.send(b"x")
        assert wait_for(ours, reading=True, writing=True, timeout=0) == (True, True)
        ours.recv(1)
        ours.settimeout(0)
        with contextlib.suppress(BlockingIOError):
            while True:
                ours.send(bytes(65536))
        assert wait_for(ours, reading=True, writing=True, timeout=0.01) == (False, False)
        theirs.close()
        assert wait_for(ours, reading=True, writing=False, timeout=0) == (True, False)


def test_reading_now_never_waits(pair: Pair) -> None:
    """Nothing, something, the end."""
    channel, peer = pair
    assert channel.recv_now() is None
    peer.send(b"abc")
    assert channel.recv_now() == b"abc"
    peer.shutdown(socket.SHUT_WR)
    assert channel.recv_now() == b""


def test_sending_now_takes_what_fits(pair: Pair) -> None:
    """And nothing when there is no room."""
    channel, peer = pair
    sent = 0
    while size := channel.send_now(bytes(100_000)):
        sent += size
    with pytest.raises(TimeoutError, match="takes no more bytes"):
        channel.wait(0.01)
    while sent:
        sent -= len(peer.recv(1_000_000))
    assert channel.wait(0.01) == (False, True)


def test_a_connection_is_stale_once_the_other_end_did_anything_at_all(pair: Pair) -> None:
    """An end, an error or bytes: none of them was asked for."""
    channel, peer = pair
    assert not channel.stale()
    peer.send(b"x")
    assert channel.stale()


@pytest.mark.parametrize("how", [socket.SHUT_WR, socket.SHUT_RDWR])
def test_a_connection_is_stale_once_the_other_end_closed(pair: Pair, how: int) -> None:
    """Whether for writing alone or as a whole."""
    channel, peer = pair
    peer.shutdown(how)
    assert channel.stale()


def test_a_limit_applies_to_reading_and_can_be_taken_off(pair: Pair) -> None:
    """Each call has its own."""
    channel, peer = pair
    with pytest.raises(TimeoutError):
        channel.recv(0.01)
    peer.send(b"abc")
    assert channel.recv(None) == b"abc"
    assert channel.send(b"abc", 1) == 3


def test_closing_for_writing_leaves_reading_open(pair: Pair) -> None:
    """The other end sees the end of what it reads, and can still answer."""
    channel, peer = pair
    channel.close_write()
    assert peer.recv(10) == b""
    peer.send(b"abc")
    assert channel.recv(None) == b"abc"


def test_closing_ends_the_connection_even_if_a_forked_child_holds_the_socket() -> None:
    """A copy of the descriptor keeps the socket alive; shutting it down does not care."""
    ours, theirs = socket.socketpair()
    with ours.dup(), theirs:
        Channel(ours).close()
        theirs.settimeout(5)
        assert theirs.recv(10) == b""


def test_what_was_inherited_is_closed_without_ending_the_parents_connection() -> None:
    """The child of a fork sees another process number."""
    ours, theirs = socket.socketpair()
    with ours.dup() as parents, theirs:
        channel = Channel(ours)
        assert not channel.foreign
        channel._pid = -1
        assert channel.foreign
        channel.close()
        parents.send(b"abc")
        assert theirs.recv(10) == b"abc"


def test_only_a_unix_socket_proves_that_what_could_not_be_sent_did_not_arrive() -> None:
    """Over TCP it may be on its way."""
    ours, theirs = socket.socketpair()
    with theirs:
        channel = Channel(ours)
        assert channel.local
        channel.close()
    with socket.socket() as sock:
        assert not Channel(sock).local


def test_closing_twice_is_harmless() -> None:
    """A connection may be closed by the one who fails and by the one who cleans up."""
    ours, theirs = socket.socketpair()
    channel = Channel(ours)
    theirs.close()
    channel.close()
    channel.close()
