from __future__ import annotations

import ssl
import threading
import time
from typing import TYPE_CHECKING

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from dockmagic.engine.contexts import TLS
from dockmagic.engine.dial import Dialer
from dockmagic.engine.tls import tls_context
from dockmagic.engine.transport import EngineTransport
from dockmagic.errors import EngineUnreachable
from tests.conftest import TLS_PORT
from tests.engine.scripted import (
    OK,
    PATIENCE,
    PROMPT,
    always,
    answering,
    client_of,
    eventually,
    open_files,
    server_context,
    serving,
    tcp_endpoint,
    tls_of,
)
from tests.engines.certificates import Authority

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.engine.scripted import (
        Peer,
    )
    from tests.engines.dockerd import Dockerd

VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]
PLAIN_WORDS = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"


def client_with(
    port: int, tls: TLS, *, version: ssl.TLSVersion | None = None, hostname: str = "127.0.0.1"
) -> httpx.Client:
    """A client that speaks this version of TLS."""
    dialer = Dialer(tcp_endpoint(port, tls=tls, hostname=hostname))
    if version is not None and dialer._context is not None:
        dialer._context.minimum_version = dialer._context.maximum_version = version
    return httpx.Client(transport=EngineTransport(dialer), base_url="http://docker", timeout=PATIENCE)


def refusal(client: httpx.Client, *, content: bytes | Iterator[bytes] = b"") -> httpx.ConnectError:
    """What a request raises that TLS does not let pass."""
    before = open_files()
    with client, pytest.raises(httpx.ConnectError) as caught:
        client.post("/_ping", content=content)
    assert eventually(lambda: open_files() - before == set())
    return caught.value


def endless() -> Iterator[bytes]:
    """A body that fits into no buffer."""
    for _ in range(50):
        yield bytes(1_000_000)


def test_requests_go_through_a_real_engines_tls(engine_process: Dockerd, tls_files: Path) -> None:
    """Both sides show a certificate; the connection is kept."""
    with client_with(TLS_PORT, tls_of(tls_files)) as client:
        assert [client.get("/_ping").text for _ in range(5)] == ["OK"] * 5
        transport = client._transport
        assert isinstance(transport, EngineTransport)
        assert len(transport._idle) == 1


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("content", ["nothing", "a little", "an archive"])
@pytest.mark.parametrize("certificate", ["none", "of another authority"])
def test_a_client_certificate_that_a_real_engine_does_not_accept_is_told_while_connecting(
    certificate: str, content: str, version: ssl.TLSVersion, engine_process: Dockerd, tls_files: Path, tmp_path: Path
) -> None:
    """TLS 1.3 tells it with the first read, in the middle of a body maybe; it is one error all the same."""
    tls = TLS(ca=tls_files / "ca.pem", cert=None, key=None)
    if certificate != "none":
        other = Authority().write(tmp_path / "other")
        tls = TLS(ca=tls_files / "ca.pem", cert=other / "cert.pem", key=other / "key.pem")
    bodies: dict[str, bytes | Iterator[bytes]] = {"nothing": b"", "a little": b"abc", "an archive": endless()}
    error = refusal(client_with(TLS_PORT, tls, version=version), content=bodies[content])
    assert isinstance(error.__cause__, ssl.SSLError)
    assert "alert" in str(error).lower().replace("_", " ")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("content", ["nothing", "an archive"])
def test_a_missing_client_certificate_is_told_by_openssl_too(
    content: str, version: ssl.TLSVersion, tls_files: Path
) -> None:
    """As above, with a peer that ends without lingering: where its alert is lost in a reset, the reset is told."""
    context = server_context(tls_files, version=version)
    with serving(always(), kind="tls", tls=tls_files, context=context) as server:
        body = endless() if content == "an archive" else b""
        client = client_with(server.port, TLS(ca=tls_files / "ca.pem", cert=None, key=None))
        with client, pytest.raises(httpx.TransportError) as caught:
            client.post("/", content=body)
        assert isinstance(caught.value.__cause__, OSError)


def test_an_engine_whose_authority_is_unknown_is_not_trusted(tls_files: Path, tmp_path: Path) -> None:
    """It has the right name, and another key behind it."""
    other = Authority().write(tmp_path / "other")
    with serving(always(), kind="tls", tls=tls_files) as server:
        error = refusal(client_with(server.port, tls_of(other)))
    assert isinstance(error.__cause__, ssl.SSLCertVerificationError)
    assert "CERTIFICATE_VERIFY_FAILED" in str(error)


