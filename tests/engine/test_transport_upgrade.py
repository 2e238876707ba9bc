from __future__ import annotations

import json
import ssl
import threading
import uuid
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from dockmagic.engine.dial import Dialer
from dockmagic.engine.endpoint import Endpoint
from dockmagic.engine.stop import Stop
from dockmagic.engine.transport import EngineTransport, RawStream
from tests.conftest import TLS_PORT
from tests.engine.scripted import (
    PATIENCE,
    always,
    client_of,
    eventually,
    server_context,
    serving,
    tcp_endpoint,
    tls_of,
    unix_endpoint,
)
from tests.engines.http import checked, request

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.engine.scripted import (
        Kind,
        Peer,
        Script,
    )
    from tests.engines.dockerd import Dockerd
    from tests.engines.sshd import Sshd

KINDS: tuple[Kind, ...] = ("unix", "tcp", "tls")
SWITCH = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
UPGRADE = {"Connection": "Upgrade", "Upgrade": "tcp"}
FIVE_MEGABYTES = bytes(range(256)) * (5 * 4096)


def raw(response: httpx.Response) -> RawStream:
    """The raw stream of an upgraded connection."""
    stream = response.extensions["network_stream"]
    assert isinstance(stream, RawStream)
    return stream


def read_all(stream: RawStream) -> bytes:
    """Everything until its end."""
    return b"".join(iter(stream.read, b""))


def switching(behind: bytes = b"", *, piecewise: bool = False) -> Script:
    """A script that switches protocols, says what is `behind` and then sends back what it gets until its end."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(SWITCH + behind, piecewise=piecewise)
        while data := peer.read():
            peer.send(data)

    return script


@pytest.mark.parametrize("piecewise", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_the_first_raw_bytes_may_come_together_with_the_head(kind: Kind, piecewise: bool, tls_files: Path) -> None:  # noqa: FBT001
    """A process that greets at once; in one segment or byte by byte."""
    script = switching(b"\0\1hello", piecewise=piecewise)
    with (
        serving(script, kind=kind, tls=tls_files) as server,
        client_of(server) as client,
        client.stream("POST", "/exec", headers=UPGRADE, content=b"{}") as response,
    ):
        assert response.status_code == 101
        raw(response).write(b" and more")
        raw(response).close_write()
        assert read_all(raw(response)) == b"\0\1hello and more"


@pytest.mark.parametrize(
    ("kind", "version"),
    [("unix", None), ("tcp", None), ("tls", ssl.TLSVersion.TLSv1_2), ("tls", ssl.TLSVersion.TLSv1_3)],
)
def test_after_the_half_close_everything_that_was_on_the_way_still_arrives(
    kind: Kind, version: ssl.TLSVersion | None, tls_files: Path
) -> None:
    """A peer that reads to the end first and answers then; an SSLSocket would lose the answer."""

    def hold_back(peer: Peer) -> None:
        peer.request()
        peer.send(SWITCH)
        peer.send(peer.until_end())

    context = server_context(tls_files, version=version) if version else None
    with serving(hold_back, kind=kind, tls=tls_files, context=context) as server, client_of(server) as client:
        for _ in range(5):
            with client.stream("POST", "/exec", headers=UPGRADE) as response:
                raw(response).write(FIVE_MEGABYTES)
                raw(response).close_write()
                assert read_all(raw(response)) == FIVE_MEGABYTES


@pytest.mark.parametrize("kind", KINDS)
def test_one_thread_reads_while_another_writes(kind: Kind, tls_files: Path) -> None:
    """As an attached terminal does, or a build's session: 5 MB both ways, more than all buffers hold."""
    with serving(switching(), kind=kind, tls=tls_files) as server, client_of(server) as client:
        for _ in range(5):
            with client.stream("POST", "/attach", headers=UPGRADE) as response:
                stream, received = raw(response), bytearray()

                def read(stream: RawStream = stream, received: bytearray = received) -> None:
                    while len(received) < len(FIVE_MEGABYTES):
                        received += stream.read()

                reader = threading.Thread(target=read)
                reader.start()
                for start in range(0, len(FIVE_MEGABYTES), 100_001):
                    stream.write(FIVE_MEGABYTES[start : start + 100_001])
                reader.join(PATIENCE)
                assert bytes(received) == FIVE_MEGABYTES


def test_an_upgraded_connection_is_never_kept() -> None:
    """It speaks HTTP no more, whether anybody used the raw stream or not."""
    ended = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(SWITCH)
        peer.until_end()
        ended.set()

    with serving(script, script, always()) as server, client_of(server) as client:
        with client.stream("POST", "/exec", headers=UPGRADE) as response:
            assert isinstance(raw(response), RawStream)
        assert ended.wait(PATIENCE)
        ended.clear()
        assert client.post("/exec", headers=UPGRADE).content == b""
        assert ended.wait(PATIENCE)
        assert client.get("/").text == "ok"
        assert server.connections == 3


def test_the_raw_stream_ends_with_its_response() -> None:
    """Whoever kept it gets an error, not somebody else's bytes."""
    with serving(switching()) as server, client_of(server) as client:
        with client.stream("POST", "/exec", headers=UPGRADE) as response:
            stream = raw(response)
        with pytest.raises(httpx.ReadError):
            stream.read()
        with pytest.raises(httpx.WriteError):
            stream.write(b"abc")
        with pytest.raises(httpx.WriteError):
            stream.close_write()


