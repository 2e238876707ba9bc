"""The demo as a server: its thread, its socket, its end, and what it does with requests that are none."""

from __future__ import annotations

import json
import signal
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dockmagic
from dockmagic.demo import Demo
from dockmagic.demo.body import MOST_JSON
from dockmagic.demo.body_types import CONTAINER, NETWORK, VOLUME
from dockmagic.demo.server import THREAD
from tests.engines.http import request

ROOT = Path(__file__).parent.parent.parent
MEMBERS = sorted(
    {name for shape in (CONTAINER, CONTAINER["HostConfig"], NETWORK, VOLUME) for name in shape}
    | {"Config", "Subnet", "EndpointsConfig", "Target", "Type", "HostPort", "80/tcp", "Test", "Interval", "bridge"}
)


def python(script: str) -> subprocess.CompletedProcess[str]:
    """Run Python code in a process of its own."""
    command = [sys.executable, "-c", script]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=60)


def threads() -> set[threading.Thread]:
    """The threads that serve demos; other tests may have one."""
    return {thread for thread in threading.enumerate() if thread.name == THREAD}


def test_nothing_stays_when_it_is_stopped() -> None:
    """No thread, no socket, no directory; a second stop does nothing."""
    others = threads()
    demo = Demo()
    with demo:
        directory = Path(demo.socket).parent
        assert len(threads() - others) == 1
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700
        assert stat.S_IMODE(Path(demo.socket).stat().st_mode) == 0o600
    demo.stop()
    assert not directory.exists()
    assert threads() == others


def test_it_stops_while_streams_are_open() -> None:
    """Those who read them see an end."""
    others = threads()
    with Demo() as demo:
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(demo.socket)
        connection.sendall(b"GET /events HTTP/1.1\r\nHost: demo\r\n\r\n")
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 OK")
    with connection:
        connection.settimeout(10)
        assert connection.recv(4096) == b""
    assert threads() == others


def test_two_demos_know_nothing_of_each_other() -> None:
    """Each has its own socket and its own containers."""
    with Demo() as one, Demo() as other:
        with dockmagic.connect(one.host) as engine:
            dockmagic.run(engine, "busybox", ["sleep", "60"], detach=True)
            assert len(dockmagic.ps(engine)) == 1
        with dockmagic.connect(other.host) as engine:
            assert len(dockmagic.ps(engine)) == 0


def test_a_body_that_is_too_large_is_refused_and_not_kept(demo: Demo) -> None:
    """With a status that says so."""
    reply = request(demo.socket, "POST", "/containers/create", body=b"[" * (MOST_JSON + 1))
    assert reply.status == 413


@pytest.mark.parametrize("body", [b"{bad", b"[]", b"5", b"[" * 100_000])
def test_a_body_that_is_no_object_is_refused(demo: Demo, body: bytes) -> None:
    """However deep it is."""
    assert request(demo.socket, "POST", "/containers/create", body=body).status == 400


@pytest.mark.parametrize("body", [b"garbage" * 200, b"", b"\x1f\x8b\x08\x00bad"])
def test_a_context_that_is_no_archive_is_refused(demo: Demo, body: bytes) -> None:
    """With the engine's words."""
    headers = {"Content-Type": "application/x-tar"}
    assert request(demo.socket, "POST", "/build", body=body, headers=headers).status == 500


def test_what_is_no_http_is_closed(demo: Demo) -> None:
    """And the demo lives on."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(demo.socket)
        connection.sendall(b"\x16\x03\x01 this is no HTTP\r\n\r\n")
        connection.settimeout(10)
        assert b"200 OK" not in connection.recv(4096)
    assert request(demo.socket, "GET", "/_ping").body == b"OK"


def test_a_file_does_not_remain_of_an_archive_that_was_cut(demo: Demo) -> None:
    """Half an upload changes nothing."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(demo.socket)
        connection.sendall(b"POST /build HTTP/1.1\r\nHost: d\r\nContent-Length: 100000\r\n\r\nhalf")
    assert len(request(demo.socket, "GET", "/images/json").json()) == 8


def test_older_clients_get_what_they_know(demo: Demo) -> None:
    """`<none>:<none>` and VirtualSize, which newer versions do without."""
    old, new = (request(demo.socket, "GET", f"/v{version}/images/json").json() for version in ("1.41", "1.45"))
    assert [row["RepoTags"] for row in old if row["RepoTags"] == ["<none>:<none>"]]
    assert all("VirtualSize" in row for row in old)
    assert [row["RepoTags"] for row in new if not row["RepoTags"]]
    assert request(demo.socket, "GET", "/v1.40/info").json()["message"].startswith("client version 1.40 is too old.")


def test_ten_thousand_containers_are_listed() -> None:
    """All of them, in one reply."""
    with Demo(containers=10_000) as demo, dockmagic.connect(demo.host) as engine:
        listed = dockmagic.ps(engine, all=True)
        assert len(listed) == 10_000
        assert listed["state"].value_counts()["running"] == 40


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_program_says_where_it_is_and_ends_with_a_signal(number: signal.Signals) -> None:
    """The line is flushed, the directory goes, the exit code is 0."""
    command = [sys.executable, "-m", "dockmagic.demo", "--story", "--containers", "5"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        assert program.stdout
        assert program.stderr
        line = program.stdout.readline().strip()
        assert line.startswith("export DOCKER_HOST=unix://")
        path = line.partition("unix://")[2]
        assert request(path, "GET", "/info").json()["Containers"] >= 8
        program.send_signal(number)
        assert program.wait(20) == 0
        assert program.stderr.read() == ""
    assert not Path(path).parent.exists()


def test_a_program_that_forgets_to_stop_it_leaves_nothing() -> None:
    """At the end of Python it is stopped."""
    script = "import dockmagic; e = dockmagic.connect('demo'); print(e.host, flush=True)"
    done = python(script)
    assert (done.returncode, done.stderr) == (0, "")
    assert not Path(done.stdout.strip().removeprefix("unix://")).parent.exists()


def test_a_forked_child_leaves_the_demo_to_its_parent() -> None:
    """It ends without a word, and the demo still answers."""
    child = python(FORK)
    assert (child.returncode, child.stdout) == (0, "OK\n")


FORK = """
import os, warnings
warnings.simplefilter("ignore")  # that a process with threads forks is the point
from dockmagic.demo import Demo
from tests.engines.http import request
with Demo() as demo:
    child = os.fork()
    if child == 0:
        demo.stop()
        os._exit(0)
    os.waitpid(child, 0)
    print(request(demo.socket, "GET", "/_ping").body.decode())
"""


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 10**12)
    | st.sampled_from(["", "busybox", "80/tcp", "x:/y", "host", "/d"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.dictionaries(st.sampled_from(MEMBERS), _JSON, max_size=6))
def test_no_body_is_too_odd(demo: Demo, body: dict[str, Any]) -> None:
    """Whatever a client sends, the answer is the engine's, and never a failure of the demo."""
    for path, more in (("/containers/create", {"Image": "busybox"}), ("/networks/create", {}), ("/volumes/create", {})):
        reply = request(demo.socket, "POST", path, body=json.dumps({**body, **more}).encode())
        assert b"the demo engine failed" not in reply.body, reply
        if path == "/containers/create" and reply.status == 201:
            name = reply.json()["Id"]
            for method, action in (("POST", "/start"), ("GET", "/json"), ("GET", "/top"), ("DELETE", "?force=1")):
                answer = request(demo.socket, method, f"/containers/{name}{action}")
                assert b"the demo engine failed" not in answer.body, answer
    assert request(demo.socket, "GET", "/containers/json?all=1").status == 200