def test_an_engine_with_the_certificate_of_another_host_is_not_trusted(authority: Authority, tmp_path: Path) -> None:
    """The reason names what did not fit."""
    server = authority.server(names=["elsewhere"], addresses=["10.0.0.9"])
    files = authority.write(tmp_path / "tls", server=server)
    with serving(always(), kind="tls", tls=files) as running:
        error = refusal(client_with(running.port, tls_of(files)))
    assert isinstance(error.__cause__, ssl.SSLCertVerificationError)
    assert error.__cause__.verify_message == "IP address mismatch, certificate is not valid for '127.0.0.1'."


def test_an_engine_with_an_expired_certificate_is_not_trusted(authority: Authority, tmp_path: Path) -> None:
    """Renewals are forgotten."""
    files = authority.write(tmp_path / "tls", server=authority.server(days=0))
    with serving(always(), kind="tls", tls=files) as running:
        error = refusal(client_with(running.port, tls_of(files)))
    assert isinstance(error.__cause__, ssl.SSLCertVerificationError)
    assert error.__cause__.verify_message == "certificate has expired"


def test_an_unchecked_engine_may_be_anybody(tls_files: Path, authority: Authority, tmp_path: Path) -> None:
    """Only for a context that says SkipTLSVerify."""
    files = authority.write(tmp_path / "tls", server=authority.server(names=["elsewhere"], days=0))
    unchecked = TLS(ca=None, cert=tls_files / "cert.pem", key=tls_files / "key.pem", verify=False)
    with serving(always(), kind="tls", tls=files) as running, client_with(running.port, unchecked) as client:
        assert client.get("/").text == "ok"


def test_an_authority_as_dockers_own_guide_makes_it_is_accepted(tmp_path: Path) -> None:
    """Without the key-usage extension, which strict checking (the default since Python 3.13) demands."""
    files = Authority(key_usage=False).write(tmp_path / "tls")
    with serving(always(), kind="tls", tls=files) as server, client_of(server) as client:
        assert client.get("/").text == "ok"
    assert not tls_context(tls_of(files)).verify_flags & ssl.VerifyFlags.VERIFY_X509_STRICT


def test_an_engine_is_known_by_its_name_too(tls_files: Path) -> None:
    """What the certificate must hold is what the endpoint says, not what it resolves to."""
    with (
        serving(always(), kind="tls", tls=tls_files) as server,
        client_with(server.port, tls_of(tls_files), hostname="localhost") as client,
    ):
        assert client.get("/").text == "ok"


def test_tls_to_a_plain_engine_that_answers_is_told_as_such(tls_files: Path) -> None:
    """The port is the wrong one, or TLS was not meant."""

    def complain(peer: Peer) -> None:
        peer.read()
        peer.send(PLAIN_WORDS)

    with serving(complain, kind="tcp") as server:
        error = refusal(client_with(server.port, tls_of(tls_files)))
    assert isinstance(error.__cause__, ssl.SSLError)
    assert "WRONG_VERSION_NUMBER" in str(error) or "RECORD_LAYER_FAILURE" in str(error)


def test_tls_to_an_engine_that_says_nothing_times_out_while_connecting(tls_files: Path) -> None:
    """The handshake is a part of connecting."""

    def silent(peer: Peer) -> None:
        peer.until_end()

    with serving(silent, kind="tcp") as server:
        client = client_with(server.port, tls_of(tls_files))
        client.timeout = httpx.Timeout(None, connect=0.1)
        with client, pytest.raises(httpx.ConnectTimeout):
            client.get("/")


def test_an_end_in_the_middle_of_the_handshake_is_told_while_connecting(tls_files: Path) -> None:
    """A proxy that cannot reach the engine does this."""

    def leave(peer: Peer) -> None:
        peer.read()

    with serving(leave, kind="tcp") as server:
        assert isinstance(refusal(client_with(server.port, tls_of(tls_files))).__cause__, ssl.SSLError)


@pytest.mark.parametrize("end", ["with a farewell", "without a word"])
@pytest.mark.parametrize("content", ["nothing", "an archive"])
def test_an_end_right_after_the_handshake_is_told_while_connecting(end: str, content: str, tls_files: Path) -> None:
    """Nobody answered, so nobody was reached."""

    def leave(peer: Peer) -> None:
        peer.read()
        if end == "without a word":
            peer.cut()

    with serving(leave, kind="tls", tls=tls_files) as server:
        body = endless() if content == "an archive" else b""
        with client_of(server) as client, pytest.raises(httpx.TransportError) as caught:
            client.post("/", content=body)
    assert isinstance(caught.value, httpx.ConnectError)


