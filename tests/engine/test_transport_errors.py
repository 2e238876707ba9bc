from __future__ import annotations

import errno
import math
import os
import socket
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from dockmagic.engine.dial import Dialer
from dockmagic.engine.exchange import Limits
from dockmagic.engine.transport import EngineTransport
from tests.engine.scripted import (
    OK,
    PATIENCE,
    PROMPT,
    always,
    answering,
    client_of,
    endpoint_of,
    eventually,
    open_files,
    serving,
    tcp_endpoint,
    unix_endpoint,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockmagic.engine.endpoint import Endpoint
    from tests.engine.scripted import (
        Kind,
        Peer,
        Script,
    )

KINDS: tuple[Kind, ...] = ("unix", "tcp", "tls")


def failure(endpoint: Endpoint, **options: float) -> httpx.TransportError:
    """What GET / raises there."""
    before = open_files()
    with client_of(endpoint, **options) as client, pytest.raises(httpx.TransportError) as caught:
        client.get("/")
    assert open_files() - before == set(), "a connection that fails leaves nothing open"
    return caught.value


@pytest.fixture
def short(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A directory whose sockets have paths of less than 108 bytes."""
    with serving(always()) as server:
        yield Path(server.path).parent


def test_a_socket_that_is_not_there(short: Path) -> None:
    """The engine was never started, or has gone."""
    error = failure(unix_endpoint(str(short / "none")))
    assert isinstance(error, httpx.ConnectError)
    assert isinstance(error.__cause__, FileNotFoundError)


def test_a_socket_that_nobody_listens_on(short: Path) -> None:
    """A killed engine leaves the file."""
    path = short / "dead"
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(path))
    error = failure(unix_endpoint(str(path)))
    assert isinstance(error, httpx.ConnectError)
    assert isinstance(error.__cause__, ConnectionRefusedError)


def test_a_file_that_is_no_socket(short: Path) -> None:
    """The kernel says the same as for a dead one."""
    path = short / "file"
    path.touch()
    error = failure(unix_endpoint(str(path)))
    assert isinstance(error, httpx.ConnectError)
    assert isinstance(error.__cause__, ConnectionRefusedError)


def test_a_socket_that_we_may_not_open(short: Path) -> None:
    """Another user's, or the one of the group docker."""
    path, root = short / "s", os.geteuid() == 0
    path.chmod(0)
    short.chmod(0o755)
    if root:
        os.seteuid(65534)
    try:
        error = failure(unix_endpoint(str(path)))
    finally:
        if root:
            os.seteuid(0)
    assert isinstance(error, httpx.ConnectError)
    assert isinstance(error.__cause__, PermissionError)


@pytest.mark.parametrize("path", ["/tmp/" + "x" * 200, "/tmp/a\0b"])
def test_a_path_that_cannot_be_that_of_a_socket(path: str) -> None:
    """The kernel takes 107 bytes, and none that is zero."""
    error = failure(unix_endpoint(path))
    assert isinstance(error, httpx.ConnectError)
    assert isinstance(error.__cause__, (OSError, ValueError))


def test_a_port_that_nobody_listens_on() -> None:
    """The address is in the error of who maps it."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        error = failure(tcp_endpoint(sock.getsockname()[1]))
    assert isinstance(error, httpx.ConnectError)
    assert isinstance(error.__cause__, ConnectionRefusedError)
    assert error.__cause__.errno == errno.ECONNREFUSED


@pytest.mark.parametrize("name", ["dockmagic-test.invalid", "x" * 64 + ".invalid"])
def test_a_name_that_is_none(name: str) -> None:
    """Unknown, or with a label that DNS does not allow."""
    error = failure(tcp_endpoint(2375, hostname=name))
    assert isinstance(error, httpx.ConnectError)
    assert isinstance(error.__cause__, OSError)


def test_every_address_of_a_name_is_tried() -> None:
    """Localhost is ::1 and 127.0.0.1; an engine may listen on one of them only."""
    with (
        serving(always(), kind="tcp") as server,
        client_of(tcp_endpoint(server.port, hostname="localhost")) as client,
    ):
        assert client.get("/").text == "ok"


@pytest.mark.parametrize("family", [socket.AF_UNIX, socket.AF_INET])
def test_an_engine_whose_queue_is_full_times_out(family: socket.AddressFamily, short: Path) -> None:
    """A unix socket refuses at once with EAGAIN, and is asked again; TCP does not answer."""
    path = str(short / "full")
    with socket.socket(family) as listener:
        listener.bind(path if family == socket.AF_UNIX else ("127.0.0.1", 0))
        listener.listen(0)
        waiting = []
        for _ in range(3):
            sock = socket.socket(family)
            sock.settimeout(0)
            sock.connect_ex(listener.getsockname())
            waiting.append(sock)
        where = unix_endpoint(path) if family == socket.AF_UNIX else tcp_endpoint(listener.getsockname()[1])
        start = time.monotonic()
        assert isinstance(failure(where, timeout=0.1), httpx.ConnectTimeout)
        assert 0.1 <= time.monotonic() - start < PROMPT
        for sock in waiting:
            sock.close()


def test_an_engine_whose_queue_was_full_is_reached_when_there_is_room(short: Path) -> None:
    """Many threads connect at once."""
    path = str(short / "full")
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as first:
        listener.bind(path)
        listener.listen(0)
        first.connect(path)
        dialled = []
        thread = threading.Thread(target=lambda: dialled.append(Dialer(unix_endpoint(path))(PATIENCE, None)))
        thread.start()
        listener.accept()[0].close()
        thread.join()
        dialled[0].close()


@pytest.mark.parametrize("kind", KINDS)
def test_an_engine_that_does_not_answer_times_out(kind: Kind, tls_files: Path) -> None:
    """Within the read limit, which is not that of connecting; the connection is closed."""
    ended = threading.Event()

    def silent(peer: Peer) -> None:
        peer.until_end()
        ended.set()

    limits = httpx.Timeout(PATIENCE, read=0.05)
    with serving(silent, kind=kind, tls=tls_files) as server, client_of(server, timeout=limits) as client:
        with pytest.raises(httpx.ReadTimeout):
            client.get("/")
        assert ended.wait(PATIENCE)


def test_an_engine_that_falls_silent_in_the_body_times_out() -> None:
    """Each wait has the limit, not their sum."""
    reply = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome"
    with (
        serving(answering(reply)) as server,
        client_of(server, timeout=0.1) as client,
        client.stream("GET", "/") as response,
        pytest.raises(httpx.ReadTimeout),
    ):
        list(response.iter_raw())


def test_a_trickle_does_not_time_out() -> None:
    """An engine that is slow is not silent."""

    def trickle(peer: Peer) -> None:
        peer.request()
        for byte in OK:
            peer.send(bytes([byte]))
            time.sleep(0.02)

    with serving(trickle) as server, client_of(server, timeout=0.5) as client:
        assert client.get("/").text == "ok"


@pytest.mark.parametrize("seconds", [0, -1, math.inf, math.nan, 1e10, -math.inf, None])
def test_a_limit_that_is_none_works_all_the_same(seconds: float | None) -> None:
    """A socket would take 0 for "do not wait", refuse nan and negative numbers, and overflow at inf."""
    with serving(always()) as server, client_of(server, timeout=PATIENCE) as client:
        limits = httpx.Timeout(seconds, connect=PATIENCE) if seconds in {0, -1, -math.inf} else httpx.Timeout(seconds)
        for content in (b"", b"abc"):
            try:
                assert client.post("/", timeout=limits, content=content).text == "ok"
            except (httpx.ReadTimeout, httpx.WriteTimeout):
                assert seconds in {0, -1, -math.inf}, "a millisecond may be too short"


def test_limits_are_made_usable() -> None:
    """Whatever stands in a request's extensions, or does not."""
    given = {"connect": 0, "read": -5.0, "write": math.nan}
    request = httpx.Request("GET", "http://d/", extensions={"timeout": given})
    assert Limits.of(request) == Limits(connect=0.001, read=0.001, write=None)
    assert Limits.of(httpx.Request("GET", "http://d/")) == Limits(connect=None, read=None, write=None)
    request = httpx.Request("GET", "http://d/", extensions={"timeout": {"read": 3}})
    assert Limits.of(request) == Limits(connect=None, read=3, write=None)


def test_a_request_without_limits_waits_as_long_as_it_takes() -> None:
    """The extension may be missing altogether where httpx.Client is not in between."""
    with serving(always()) as server:
        transport = EngineTransport(Dialer(endpoint_of(server)))
        response = transport.handle_request(httpx.Request("GET", "http://docker/"))
        assert response.read() == b"ok"
        response.close()
        transport.close()


def partly(reply: bytes) -> Script:
    """A script that answers with `reply` and closes."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(reply)

    return script


CUT = {
    "nothing": b"",
    "a piece of a head": b"HTTP/1.1 200 OK\r\nContent-",
    "a body shorter than its length": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
    "chunks without the last one": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n",
    "a last chunk without its last line": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n",
    "an interim reply alone": b"HTTP/1.1 100 Continue\r\n\r\n",
    "garbage": b"\x15\x03\x01\x00\x02\x02\x46",
    "another protocol": b"SSH-2.0-OpenSSH_9.2p1\r\n",
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("reply", CUT.values(), ids=CUT.keys())
def test_a_reply_that_is_none_or_is_cut_short_is_an_error(kind: Kind, reply: bytes, tls_files: Path) -> None:
    """Never half an answer; and the connection is closed."""
    with serving(partly(reply), kind=kind, tls=tls_files) as server, client_of(server) as client:
        with pytest.raises(httpx.ConnectError if kind == "tls" and not reply else httpx.RemoteProtocolError):
            client.get("/")
        assert eventually(lambda: server.peers[0].sock.fileno() == -1)


@pytest.mark.parametrize("kind", KINDS)
def test_a_reply_without_a_length_ends_with_the_connection(kind: Kind, tls_files: Path) -> None:
    """Old ways, still used for logs of containers; over TLS the end must be said."""
    script = partly(b"HTTP/1.1 200 OK\r\n\r\nhello")
    with serving(script, kind=kind, tls=tls_files) as server, client_of(server) as client:
        assert client.get("/").text == "hello"


def test_a_reset_in_a_reply_is_an_error_with_its_cause() -> None:
    """ECONNRESET is what happened."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe")
        assert read.wait(PATIENCE)
        peer.reset()

    read = threading.Event()
    with serving(script, kind="tcp") as server, client_of(server) as client:
        with client.stream("GET", "/") as response:
            blocks = response.iter_raw()
            assert next(blocks) == b"he"
            read.set()
            with pytest.raises(httpx.ReadError) as caught:
                next(blocks)
        assert isinstance(caught.value.__cause__, ConnectionResetError)


def test_a_hundred_megabytes_of_headers_are_not_taken_in() -> None:
    """The client hangs up after 256 KiB and what one read brings more."""
    sent = 0

    def flood(peer: Peer) -> None:
        nonlocal sent
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\n")
        while True:
            sent += peer.sock.send(b"X: " + b"x" * 1000 + b"\r\n")

    with serving(flood) as server, client_of(server) as client:
        with pytest.raises(httpx.RemoteProtocolError, match="bytes of headers"):
            client.get("/")
        assert eventually(lambda: server.peers[0].sock.fileno() == -1)
    buffers = 1024 * 1024  # what the kernel took in between
    assert sent < 256 * 1024 + 65536 + buffers


def test_a_request_that_would_break_out_of_http_is_never_sent() -> None:
    """Such headers and methods pass through httpx; nothing is dialled for them."""
    with serving(always()) as server, client_of(server) as client:
        with pytest.raises(httpx.LocalProtocolError):
            client.get("/", headers={"X": "a\r\nEvil: 1"})
        with pytest.raises(httpx.LocalProtocolError):
            client.request("GET\r\nX: y", "/")
        assert server.connections == 0


def test_proxies_and_certificates_of_the_environment_are_not_for_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTP_PROXY would send a unix socket's requests to somebody else."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")
    with serving(always()) as server, client_of(server) as client:
        assert client.get("/").text == "ok"