@pytest.mark.parametrize("kind", KINDS)
def test_a_blocked_read_of_a_raw_stream_can_be_stopped(kind: Kind, tls_files: Path) -> None:
    """From another thread, at once: a feed must not hang on a container that is silent."""
    with serving(switching(), kind=kind, tls=tls_files) as server, client_of(server) as client:
        with client.stream("POST", "http://docker/x", headers=UPGRADE, extensions={"stop": Stop()}) as response:
            stream = raw(response)
            timer = threading.Timer(0.05, stream.stop)
            timer.start()
            assert stream.read() == b""
            timer.join()


def test_an_engine_that_dies_ends_the_raw_stream_with_an_error() -> None:
    """A reset is no end."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(SWITCH)
        peer.read()
        peer.reset()

    with (
        serving(script, kind="tcp") as server,
        client_of(server) as client,
        client.stream("POST", "/exec", headers=UPGRADE) as response,
    ):
        raw(response).write(b"abc")
        with pytest.raises(httpx.ReadError, match="reset"):
            read_all(raw(response))


def test_101_that_does_not_say_what_it_switches_to_is_an_error() -> None:
    """Where the head ends and the raw bytes begin could not be told."""
    with serving(switching_badly) as server, client_of(server) as client:
        with pytest.raises(httpx.RemoteProtocolError, match="without saying to which"):
            client.post("/exec", headers=UPGRADE)
        assert eventually(lambda: server.peers[0].sock.fileno() == -1)


def switching_badly(peer: Peer) -> None:
    """Switch without the headers."""
    peer.request()
    peer.send(b"HTTP/1.1 101 Switching Protocols\r\n\r\nraw")
    peer.until_end()


def test_an_answer_instead_of_a_switch_is_an_ordinary_one() -> None:
    """An engine or a proxy that does not know the protocol; the connection can be kept."""
    with serving(always()) as server, client_of(server) as client:
        for _ in range(2):
            answer = client.post("/exec", headers=UPGRADE)
            assert (answer.status_code, answer.text, "network_stream" in answer.extensions) == (200, "ok", False)
        assert server.connections == 1


# A real process in a real container, over every way to an engine.


@pytest.fixture(scope="module")
def container(engine_process: Dockerd) -> Iterator[str]:
    """The id of a running container without a network."""
    socket, name = engine_process.socket, f"dm-{uuid.uuid4().hex[:12]}"
    settings = {"Image": "bb:1", "Cmd": ["sleep", "600"], "HostConfig": {"NetworkMode": "none", "Init": True}}
    body = json.dumps(settings).encode()
    identity: str = checked(request(socket, "POST", f"/containers/create?name={name}", body=body)).json()["Id"]
    checked(request(socket, "POST", f"/containers/{identity}/start"))
    yield identity
    checked(request(socket, "DELETE", f"/containers/{identity}?force=1"))


def through_cat(client: httpx.Client, container: str, data: bytes) -> bytes:
    """Send `data` through `cat` in the container, end its stdin, and return what it wrote."""
    options: dict[str, Any] = {"AttachStdin": True, "AttachStdout": True, "Cmd": ["cat"]}
    identity = client.post(f"/containers/{container}/exec", json=options).json()["Id"]
    with client.stream(
        "POST", f"/exec/{identity}/start", json={"Detach": False, "Tty": False}, headers=UPGRADE
    ) as response:
        stream = raw(response)
        frames: list[bytes] = []
        reader = threading.Thread(target=lambda: frames.append(read_all(stream)))
        reader.start()
        stream.write(data)
        stream.close_write()
        reader.join(PATIENCE)
    return b"".join(unframed(frames[0]))


def unframed(frames: bytes) -> Iterator[bytes]:
    """What is in the frames of eight bytes and a payload that an exec without a terminal sends."""
    while frames:
        size = int.from_bytes(frames[4:8], "big")
        yield frames[8 : 8 + size]
        frames = frames[8 + size :]


def endpoint(way: str, engine: Dockerd, tls: Path) -> Endpoint:
    """One of the ways to the same engine."""
    if way == "unix":
        return unix_endpoint(engine.socket)
    if way == "ssh":
        return Endpoint(host="ssh://dm", scheme="ssh", hostname="dm", source="a test says so")
    return tcp_endpoint(TLS_PORT, tls=tls_of(tls))


@pytest.mark.parametrize(("way", "rounds"), [("unix", 20), ("TLS 1.2", 20), ("TLS 1.3", 20), ("ssh", 6)])
def test_five_megabytes_go_through_a_real_process_and_back_every_time(
    way: str, rounds: int, engine_process: Dockerd, tls_files: Path, container: str, request: pytest.FixtureRequest
) -> None:
    """The half close is the end of cat's stdin; nothing of its output is lost, not even once in twenty times."""
    if way == "ssh":
        sshd: Sshd = request.getfixturevalue("ssh")
        assert sshd.calls() == []
    dialer = Dialer(endpoint(way, engine_process, tls_files))
    if dialer._context is not None:
        version = ssl.TLSVersion.TLSv1_2 if way == "TLS 1.2" else ssl.TLSVersion.TLSv1_3
        dialer._context.minimum_version = dialer._context.maximum_version = version
    with httpx.Client(transport=EngineTransport(dialer), base_url="http://docker", timeout=PATIENCE) as client:
        for _ in range(rounds):
            assert through_cat(client, container, FIVE_MEGABYTES) == FIVE_MEGABYTES
