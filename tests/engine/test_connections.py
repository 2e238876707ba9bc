"""Every way to a real engine, and what each request carries."""

from __future__ import annotations

import json
import logging
import threading
from typing import TYPE_CHECKING

import pytest

import dockmagic
from dockmagic.engine.contexts import context_id
from dockmagic.engine.versions import NEWEST, OLDEST
from dockmagic.errors import EngineWarning, InsecureConnection, UsageError, VersionMismatch
from tests.engine.scripted import eventually, open_files, serving, unix_endpoint
from tests.engines.certificates import Authority

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.scripted import Peer, Script
    from tests.engines.dockerd import Dockerd
    from tests.engines.sshd import Sshd


def names_itself(engine: dockmagic.Engine) -> bool:
    """Whether the engine answers a versioned request."""
    return bool(engine.get("/info")["ServerVersion"])


def test_a_unix_socket(engine_process: Dockerd) -> None:
    """By its address or its bare path."""
    for target in (engine_process.host, engine_process.socket):
        with dockmagic.connect(str(target)) as engine:
            assert engine.host == engine_process.host
            assert names_itself(engine)


def test_plain_tcp_on_this_machine(plain_tcp: Dockerd) -> None:
    """Loopback needs no TLS."""
    for target in ("tcp://127.0.0.1:2375", "127.0.0.1:2375", "tcp://127.0.0.1", "tcp://localhost"):
        with dockmagic.connect(target) as engine:
            assert names_itself(engine)