def test_plain_to_a_real_engines_tls_port_is_answered_in_plain(engine_process: Dockerd) -> None:
    """Go says what is wrong."""
    with client_of(tcp_endpoint(TLS_PORT)) as client:
        answer = client.get("/_ping")
    assert (answer.status_code, answer.text) == (400, "Client sent an HTTP request to an HTTPS server.\n")


def test_plain_to_another_tls_port_is_an_error(tls_files: Path) -> None:
    """An alert, a reset or an end: none is a reply."""
    with (
        serving(always(), kind="tls", tls=tls_files) as server,
        client_of(tcp_endpoint(server.port)) as client,
        pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)),
    ):
        client.get("/")


def test_a_reply_without_a_length_that_is_cut_is_not_whole(tls_files: Path) -> None:
    """Anybody on the way can end a connection; only close_notify says that it was the engine."""

    def cut(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\n\r\nhalf of wh")
        peer.cut()

    with (
        serving(cut, kind="tls", tls=tls_files) as server,
        client_of(server) as client,
        pytest.raises(httpx.ReadError, match="EOF"),
    ):
        client.get("/")


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"ca": "nowhere.pem"}, "the CA certificate in .*nowhere.pem cannot be used: No such file"),
        ({"ca": "key.pem"}, "the CA certificate in .*key.pem cannot be used"),
        ({"cert": "nowhere.pem"}, "the client certificate or its key in .*nowhere.pem cannot be used: No such file"),
        ({"key": "server-key.pem"}, "the client certificate or its key .*MISMATCH|mismatch"),
        ({"key": "locked.pem"}, "the key is protected by a passphrase"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(files: dict[str, str], words: str, tls_files: Path) -> None:
    """Nothing is asked on a terminal that a notebook does not have."""
    locked = tls_files / "locked.pem"
    secret = load_pem_private_key((tls_files / "key.pem").read_bytes(), None)
    locked.write_bytes(secret.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"sesame")))
    ca, cert, key = (tls_files / files.get(name, f"{name}.pem") for name in ("ca", "cert", "key"))
    with pytest.raises(EngineUnreachable, match=words):
        tls_context(TLS(ca=ca, cert=cert, key=key))


def test_a_body_and_its_reply_cross_in_both_directions(tls_files: Path) -> None:
    """Records of both sides, more than any buffer holds."""

    def echo(peer: Peer) -> None:
        peer.head()
        peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for chunk in peer._chunks():
            peer.send(b"%x\r\n%b\r\n" % (len(chunk), chunk))
        peer.send(b"0\r\n\r\n")
        peer.until_end()

    blocks = [bytes([number]) * 300_001 for number in range(30)]
    with serving(echo, kind="tls", tls=tls_files) as server, client_of(server) as client:
        assert client.post("/", content=iter(blocks)).content == b"".join(blocks)


@pytest.mark.parametrize("version", VERSIONS)
def test_many_small_requests_share_one_tls_connection(version: ssl.TLSVersion, tls_files: Path) -> None:
    """Both versions, with and without session tickets that lie about."""
    for tickets in (0, 4):
        context = server_context(tls_files, version=version, tickets=tickets)
        with serving(always(), kind="tls", tls=tls_files, context=context) as server, client_of(server) as client:
            assert [client.get("/").text for _ in range(20)] == ["ok"] * 20
            assert server.connections == 1


def test_a_tls_peer_that_floods_and_falls_silent_times_out(tls_files: Path) -> None:
    """The limit is the wait of one read."""
    reply = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome"
    with serving(answering(reply), kind="tls", tls=tls_files) as server, client_of(server, timeout=0.1) as client:
        start = time.monotonic()
        with pytest.raises(httpx.ReadTimeout):
            client.get("/")
        assert time.monotonic() - start < PROMPT


def test_threads_share_one_tls_client(tls_files: Path) -> None:
    """Each has a connection of its own meanwhile."""
    with serving(always(), kind="tls", tls=tls_files) as server, client_of(server) as client:
        answers: list[str] = []
        threads = [
            threading.Thread(target=lambda: answers.extend(client.get("/").text for _ in range(20))) for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == [OK[-2:].decode()] * 160
