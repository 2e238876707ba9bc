from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dockmagic.engine.transport import EngineTransport
from tests.engine.scripted import (
    client_of,
    serving,
)

if TYPE_CHECKING:
    import httpx

    from dockmagic.engine.channel import Channel
    from tests.engine.scripted import (
        Kind,
        Peer,
    )

KINDS: tuple[Kind, ...] = ("unix", "tcp", "tls")


def pool(client: httpx.Client) -> list[Channel]:
    """The idle connections of a client."""
    transport = client._transport
    assert isinstance(transport, EngineTransport)
    return list(transport._idle)


def test_many_threads_on_one_client_get_their_own_answers() -> None:
    """Commands that act on many containers share one client between 64 threads."""

    def echo(peer: Peer) -> None:
        while True:
            target = peer.request().target.encode()
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(target), target))

    def work(number: int) -> None:
        start.wait()
        wrong.extend(path for path in (f"/{number}/{i}" for i in range(100)) if client.get(path).text != path)
        done.append(number)

    wrong: list[str] = []
    done: list[int] = []
    start = threading.Barrier(64)
    with serving(echo) as server, client_of(server) as client:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(64)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (wrong, len(done)) == ([], 64)
        assert server.connections <= 64
        assert len(pool(client)) <= 64


FORK_UNDER_LOAD = """
import os, sys, threading
from tests.engine.scripted import client_of, serving

def echo(peer):
    while True:
        target = peer.request().target.encode()
        peer.send(b"HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n%b" % (len(target), target))

def work(name, count):
    for number in range(count):
        path = f"/{name}/{number}"
        if client.get(path).text != path:
            return False
    return True

def load(number):
    rounds = 0
    while not over.is_set():
        good.append(work(f"parent{number}.{rounds}", 5))
        rounds += 1

over, good = threading.Event(), []
with serving(echo) as server:
    client = client_of(server)
    threads = [threading.Thread(target=load, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    codes = []
    for number in range(20):
        child = os.fork()
        if not child:
            os._exit(0 if work(f"child{number}", 3) else 1)
        codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    over.set()
    for thread in threads:
        thread.join()
    assert work("parent", 3)
    client.close()
print(codes == [0] * 20, len(good) > 0 and all(good))
"""

FORK_AND_KEEP = """
import os
from tests.engine.scripted import always, client_of, serving

with serving(always()) as server:
    client = client_of(server)
    client.get("/")
    child = os.fork()
    if not child:
        client.get("/")
        client.close()
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    client.get("/")
    client.close()
    print(code, server.connections)
"""

FORK_IN_A_STREAM = """
import os
from tests.engine.scripted import client_of, serving

def script(peer):
    peer.request()
    peer.send(b"HTTP/1.1 200 OK\\r\\nContent-Length: 4\\r\\n\\r\\nab")
    peer.exactly(0)
    go.wait(20)
    peer.send(b"cd")
    peer.until_end()

import threading
go = threading.Event()
with serving(script) as server:
    client = client_of(server)
    with client.stream("GET", "/") as response:
        blocks = response.iter_raw()
        first = next(blocks)
        child = os.fork()
        if not child:
            response.close()
            client.close()
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        go.set()
        print(code, first + b"".join(blocks))
    client.close()
"""


@pytest.mark.parametrize(
    ("script", "printed"),
    [
        (FORK_UNDER_LOAD, "True True"),
        (FORK_AND_KEEP, "0 2"),
        (FORK_IN_A_STREAM, "0 b'abcd'"),
    ],
    ids=["under load", "the parent's kept connection lives on", "the parent's stream lives on"],
)
def test_after_a_fork_parent_and_child_go_on_without_hurting_each_other(script: str, printed: str) -> None:
    """A child closes what it inherited, but never shuts it down: that would end the parent's connection too."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert (done.stdout.strip(), done.stderr) == (printed, "")
