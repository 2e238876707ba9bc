"""The steps to TLS in docs/connecting.md, run as they stand: openssl, dockerd, docker, the firewall."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.conftest import REASON, require
from tests.engines.dockerd import Dockerd
from tests.engines.programs import find, missing, search_path

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = (Path(__file__).parent.parent / "docs" / "connecting.md").read_text(encoding="utf-8")
NAME = "lab-1.example.org"  # as on the page
SCRIPT = """
import json, sys, dockmagic
from dockmagic.errors import DockMagicError
try:
    with dockmagic.connect(*sys.argv[1:]) as engine:
        print(json.dumps([engine.host, engine.endpoint.tls is not None, len(dockmagic.ps(engine))]))
except DockMagicError as error:
    print(json.dumps([type(error).__name__, str(error)]))
"""
STRICT = """
import socket, ssl, sys
context = ssl.create_default_context(cafile="ca.pem")
context.verify_flags |= ssl.VERIFY_X509_STRICT
context.load_cert_chain("cert.pem", "key.pem")
with socket.create_connection(("127.0.0.1", 2376), 30) as plain:
    with context.wrap_socket(plain, server_hostname=sys.argv[1]) as channel:
        channel.sendall(b"GET /_ping HTTP/1.0\\r\\n\\r\\n")
        print(channel.recv(15).decode())
"""


def section(title: str) -> str:
    """What stands under a heading of the page."""
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def blocks(language: str, title: str) -> list[str]:
    """The blocks of code under a heading that are in this language."""
    return re.findall(rf"```{language}\n(.*?)```", section(title), re.DOTALL)


class Lab(NamedTuple):
    """An engine that was set up by the page, and the directory in which its steps were done."""

    engine: Dockerd
    directory: Path

    def run(self, *command: str, **environ: str) -> str:
        """Run this in the engine's network, where its name leads to it, and return what it prints."""
        known = {"PATH": search_path(), "HOME": str(self.directory), "DOCKER_CONFIG": str(self.directory / "docker")}
        entered = [*self.engine.nsenter(), find("unshare"), "--mount", "sh", "-ec"]
        hosts = f'mount --bind {shlex.quote(str(self.directory / "hosts"))} /etc/hosts; exec "$@"'
        done = subprocess.run(
            [*entered, hosts, "sh", *command],
            cwd=self.directory,
            env={**known, "PYTHONPATH": str(Path(__file__).parent.parent), **environ},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def connect(self, *arguments: str, **environ: str) -> list[object]:
        """What `dockmagic.connect` comes to there: host, whether it is TLS, how many containers; or the error."""
        found: list[object] = json.loads(self.run(sys.executable, "-c", SCRIPT, *arguments, **environ))
        return found


@pytest.fixture(scope="module")
def lab(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Follow the page up to where the engine listens."""
    require(pytestconfig.stash[REASON] or missing("openssl", "docker"))
    directory = tmp_path_factory.mktemp("lab")
    (directory / "hosts").write_text(f"127.0.0.1 localhost {NAME}\n", encoding="utf-8")
    steps = [block for block in blocks("sh", "TLS, step by step") if "umask" in block or "openssl" in block]
    assert len(steps) == 4
    done = subprocess.run(
        ["sh", "-euc", "".join(steps)],
        cwd=directory,
        env={"PATH": os.environ["PATH"], "USER": "me"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "server-cert.pem: OK\ncert.pem: OK\n"
    with Dockerd(extra=listening(directory)) as engine:
        yield Lab(engine, directory)


def listening(directory: Path) -> list[str]:
    """The flags of the page's drop-in, without its unix socket and containerd: a test's engine brings these."""
    (drop_in,) = blocks("ini", "TLS, step by step")
    line = drop_in.replace("\\\n", " ").splitlines()[-1].replace("/etc/docker/tls", str(directory))
    program, *flags = shlex.split(line.removeprefix("ExecStart="))
    assert program == "/usr/bin/dockerd"
    assert flags[:3] == ["-H", "fd://", "--containerd=/run/containerd/containerd.sock"]
    return flags[3:]


def test_a_docker_context_made_as_the_page_says_leads_to_the_engine(lab: Lab) -> None:
    """Docker's own command makes it, and both talk to the engine through it."""
    (step,) = [block for block in blocks("sh", "TLS, step by step") if "context create" in block]
    lab.run("sh", "-euc", f"HOST={NAME}\n{step}")
    assert lab.connect("lab-1") == [f"tcp://{NAME}:2376", True, 0]
    assert lab.run("docker", "--context", "lab-1", "ps", "-q") == ""


def test_the_environment_of_the_page_leads_to_the_engine(lab: Lab) -> None:
    """As the Jupyter server would be started."""
    (step,) = [block for block in blocks("sh", "TLS, step by step") if "DOCKER_CERT_PATH" in block]
    printed = lab.run("sh", "-euc", f'HOST={NAME}\n{step}exec "$@"', "sh", sys.executable, "-c", SCRIPT)
    assert json.loads(printed) == [f"tcp://{NAME}:2376", True, 0]


def test_the_certificates_satisfy_the_strict_check_of_newer_pythons(lab: Lab) -> None:
    """Python 3.13 asks for the key usages and identifiers by default."""
    for name in (NAME, "localhost", "127.0.0.1"):
        assert lab.run(sys.executable, "-c", STRICT, name) == "HTTP/1.0 200 OK\n"


def test_without_a_certificate_of_ones_own_the_engine_lets_nobody_in(lab: Lab, tmp_path: Path) -> None:
    """Knowing the authority is not enough."""
    (tmp_path / "ca.pem").write_bytes((lab.directory / "ca.pem").read_bytes())
    environ = {"DOCKER_HOST": f"tcp://{NAME}:2376", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(tmp_path)}
    kind, message = lab.connect(**environ)
    assert kind == "EngineUnreachable"
    assert "cert.pem and key.pem" in str(message)


def test_the_key_of_the_authority_and_all_others_are_for_their_owner_only(lab: Lab) -> None:
    """Because of umask, which comes first."""
    keys = sorted(lab.directory.glob("*key.pem"))
    assert [key.name for key in keys] == ["ca-key.pem", "key.pem", "server-key.pem"]
    assert {key.stat().st_mode & 0o777 for key in keys} == {0o600}


def test_the_rule_of_the_firewall_lets_in_whom_it_names(lab: Lab) -> None:
    """The port answers an address in the range, and no other; without the rule it would answer both."""
    (rule,) = blocks("sh", "Firewall")
    lab.run("ip", "address", "add", "192.0.2.7/32", "dev", "lo")
    reach = 'import socket, sys; socket.create_connection(("127.0.0.1", 2376), 2, (sys.argv[1], 0)).close()'
    attempt = f"{shlex.quote(sys.executable)} -c {shlex.quote(reach)} $address 2>&1 | tail -1"
    script = f"for address in 127.0.0.1 192.0.2.7; do {attempt}; echo; done"
    assert lab.run("sh", "-uc", script).split() == []
    undo = rule.replace("-I INPUT", "-D INPUT")
    lab.run("sh", "-euc", rule.replace("sudo ", ""))
    try:
        assert lab.run("sh", "-uc", script).split() == ["TimeoutError:", "timed", "out"]
    finally:
        lab.run("sh", "-euc", undo.replace("sudo ", ""))
