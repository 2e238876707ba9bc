"""What a person reads when the way to the engine, or what answers there, is not as it should be.

Each of these is one error that says what happened, to what, and what to do next, and nothing else happens.
"""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import dockmagic
from dockmagic.engine.client import Engine
from dockmagic.errors import EngineTimeout, EngineUnreachable, ProtocolError
from tests.engine.scripted import (
    Peer,
    always,
    answering,
    eventually,
    server_context,
    serving,
    unix_endpoint,
)
from tests.engines.certificates import Authority
from tests.engines.namespace import free_port

if TYPE_CHECKING:
    from tests.engines.dockerd import Dockerd
    from tests.engines.sshd import Sshd

PING = b"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 2\r\n\r\nOK"
WORDS = "Start Docker, or connect elsewhere: %dconnect ssh://host, %dcontext ls; without Docker: %dconnect demo"


def unreachable(target: str) -> EngineUnreachable:
    """Connect to what cannot be reached, and return the error."""
    with pytest.raises(EngineUnreachable) as caught:
        dockmagic.connect(target)
    return caught.value


# --- unix sockets ---------------------------------------------------------------------------------------------------


def test_a_socket_that_does_not_exist(tmp_path: Path) -> None:
    """With the reason why this one was chosen."""
    error = unreachable(f"unix://{tmp_path}/none.sock")
    assert error.message == f"nothing answers at unix://{tmp_path}/none.sock (chosen because %dconnect named it)"
    assert error.hint == WORDS
    assert isinstance(error.__cause__, Exception)


def test_a_known_socket_is_named_where_the_chosen_one_is_missing(isolated: Path) -> None:
    """Docker Desktop, Colima, rootless docker, podman: somebody may have installed another engine."""
    colima = isolated / ".colima" / "default" / "docker.sock"
    colima.parent.mkdir(parents=True)
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(colima.parent)  # the whole path may be longer than a socket's may be
        listener.bind("docker.sock")
        os.chdir(here)
        error = unreachable("unix:///nowhere/docker.sock")
    assert error.hint == f"{WORDS}   (found a socket at {colima})"


def test_a_file_that_is_no_socket(tmp_path: Path) -> None:
    """A path mistyped."""
    (tmp_path / "file").write_text("")
    assert "is not a socket" in unreachable(str(tmp_path / "file")).message


def test_a_socket_that_nobody_listens_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that was killed leaves its socket behind."""
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("s")
    monkeypatch.chdir("/")
    short = Path(f"/proc/self/fd/{os.open(tmp_path, os.O_RDONLY)}/s")
    assert "connection refused" in unreachable(str(short)).message
    os.close(int(short.parent.name))


def test_a_path_that_is_too_long_for_a_socket(tmp_path: Path) -> None:
    """The operating system's own limit, in its words."""
    assert "too long" in unreachable("/" + "x" * 200).message


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can become somebody else")
def test_a_socket_that_one_may_not_open_names_the_group(engine_process: Dockerd) -> None:
    """And the command that helps."""
    script = textwrap.dedent(f"""
        import getpass, grp, os, sys
        sys.path[:0] = {sys.path!r}
        import dockmagic.commands.connect, dockmagic.engine.client  # nobody may not read these
        os.environ["USER"] = os.environ["LOGNAME"] = "nobody"
        os.setgroups([]); os.setgid(65534); os.setuid(65534)
        try:
            dockmagic.connect({engine_process.host!r})
        except dockmagic.DockMagicError as error:
            print(type(error).__name__, str(error))
    """)
    directory = Path(engine_process.socket).parent
    path = Path(engine_process.socket)
    modes = directory.stat().st_mode, path.stat().st_mode
    directory.chmod(0o755)
    path.chmod(0o660)
    try:
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    finally:
        directory.chmod(modes[0])
        path.chmod(modes[1])
    assert done.stdout.startswith(f"EngineUnreachable nobody may not open {engine_process.host} (chosen because")
    group = path.group()
    assert f"It belongs to the group {group}: sudo usermod -aG {group} nobody, then log in again." in done.stdout


# --- TCP ------------------------------------------------------------------------------------------------------------