def test_tls_with_a_client_certificate(
    engine_process: Dockerd, tls_files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DOCKER_TLS_VERIFY and DOCKER_CERT_PATH, as docker reads them; the port is 2376 then."""
    monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
    monkeypatch.setenv("DOCKER_CERT_PATH", str(tls_files))
    for target in ("tcp://127.0.0.1:2376", "tcp://localhost"):
        with dockmagic.connect(target) as engine:
            assert names_itself(engine)
            assert list(dockmagic.connection(engine)["tls"]) == [True]


def test_docker_tls_alone_checks_the_certificate_too(
    engine_process: Dockerd, tls_files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Docker itself would not; only a context's SkipTLSVerify switches the check off."""
    monkeypatch.setenv("DOCKER_TLS", "1")
    monkeypatch.setenv("DOCKER_CERT_PATH", str(tls_files))
    with dockmagic.connect("tcp://127.0.0.1:2376") as engine:
        assert engine.endpoint.tls is not None
        assert engine.endpoint.tls.verify is True


def test_the_certificates_that_dockers_guide_makes_are_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their CA has no key-usage extension, which Python 3.13 and later refuse unless they are told otherwise."""
    files = Authority(key_usage=False).write(tmp_path / "guide")
    monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
    monkeypatch.setenv("DOCKER_CERT_PATH", str(files))
    with serving(engine_of_version("1.41"), kind="tls", tls=files) as server:
        with dockmagic.connect(f"tcp://127.0.0.1:{server.port}") as engine:
            assert engine.api_version == "1.41"


def context(home: Path, name: str, endpoint: dict[str, object], files: Path | None = None) -> None:
    """Store a docker context as `docker context create` does."""
    meta = home / ".docker" / "contexts" / "meta" / context_id(name)
    meta.mkdir(parents=True)
    (meta / "meta.json").write_text(json.dumps({"Name": name, "Metadata": {}, "Endpoints": {"docker": endpoint}}))
    if files is not None:
        store = home / ".docker" / "contexts" / "tls" / context_id(name) / "docker"
        store.mkdir(parents=True)
        for file in ("ca.pem", "cert.pem", "key.pem"):
            (store / file).write_bytes((files / file).read_bytes())


def test_a_context_brings_its_certificates(engine_process: Dockerd, tls_files: Path, isolated: Path) -> None:
    """Read where they lie."""
    context(isolated, "lab", {"Host": "tcp://127.0.0.1:2376"}, tls_files)
    with dockmagic.connect("lab") as engine:
        assert names_itself(engine)
        assert engine.endpoint.display == "lab"


def test_a_context_that_skips_the_check_is_warned_of_each_time(
    engine_process: Dockerd, tls_files: Path, authority: Authority, isolated: Path, tmp_path: Path
) -> None:
    """It is honoured: here the CA is not the one that signed the engine's certificate."""
    files = Authority("nobody").write(tmp_path / "others", client=authority.client())
    context(isolated, "lab", {"Host": "tcp://127.0.0.1:2376", "SkipTLSVerify": True}, files)
    for _ in range(2):
        with pytest.warns(EngineWarning, match="the certificate of lab is not checked") as warned:
            dockmagic.connect("lab").close()
        assert len(warned) == 1


def test_ssh_is_the_users_own_with_dockers_command_line(ssh: Sshd) -> None:
    """One process per kept connection, asked exactly what docker's newest client asks."""
    with dockmagic.connect("ssh://dm") as engine:
        for _ in range(5):
            assert names_itself(engine)
    assert ssh.calls() == [["-o", "ConnectTimeout=30", "-T", "--", "dm", "docker system dial-stdio"]]


def test_ssh_user_port_and_socket_are_passed_on(ssh: Sshd, engine_process: Dockerd) -> None:
    """ssh://root@dm:PORT/path/to/socket."""
    with dockmagic.connect(f"ssh://root@dm:{ssh.port}{engine_process.socket}") as engine:
        assert names_itself(engine)
    (call,) = ssh.calls()
    assert call == [
        "-o",
        "ConnectTimeout=30",
        "-T",
        "-l",
        "root",
        "-p",
        str(ssh.port),
        "--",
        "dm",
        f"docker --host=unix://{engine_process.socket} system dial-stdio",
    ]


def test_plain_tcp_to_another_host_is_refused_before_anything_is_sent() -> None:
    """With the ways out."""
    for target in ("tcp://192.0.2.1:2375", "tcp://lab.example", "tcp://0.0.0.0:2375", "tcp://127.0.0.1.example:1"):
        with pytest.raises(InsecureConnection, match="neither encrypted nor does it ask who you are") as caught:
            dockmagic.connect(target)
        assert "DOCKER_TLS_VERIFY=1" in caught.value.hint
        assert "--insecure" in caught.value.hint


@pytest.mark.parametrize("insist", ["argument", "environment"])
def test_one_can_insist_on_plain_tcp(plain_tcp: Dockerd, insist: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """connect(insecure=True), or DOCKMAGIC_INSECURE=1 for a CI sidecar. 0.0.0.0 leads here, but is no loopback name."""
    if insist == "environment":
        monkeypatch.setenv("DOCKMAGIC_INSECURE", "1")
    with dockmagic.connect("tcp://0.0.0.0:2375", insecure=insist == "argument") as engine:
        assert names_itself(engine)


def test_no_proxy_is_used(plain_tcp: Dockerd, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the environment says."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with dockmagic.connect("tcp://127.0.0.1:2375") as engine:
        assert names_itself(engine)


def engine_of_version(newest: str, *, seen: list[str] | None = None) -> Script:
    """A script that answers as an engine whose newest API version is `newest`, and notes what it was asked."""

    def script(peer: Peer) -> None:
        while True:
            asked = peer.request()
            if seen is not None:
                seen.append(f"{asked.method} {asked.target} {asked.headers.get('user-agent')}")
            body = b"OK" if asked.target == "/_ping" else b"{}"
            head = f"HTTP/1.1 200 OK\r\nApi-Version: {newest}\r\nContent-Type: application/json\r\n"
            peer.send(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    return script


@pytest.mark.parametrize(("theirs", "spoken"), [("1.41", "1.41"), ("1.45", "1.45"), ("1.99", NEWEST), ("2.0", NEWEST)])
def test_the_newest_version_that_both_know_is_in_every_path(theirs: str, spoken: str) -> None:
    """Never the unversioned path, which would be the engine's newest; and who asks stands in User-Agent."""
    seen: list[str] = []
    with serving(engine_of_version(theirs, seen=seen)) as server, dockmagic.connect(server.path) as engine:
        engine.get("/info")
        assert engine.api_version == spoken
    agent = f"dockmagic/{dockmagic.__version__}"
    assert seen[-1] == f"GET /v{spoken}/info {agent}"


def test_the_version_is_negotiated_once_whatever_the_number_of_threads() -> None:
    """Under a lock."""
    seen: list[str] = []
    with serving(engine_of_version("1.43", seen=seen)) as server:
        engine = dockmagic.Engine(unix_endpoint(server.path))
        threads = [threading.Thread(target=engine.get, args=("/info",)) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        engine.close()
    assert len([line for line in seen if "/_ping" in line]) == 1
    assert len([line for line in seen if "/v1.43/info" in line]) == 16


def test_an_engine_that_is_too_old_is_named_with_both_ranges() -> None:
    """Not with a 404 of some endpoint later on."""
    with serving(engine_of_version("1.40")) as server, pytest.raises(VersionMismatch) as caught:
        dockmagic.connect(server.path)
    assert "speaks API 1.40; dockmagic speaks 1.41 to 1.45" in caught.value.message


@pytest.mark.parametrize("kind", ["application/json", "text/plain"])
def test_an_engine_that_is_too_new_is_named_with_both_ranges(kind: str) -> None:
    """It says so in a 400, in JSON or in plain text, depending on its version."""
    words = (
        "client version 1.45 is too old. Minimum supported API version is 1.50, "
        "please upgrade your client to a newer version"
    )
    body = (json.dumps({"message": words}) if kind == "application/json" else words).encode()
    head = f"HTTP/1.1 400 Bad Request\r\nApi-Version: 1.52\r\nContent-Type: {kind}\r\n"
    refusal = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    ping = b"HTTP/1.1 200 OK\r\nApi-Version: 1.52\r\nContent-Length: 2\r\n\r\nOK"

    def script(peer: Peer) -> None:
        while True:
            peer.send(ping if peer.request().target == "/_ping" else refusal)

    with serving(script) as server, dockmagic.connect(server.path) as engine, pytest.raises(VersionMismatch) as caught:
        engine.get("/info")
    assert f"speaks API 1.50 to 1.52; dockmagic speaks {OLDEST} to {NEWEST}" in caught.value.message


def test_a_real_engine_refuses_a_version_that_it_does_not_know(engine_process: Dockerd) -> None:
    """DOCKER_API_VERSION insists past our newest; the engine's complaint names its range."""
    environ = {"DOCKER_HOST": engine_process.host, "DOCKER_API_VERSION": "1.99"}
    with dockmagic.connect(environ=environ) as engine, pytest.raises(VersionMismatch, match=r"dockmagic speaks 1\.41"):
        engine.get("/info")


def test_docker_api_version_pins(engine_process: Dockerd) -> None:
    """And nothing is negotiated."""
    environ = {"DOCKER_HOST": engine_process.host, "DOCKER_API_VERSION": "1.41"}
    with dockmagic.connect(environ=environ) as engine:
        assert engine.api_version == "1.41"
        assert names_itself(engine)


@pytest.mark.parametrize(
    ("version", "error"), [("1.30", VersionMismatch), ("latest", UsageError), ("1.41/../..", UsageError)]
)
def test_a_pin_that_cannot_be_is_refused(version: str, error: type[Exception]) -> None:
    """Before anything is sent."""
    with pytest.raises(error, match="DOCKER_API_VERSION"):
        dockmagic.connect("/nowhere.sock", environ={"DOCKER_API_VERSION": version})


def test_each_request_is_one_line_in_the_log_without_secrets(
    engine_process: Dockerd, caplog: pytest.LogCaptureFixture
) -> None:
    """Logger dockmagic, level DEBUG; httpx's own, which would show each URL as it is, has nothing to say."""
    with dockmagic.connect(engine_process.host) as engine, caplog.at_level(logging.DEBUG):
        engine.get(
            "/containers/json", params={"limit": 1, "identitytoken": "a&hunter2", "buildargs": {"A": "b&hunter2"}}
        )
        engine.get("/containers/json", params={"limit": 1, "remote": "https://me:hunter2@example.org/x.git"})
    lines = [record.getMessage() for record in caplog.records if record.name == "dockmagic"]
    assert len(lines) == 2
    assert lines[0].startswith("GET http://docker/v1.")
    assert "identitytoken=********&buildargs=********" in lines[0]
    assert "remote=https://me:********@example.org/x.git" in lines[1]
    assert "hunter2" not in "".join(record.getMessage() for record in caplog.records)


def test_an_engine_tells_who_it_is_and_closes_what_it_opened(engine_process: Dockerd) -> None:
    """repr() for a notebook; close() for the connections."""
    before = open_files()
    engine = dockmagic.connect(engine_process.host)
    assert repr(engine) == f"<Engine {engine_process.host} API {engine.api_version}>"
    engine.close()
    assert eventually(lambda: open_files() == before)


def test_a_ping_is_answered_without_a_body_by_head(engine_process: Dockerd) -> None:
    """HEAD gives the headers."""
    with dockmagic.connect(engine_process.host) as engine:
        assert engine.head("/_ping")["ostype"] == "linux"
