"""What all tests share: a private network, real engines started once, and an environment that is nobody's."""

import atexit
import json
import os
import signal
import subprocess
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from hypothesis import HealthCheck, settings
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import dockmagic
from tests.engines.archives import load_foreign_image
from tests.engines.certificates import Authority
from tests.engines.dockerd import Bridge, Dockerd, dockerd_version, find_dockerd
from tests.engines.images import import_image
from tests.engines.labels import remove_labelled
from tests.engines.namespace import private_network
from tests.engines.programs import find, missing, why_not
from tests.engines.registry import TLS_ADDRESS, Registry
from tests.engines.sshd import Sshd

TLS_PORT = 2376
PLAIN_PORT = 2375
REGISTRY_PORT = 5000
PASSWORD_REGISTRY, TOKEN_REGISTRY = f"{TLS_ADDRESS}:5443", f"{TLS_ADDRESS}:5444"
"""Registries with TLS that `engine_process` trusts, should they run."""

KEPT = ("DOCKMAGIC_TEST_DOCKERD", "DOCKMAGIC_REQUIRE_ENGINE")
"""The two variables that are meant for the test suite itself."""

REASON = pytest.StashKey[str | None]()

# A busy machine makes examples slowly, and that is no failure.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

DockerJson = Callable[..., list[dict[str, Any]]]


class DockerCli(Protocol):
    """What the fixture `docker_cli` gives."""

    def __call__(self, *arguments: str, stdin: str | None = None, host: str | None = None) -> str:
        """Run `docker ARGUMENTS` against the engine, or another `host`, and return what it printed."""


def pytest_configure(config: pytest.Config) -> None:
    """Move the whole run into a network namespace of its own, before any thread starts: no test reaches a network."""
    # A run in the background inherits an ignored SIGINT, and Python then raises no KeyboardInterrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    reason = why_not()
    if os.name == "posix" and os.geteuid() == 0:
        try:
            private_network()
        except (OSError, AttributeError) as error:
            reason = reason or f"a real engine cannot be started, the kernel gives no network namespace: {error}"
    config.stash[REASON] = reason


def pytest_report_header(config: pytest.Config) -> str:
    """Tell which engine the tests run on."""
    reason = config.stash[REASON]
    return f"engine: none: {reason}" if reason else f"engine: dockerd {dockerd_version()} ({find_dockerd()})"


def require(reason: str | None) -> None:
    """Skip the test for this reason, if there is one; fail it where DOCKMAGIC_REQUIRE_ENGINE=1."""
    if reason is None:
        return
    if os.environ.get("DOCKMAGIC_REQUIRE_ENGINE") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(autouse=True)