def test_a_port_that_refuses() -> None:
    """The usual one: nothing is there."""
    port = free_port()
    error = unreachable(f"tcp://127.0.0.1:{port}")
    assert (
        error.message
        == f"nothing answers at tcp://127.0.0.1:{port} (chosen because %dconnect named it): Connection refused"
    )


def test_a_name_that_does_not_resolve() -> None:
    """Told apart from an engine that is down."""
    with pytest.raises(EngineUnreachable, match=r"the name nobody\.invalid is unknown"):
        dockmagic.connect("tcp://nobody.invalid:2375", insecure=True)


# --- what answers is no engine ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (b"\x00\xff garbage \x1b[31m\r\n\r\n", "not HTTP"),
        (b"SSH-2.0-OpenSSH_9.2p1\r\n", "not HTTP"),
        (b"<html><body>Welcome</body></html>", "not HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>", "is not a Docker Engine"),
        (
            b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>",
            "is not a Docker Engine",
        ),
        (b"HTTP/1.1 301 Moved\r\nLocation: http://example.org/\r\nContent-Length: 0\r\n\r\n", "is not a Docker Engine"),
        (b"HTTP/1.1 200 OK\r\nApi-Version: latest\r\nContent-Length: 2\r\n\r\nOK", "names no API version but 'latest'"),
    ],
)
def test_something_else_answers(reply: bytes, said: str) -> None:
    """A web server, ssh, noise."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(reply)

    with serving(script) as server, pytest.raises(ProtocolError) as caught:
        dockmagic.connect(server.path)
    assert said in caught.value.message
    assert "\x1b" not in str(caught.value)
    assert caught.value.hint


def hang_up(peer: Peer) -> None:
    """Read a request, and close."""
    peer.head()


def test_an_end_without_an_answer() -> None:
    """Accepted, and closed."""
    with serving(hang_up) as server, pytest.raises(ProtocolError, match="without a reply"):
        dockmagic.connect(server.path)


def test_a_hundred_megabytes_of_headers_are_not_read() -> None:
    """The reply is given up after 256 KiB."""
    sent = 0

    def script(peer: Peer) -> None:
        nonlocal sent
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\n")
        for number in range(100):
            peer.send(b"X-%d: " % number + b"x" * 1_000_000 + b"\r\n")
            sent += 1_000_000

    with serving(script) as server, pytest.raises(ProtocolError, match="of headers"):
        dockmagic.connect(server.path)
    assert sent < 3_000_000


def test_an_engine_that_stops_in_the_middle_of_a_reply() -> None:
    """Half a list is no list."""
    half = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n[{"

    def script(peer: Peer) -> None:
        peer.answer(PING, half)

    with serving(script) as server, dockmagic.connect(server.path) as engine:
        with pytest.raises(ProtocolError, match="closed in the middle of a reply"):
            engine.get("/containers/json")


@pytest.mark.parametrize("body", [b'{"half": ', b"<html>", b"\xff\xfe", b"NaN"])
def test_what_calls_itself_json_and_is_none(body: bytes) -> None:
    """Shown by its first bytes."""
    reply = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    with serving(answering(PING, reply)) as server, dockmagic.connect(server.path) as engine:
        with pytest.raises(ProtocolError, match="the engine sent what is not JSON"):
            engine.get("/info")


@pytest.mark.parametrize("body", [b"{}", b"[1]", b'"text"', b"null"])
def test_a_list_that_is_none(body: bytes) -> None:
    """Null is an empty list, as some engines write it; anything else is an error, not a strange frame."""
    reply = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    with serving(answering(PING, reply)) as server, dockmagic.connect(server.path) as engine:
        if body == b"null":
            assert len(dockmagic.ps(engine)) == 0
        else:
            with pytest.raises(ProtocolError, match="is no list of objects"):
                dockmagic.ps(engine)


def test_a_redirect_is_an_error_and_is_not_followed() -> None:
    """It would turn one request into another: an inspect of nothing into the list of all."""
    reply = b"HTTP/1.1 301 Moved\r\nLocation: /containers/json\r\nContent-Length: 0\r\n\r\n"
    with serving(answering(PING, reply)) as server, dockmagic.connect(server.path) as engine:
        with pytest.raises(ProtocolError, match="redirects to '/containers/json'; redirects are never followed"):
            engine.get("/containers//json")


def test_an_engine_that_says_nothing_in_time() -> None:
    """The limit, and how to raise it; what was asked for may still happen."""

    def script(peer: Peer) -> None:
        peer.answer(PING)
        peer.request()
        peer.until_end()

    with serving(script) as server, dockmagic.connect(server.path, timeout=0.1) as engine:
        with pytest.raises(EngineTimeout, match="did not answer in time") as caught:
            engine.get("/info")
    assert "DockMagic.timeout" in caught.value.hint


# --- kept connections -----------------------------------------------------------------------------------------------


def test_a_kept_connection_that_the_engine_closed_is_replaced() -> None:
    """Unseen, for everything: it is looked at before it is used."""
    with serving(lambda peer: peer.answer(PING)) as server, dockmagic.connect(server.path) as engine:
        for _ in range(5):
            assert eventually(lambda: server.peers[-1].sock.fileno() == -1)
            assert engine.post("/_ping") == "OK"


def test_the_engine_may_be_restarted_between_two_commands(own_engine: Dockerd) -> None:
    """A notebook outlives its engine."""
    with dockmagic.connect(own_engine.host) as engine:
        dockmagic.ps(engine)
        own_engine.halt(hard=True)
        with pytest.raises(EngineUnreachable, match="nothing answers at"):
            dockmagic.ps(engine)
        own_engine.start()
        assert len(dockmagic.ps(engine)) == 0


# --- TLS ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def certificates(tls_files: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Use the certificates that the test engine trusts, as DOCKER_CERT_PATH."""
    monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
    monkeypatch.setenv("DOCKER_CERT_PATH", str(tls_files))
    return tls_files


