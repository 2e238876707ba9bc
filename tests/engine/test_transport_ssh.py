from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from dockmagic.engine.dial import Dialer
from dockmagic.engine.endpoint import Endpoint
from dockmagic.engine.ssh import SSHProcess, ssh_command
from dockmagic.engine.stop import Stop
from tests.engine.scripted import PATIENCE, PROMPT, client_of, eventually, open_files

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.engines.sshd import Sshd

DM = Endpoint(host="ssh://dm", scheme="ssh", hostname="dm", source="a test says so")
OK_WORDS = r"printf 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'"


@pytest.fixture
def fake_ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return a function that puts a shell script in the place of ssh."""

    def install(script: str) -> None:
        program = tmp_path / "ssh"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    return install


def alive(pid: int) -> bool:
    """Whether there is such a process, be it a zombie."""
    return Path(f"/proc/{pid}").exists()


def process_of(child: object) -> int:
    """The process number of an ssh."""
    assert isinstance(child, SSHProcess)
    return child._process.pid


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        (DM, ["--", "dm", "docker system dial-stdio"]),
        (
            Endpoint(host="", scheme="ssh", hostname="lab", user="me", port=2222, path="/run/x y.sock", source=""),
            ["-l", "me", "-p", "2222", "--", "lab", "docker '--host=unix:///run/x y.sock' system dial-stdio"],
        ),
        (
            Endpoint(host="", scheme="ssh", hostname="lab", path="/", source=""),
            ["--", "lab", "docker system dial-stdio"],
        ),
    ],
)
def test_the_command_line_is_the_one_of_dockers_own_client(endpoint: Endpoint, expected: list[str]) -> None:
    """What the shell at the other end gets is quoted; nothing of ours can be taken for an option of ssh."""
    assert ssh_command(endpoint) == ["ssh", "-o", "ConnectTimeout=30", "-T", *expected]


def test_one_ssh_serves_many_requests(ssh: Sshd) -> None:
    """Logging in costs a third of a second; the pipe is kept like any connection."""
    before = open_files()
    with client_of(DM) as client:
        assert [client.get("/_ping").text for _ in range(5)] == ["OK"] * 5
        assert client.post("/containers/none/start").status_code == 404
    assert ssh.calls() == [["-o", "ConnectTimeout=30", "-T", "--", "dm", "docker system dial-stdio"]]
    assert open_files() - before == set()


def test_a_stream_over_ssh_can_be_stopped_at_once(ssh: Sshd) -> None:
    """Without waiting for ssh to say farewell, and without a zombie."""
    stop, done = Stop(), threading.Event()
    with client_of(DM) as client:
        client.get("/_ping")
        with client.stream("GET", "/events", extensions={"stop": stop}) as response:

            def read() -> None:
                with pytest.raises(httpx.ReadError, match="stopped"):
                    list(response.iter_raw())
                done.set()

            thread = threading.Thread(target=read)
            thread.start()
            start = time.monotonic()
            stop()
            assert done.wait(PATIENCE)
            thread.join()
        assert time.monotonic() - start < PROMPT
        assert client.get("/_ping").text == "OK"


def test_an_interrupt_of_the_cell_does_not_reach_ssh(fake_ssh: Callable[[str], None]) -> None:
    """Ctrl-C goes to the whole process group; ssh has one of its own."""
    fake_ssh("cat >/dev/null")
    channel = Dialer(DM)(PATIENCE, None)
    pid = process_of(channel.child)
    assert os.getsid(pid) != os.getsid(0)
    assert os.getpgid(pid) != os.getpgid(0)
    channel.close()


def test_no_ssh_is_left_behind(fake_ssh: Callable[[str], None]) -> None:
    """Not even one that ignores the end of its input; closing waits for nobody."""
    fake_ssh("trap '' TERM HUP INT; exec sleep 60")
    before = open_files()
    channel = Dialer(DM)(PATIENCE, None)
    pid = process_of(channel.child)
    start = time.monotonic()
    channel.close()
    assert time.monotonic() - start < PROMPT
    assert not alive(pid)
    assert open_files() - before == set()


@pytest.mark.parametrize("content", [b"", b"abc", b"x" * 3_000_000])
@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo 'ssh: Could not resolve hostname dm' >&2; exit 255", "ssh: Could not resolve hostname dm"),
        ("head -c 10 >/dev/null; echo 'bash: docker: not found' >&2; exit 127", "bash: docker: not found"),
        ("exit 255", "ssh ended with exit code 255"),
    ],
)
def test_what_ssh_says_is_the_error(fake_ssh: Callable[[str], None], script: str, words: str, content: bytes) -> None:
    """Host unknown, refused, no docker at the other end: only ssh knows. Whether we were reading or still sending."""
    fake_ssh(script)
    before = open_files()
    with client_of(DM) as client, pytest.raises(httpx.ConnectError) as caught:
        client.post("/", content=content)
    assert str(caught.value) == words
    assert open_files() - before == set()


def test_a_talkative_ssh_does_not_stand_still(fake_ssh: Callable[[str], None]) -> None:
    """A pipe for its stderr would be full after 64 KiB."""
    fake_ssh(f"head -c 1000000 /dev/zero >&2; {OK_WORDS}; cat >/dev/null")
    with client_of(DM) as client:
        assert client.get("/").text == "ok"


def test_a_greeting_in_front_of_the_reply_is_an_error(fake_ssh: Callable[[str], None]) -> None:
    """A start-up file at the other end that prints something breaks every protocol."""
    fake_ssh(f"echo Welcome; {OK_WORDS}; cat >/dev/null")
    with client_of(DM) as client, pytest.raises(httpx.RemoteProtocolError, match="Welcome"):
        client.get("/")


def test_an_ssh_that_dies_later_is_found_before_it_is_used(fake_ssh: Callable[[str], None]) -> None:
    """The network broke while nobody looked; the next request starts another one."""
    fake_ssh(f"{OK_WORDS}; exec cat >/dev/null")
    pids = []

    def dial(timeout: float | None, stop: Stop | None) -> object:
        channel = Dialer(DM)(timeout, stop)
        pids.append(process_of(channel.child))
        return channel

    with client_of(DM) as client:
        client._transport._dial = dial  # type: ignore[attr-defined]
        assert client.get("/").text == "ok"
        os.kill(pids[0], 9)
        assert eventually(lambda: Path(f"/proc/{pids[0]}/stat").read_text().split()[2] == "Z")
        assert client.post("/").text == "ok"
        assert len(pids) == 2
    assert not any(map(alive, pids))


def test_a_missing_ssh_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is left open by the attempt."""
    monkeypatch.setenv("PATH", str(tmp_path))
    before = open_files()
    with client_of(DM) as client, pytest.raises(httpx.ConnectError) as caught:
        client.get("/")
    assert isinstance(caught.value.__cause__, FileNotFoundError)
    assert open_files() - before == set()


def test_a_request_that_is_to_stop_before_it_starts_leaves_no_ssh(fake_ssh: Callable[[str], None]) -> None:
    """The process was started a moment before."""
    fake_ssh("exec sleep 60")
    before, stop = open_files(), Stop()
    stop()
    with client_of(DM) as client, pytest.raises(httpx.TransportError, match="stopped"):
        client.get("/", extensions={"stop": stop})
    assert open_files() - before == set()