def isolated(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give each test an empty home, and no setting of the person who runs it; returns that home."""
    home = tmp_path_factory.mktemp("home")
    for name in os.environ:
        ours = name.startswith(("DOCKER_", "DOCKMAGIC_", "BUILDKIT_", "COMPOSE_", "JUPYTER_", "XDG_"))
        if (ours or name in {"SSH_AUTH_SOCK", "PYTHONSTARTUP"} or name.lower().endswith("_proxy")) and name not in KEPT:
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))  # Windows
    monkeypatch.setenv("DOCKER_CONFIG", str(home / ".docker"))
    monkeypatch.setenv("IPYTHONDIR", str(home / ".ipython"))
    for kind in ("CONFIG", "DATA", "RUNTIME"):
        monkeypatch.setenv(f"JUPYTER_{kind}_DIR", str(home / f"jupyter-{kind.lower()}"))
    # Drawing its list of fonts takes seconds; it says nothing about a person.
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path_factory.getbasetemp() / "matplotlib"))
    return home


@pytest.fixture(scope="session")
def authority() -> Authority:
    """Return the certificate authority that the engine and its clients trust."""
    return Authority()


@pytest.fixture(scope="session")
def tls_files(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a DOCKER_CERT_PATH for the engine's TLS listener: ca.pem, cert.pem, key.pem (and server-*.pem)."""
    return authority.write(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="session")
def engine_process(pytestconfig: pytest.Config, tls_files: Path, authority: Authority) -> Iterator[Dockerd]:
    """Run the engine that most tests talk to, with the image bb:1.

    It listens on its unix socket and, for clients with a certificate, on tcp://127.0.0.1:2376. Docker Hub is for it
    what the fixture `registry` holds, and nothing without that fixture.
    """
    require(pytestconfig.stash[REASON])
    tcp = [f"tcp://127.0.0.1:{TLS_PORT}"]
    mirror = f"http://127.0.0.1:{REGISTRY_PORT}"
    trusted = dict.fromkeys((PASSWORD_REGISTRY, TOKEN_REGISTRY), authority.certificate)
    with Dockerd(private_network=False, tcp=tcp, tls=tls_files, registry_mirror=mirror, trusted=trusted) as engine:
        import_image(engine.socket, "bb:1")
        yield engine


@pytest.fixture(scope="session")
def plain_tcp(engine_process: Dockerd) -> Iterator[Dockerd]:
    """Run a second engine with the image bb:1, which listens without TLS on tcp://127.0.0.1:2375 too."""
    bridge = Bridge("dmbr1", "10.222.1.1/24")
    with Dockerd(private_network=False, tcp=[f"tcp://127.0.0.1:{PLAIN_PORT}"], bridge=bridge) as engine:
        import_image(engine.socket, "bb:1")
        yield engine


@pytest.fixture
def own_engine(pytestconfig: pytest.Config) -> Iterator[Dockerd]:
    """Run an engine for this test alone, with the image bb:1 and a network of its own: to be halted and restarted."""
    require(pytestconfig.stash[REASON])
    with Dockerd() as engine:
        import_image(engine.socket, "bb:1")
        yield engine


@pytest.fixture(scope="session")
def sshd(engine_process: Dockerd) -> Iterator[Sshd]:
    """Run an sshd on which `docker` talks to `engine_process`."""
    require(missing("sshd", "ssh", "ssh-keygen", "docker"))
    with Sshd(engine_process.host) as server:
        yield server


@pytest.fixture
def ssh(sshd: Sshd, monkeypatch: pytest.MonkeyPatch) -> Sshd:
    """Put an `ssh` in front of PATH that knows `ssh://dm`, with no calls noted yet."""
    monkeypatch.setenv("PATH", sshd.path)
    sshd.forget()
    return sshd


@pytest.fixture(scope="session")
def registry(engine_process: Dockerd) -> Iterator[Registry]:
    """Run a registry which holds library/busybox:latest and is Docker Hub for `engine_process`."""
    require(missing("docker-registry"))
    with Registry(port=REGISTRY_PORT) as server:
        server.push(engine_process, "library/busybox:latest")
        yield server


@pytest.fixture(scope="session")
def foreign_image(engine_process: Dockerd) -> str:
    """Return an image that says it is for another processor, foreign:1; the engine warns when it makes a container."""
    load_foreign_image(engine_process.socket, "foreign:1", architecture="s390x")
    return "foreign:1"


@pytest.fixture
def docker_cli(engine_process: Dockerd, tmp_path_factory: pytest.TempPathFactory) -> DockerCli:
    """Return a function that runs docker's own command line against the engine and returns what it printed.

    A command that fails raises subprocess.CalledProcessError, with docker's words in `stderr`.
    """
    require(missing("docker"))
    settings = tmp_path_factory.mktemp("docker")

    def run(*arguments: str, stdin: str | None = None, host: str | None = None) -> str:
        command = [find("docker"), "--host", host or engine_process.host, *arguments]
        environ = {"PATH": os.environ["PATH"], "HOME": str(settings), "DOCKER_CONFIG": str(settings)}
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, input=stdin, env=environ, timeout=60
        )
        if done.returncode:
            error = subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
            error.add_note(done.stderr)
            raise error
        return done.stdout

    return run


@pytest.fixture
def docker_json(docker_cli: DockerCli) -> DockerJson:
    """Return a function that runs docker with `--format {{json .}}` and returns the lines read as JSON."""

    def run(*arguments: str) -> list[dict[str, Any]]:
        printed = docker_cli(*arguments, "--format", "{{json .}}")
        return [json.loads(line) for line in printed.splitlines()]

    return run


@pytest.fixture
def label(engine_process: Dockerd) -> Iterator[str]:
    """Return a label, dockmagic.test=..., for what the test makes: whatever carries it is removed afterwards."""
    mark = f"dockmagic.test={uuid.uuid4().hex}"
    yield mark
    remove_labelled(engine_process.socket, mark)


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    """Return an IPython shell of its own, without a history file."""
    shell = InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))
    yield shell
    dockmagic.unload_ipython_extension(shell)
    atexit.unregister(shell.atexit_operations)
    shell.atexit_operations()