def test_an_engine_whose_certificate_we_do_not_trust(
    engine_process: Dockerd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another authority signed it."""
    files = Authority("others").write(tmp_path / "others")
    monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
    monkeypatch.setenv("DOCKER_CERT_PATH", str(files))
    error = unreachable("tcp://127.0.0.1:2376")
    assert "the certificate of tcp://127.0.0.1:2376" in error.message
    assert "is not to be trusted" in error.message
    assert error.hint == f"Checked against {files / 'ca.pem'}."


@pytest.mark.parametrize(
    ("certificate", "said"),
    [
        ({"names": ("lab.example",), "addresses": ()}, "IP address mismatch"),
        ({"days": 0}, "certificate has expired"),
    ],
)
def test_another_hosts_certificate_and_an_expired_one(
    certificate: dict[str, object], said: str, authority: Authority, certificates: Path, tmp_path: Path
) -> None:
    """The name and the time are always checked."""
    files = authority.write(tmp_path / "server", server=authority.server(**certificate))  # type: ignore[arg-type]
    with serving(always(PING), kind="tls", tls=files) as server:
        error = unreachable(f"tcp://127.0.0.1:{server.port}")
    assert said in error.message


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("shown", ["none", "of another authority"])
def test_a_client_certificate_that_is_missing_or_wrong(
    version: ssl.TLSVersion, shown: str, certificates: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One error, whether the engine says so while connecting (TLS 1.2) or at the first read (TLS 1.3); no retry."""
    files = tmp_path / "client"
    Authority("others").write(files)
    (files / "ca.pem").write_bytes((certificates / "ca.pem").read_bytes())
    if shown == "none":
        (files / "cert.pem").unlink()
        (files / "key.pem").unlink()
    monkeypatch.setenv("DOCKER_CERT_PATH", str(files))
    context = server_context(certificates, version=version)
    with serving(always(PING), kind="tls", tls=certificates, context=context) as server:
        error = unreachable(f"tcp://127.0.0.1:{server.port}")
        assert server.connections == 1
    if shown == "none":
        assert "wants a client certificate, and none was given" in error.message
        assert "DOCKER_CERT_PATH" in error.hint
    else:
        assert f"does not accept our client certificate {files / 'cert.pem'}" in error.message


def test_a_real_engine_without_a_client_certificate(
    engine_process: Dockerd, certificates: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As dockerd says it."""
    (tmp_path / "ca.pem").write_bytes((certificates / "ca.pem").read_bytes())
    monkeypatch.setenv("DOCKER_CERT_PATH", str(tmp_path))
    assert "wants a client certificate, and none was given" in unreachable("tcp://127.0.0.1:2376").message


@pytest.mark.parametrize("files", ["with a certificate", "without"])
def test_an_end_right_after_the_handshake(
    files: str, certificates: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left of an alert that did not make it here: the certificate, or an engine that stopped."""
    if files == "without":
        (tmp_path / "ca.pem").write_bytes((certificates / "ca.pem").read_bytes())
        monkeypatch.setenv("DOCKER_CERT_PATH", str(tmp_path))
    context = server_context(certificates)
    context.verify_mode = ssl.CERT_NONE
    with serving(Peer.cut, kind="tls", tls=certificates, context=context) as server:
        error = unreachable(f"tcp://127.0.0.1:{server.port}")
    said = "does not accept our client certificate" if files != "without" else "wants a client certificate"
    assert said in error.message
    assert "closed right after the TLS handshake" in error.message


def test_tls_to_a_port_that_speaks_plain(plain_tcp: Dockerd, certificates: Path) -> None:
    """The port is the wrong one, most of the time."""
    error = unreachable("tcp://127.0.0.1:2375")
    assert "does not speak TLS" in error.message
    assert "2376" in error.hint


def test_plain_to_a_port_that_speaks_tls(engine_process: Dockerd) -> None:
    """Go answers in plain text; the hint names the variables."""
    error = unreachable("tcp://127.0.0.1:2376")
    assert "speaks TLS, and was spoken to in plain" in error.message
    assert "DOCKER_TLS_VERIFY=1" in error.hint


def test_plain_to_another_tls_server(tls_files: Path) -> None:
    """OpenSSL answers with an alert or a reset."""
    with serving(always(PING), kind="tls", tls=tls_files) as server:
        with pytest.raises((EngineUnreachable, ProtocolError)) as caught:
            dockmagic.connect(f"tcp://127.0.0.1:{server.port}")
    assert caught.value.hint


@pytest.mark.parametrize("file", ["ca.pem", "cert.pem", "key.pem"])
def test_a_certificate_file_that_is_none(
    file: str, tls_files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names it."""
    for each in ("ca.pem", "cert.pem", "key.pem"):
        (tmp_path / each).write_bytes(b"nonsense" if each == file else (tls_files / each).read_bytes())
    monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
    monkeypatch.setenv("DOCKER_CERT_PATH", str(tmp_path))
    error = unreachable("tcp://127.0.0.1:2376")
    assert str(tmp_path / ("cert.pem" if file == "key.pem" else file)) in error.message
    assert "cannot be used" in error.message


# --- ssh ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("ssh://dm:1", "Connection refused"),
        ("ssh://nobody.invalid", "Could not resolve hostname"),
        ("ssh://nobody@dm", "Permission denied"),
        ("ssh://dm/nowhere/docker.sock", "/nowhere/docker.sock"),
    ],
)
def test_sshs_own_words_are_in_the_error(ssh: Sshd, target: str, said: str) -> None:
    """And how to try it in a terminal."""
    error = unreachable(target)
    assert error.message.startswith(f"ssh gives no way to {target}")
    assert said in error.message
    assert error.hint.startswith("Try it in a terminal: ssh ")


def test_without_an_ssh_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """Said as such."""
    monkeypatch.setenv("PATH", "/nowhere")
    assert "there is no ssh program on the PATH" in unreachable("ssh://dm").message


# --- and nothing else happens -----------------------------------------------------------------------------------------


def test_an_engine_is_made_without_a_request(tmp_path: Path) -> None:
    """Only the first command talks."""
    Engine(unix_endpoint(str(tmp_path / "none"))).close()


def test_a_broken_talk_is_not_repeated_for_what_changes_something() -> None:
    """One that was closed while a POST was on its way: not a second container."""
    seen: list[str] = []

    def script(peer: Peer) -> None:
        peer.answer(PING)
        seen.append(peer.request().method)

    with serving(script) as server, dockmagic.connect(server.path) as engine:
        with pytest.raises(ProtocolError, match="without a reply"):
            engine.post("/containers/create", json={})
    assert seen == ["POST"]
