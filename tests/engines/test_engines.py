"""The test bed itself: engines, certificates, ssh, registry, and that nothing of it stays behind."""

import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509

from tests.conftest import DockerCli, DockerJson
from tests.engines.certificates import Authority, Pair
from tests.engines.dockerd import Dockerd, EngineError, dockerd_version
from tests.engines.http import checked, request
from tests.engines.images import busybox_tar, import_image, split_reference
from tests.engines.labels import remove_labelled
from tests.engines.registry import PASSWORD, USERNAME, Registry
from tests.engines.sshd import Sshd

ROOT = Path(__file__).parents[2]


def control_groups(name: str) -> list[Path]:
    """Return the control groups that bear the name of an engine's directory."""
    return list(Path("/sys/fs/cgroup").glob(f"**/{name}"))


def test_the_engine_is_the_one_that_was_asked_for(engine_process: Dockerd, docker_cli: DockerCli) -> None:
    """DOCKMAGIC_TEST_DOCKERD or PATH decides, and no engine that runs here anyway."""
    assert docker_cli("version", "--format", "{{.Server.Version}}").strip() == dockerd_version()


def test_no_network_can_be_reached(engine_process: Dockerd) -> None:
    """Every route leads to a bridge of our own engines: there is no other device and no default route."""
    routes = [line.split() for line in Path("/proc/self/net/route").read_text().splitlines()[1:]]
    assert {device.rstrip("0123456789") for device, *_ in routes} <= {"docker", "dmbr"}
    assert "00000000" not in {destination for _, destination, *_ in routes}


def test_a_published_port_is_reached(engine_process: Dockerd, docker_cli: DockerCli, label: str) -> None:
    """The engine shares the tests' network, so what it publishes is on 127.0.0.1."""
    docker_cli("run", "-d", "--label", label, "-p", "127.0.0.1:8080:80", "bb:1", "httpd", "-f", "-h", "/etc")
    deadline = time.monotonic() + 10
    page = b""
    while not page and time.monotonic() < deadline:
        try:
            page = urllib.request.urlopen("http://127.0.0.1:8080/passwd", timeout=5).read()
        except OSError:
            time.sleep(0.05)
    assert page.startswith(b"root:x:0:0:")


def test_what_carries_the_label_is_removed(
    engine_process: Dockerd, docker_cli: DockerCli, docker_json: DockerJson, label: str
) -> None:
    """Containers, networks, volumes and images of a test go with it, running or not."""
    import_image(engine_process.socket, "labelled:1", labels=dict([label.split("=")]))
    docker_cli("network", "create", "--label", label, "labelled")
    docker_cli("volume", "create", "--label", label, "labelled")
    docker_cli("run", "-d", "--init", "--net", "labelled", "-v", "labelled:/v", "labelled:1", "sleep", "60")

    remove_labelled(engine_process.socket, label)

    for kind in ("container", "network", "volume", "image"):
        assert docker_json(kind, "ls", "--filter", f"label={label}") == []
    assert [image["Tag"] for image in docker_json("images", "bb")] == ["1"]


def ask_over_tls(directory: Path, *, client: bool) -> int:
    """Ask the engine's TLS listener for /_ping and return the status."""
    context = ssl.create_default_context(cafile=directory / "ca.pem")
    if client:
        context.load_cert_chain(directory / "cert.pem", directory / "key.pem")
    with urllib.request.urlopen("https://127.0.0.1:2376/_ping", timeout=10, context=context) as reply:
        status: int = reply.status
        return status


def test_the_tls_listener_demands_a_certificate(engine_process: Dockerd, tls_files: Path) -> None:
    """With the files of DOCKER_CERT_PATH it answers; without a client's certificate it does not."""
    assert ask_over_tls(tls_files, client=True) == 200
    with pytest.raises(OSError, match=r"(?i)certificate"):
        ask_over_tls(tls_files, client=False)


def shake_hands(pair: Pair, trusted: Authority, directory: Path, *, strict: bool = False) -> str:
    """Let a client that trusts `trusted` meet a server with `pair` in memory; return "" or the client's objection."""
    files = trusted.write(directory, server=pair)
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_context.load_cert_chain(files / "server-cert.pem", files / "server-key.pem")
    client_context = ssl.create_default_context(cafile=files / "ca.pem")
    client_context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    client_context.verify_flags |= ssl.VERIFY_X509_STRICT if strict else ssl.VerifyFlags(0)
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context.wrap_bio(back, there, server_hostname="localhost")
    server = server_context.wrap_bio(there, back, server_side=True)
    for side in (client, server, client):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
        except ssl.SSLCertVerificationError as error:
            return str(error.verify_message)
    return ""


def test_certificates_are_good_or_wrong_as_they_say(tmp_path: Path) -> None:
    """A client objects to an expired certificate, another host's, another authority's, and to nothing else."""
    ours, other = Authority(), Authority()
    assert shake_hands(ours.server(), ours, tmp_path) == ""
    assert shake_hands(ours.server(), ours, tmp_path, strict=True) == ""
    assert shake_hands(ours.server(days=-1), ours, tmp_path) == "certificate has expired"
    elsewhere = ours.server(names=("elsewhere.example",), addresses=())
    assert "Hostname mismatch" in shake_hands(elsewhere, ours, tmp_path)
    assert shake_hands(other.server(), ours, tmp_path) != ""


def test_the_authority_of_dockers_guide_has_no_key_usage(tmp_path: Path) -> None:
    """As openssl makes it; Python 3.13 checks strictly by default and refuses it."""
    guide = Authority(key_usage=False)
    certificate = x509.load_pem_x509_certificate(guide.certificate)
    assert [type(extension.value) for extension in certificate.extensions] == [
        x509.SubjectKeyIdentifier,
        x509.AuthorityKeyIdentifier,
        x509.BasicConstraints,
    ]
    assert shake_hands(guide.server(), guide, tmp_path) == ""
    assert "key usage" in shake_hands(guide.server(), guide, tmp_path, strict=True)


def test_a_plain_listener_answers_without_a_certificate(plain_tcp: Dockerd, docker_cli: DockerCli, label: str) -> None:
    """A second engine beside the first: both have a network of their own for containers."""
    with urllib.request.urlopen("http://127.0.0.1:2375/_ping", timeout=10) as reply:
        assert reply.read() == b"OK"
    show = ["run", "--rm", "--label", label, "bb:1", "ip", "addr", "show", "eth0"]
    assert "inet 172.17." in docker_cli(*show)
    assert "inet 10.222.1." in docker_cli(*show, host="tcp://127.0.0.1:2375")


def test_docker_reaches_the_engine_by_ssh(ssh: Sshd, engine_process: Dockerd, docker_cli: DockerCli) -> None:
    """The wrapper finds the host, and notes the command line that docker chose."""
    told = docker_cli("info", "--format", "{{.DockerRootDir}}", host="ssh://dm")
    assert told.strip() == str(engine_process.directory / "data")
    assert ssh.calls()
    assert {tuple(call[-5:]) for call in ssh.calls()} == {("--", "dm", "docker", "system", "dial-stdio")}


def test_docker_hub_is_our_registry(registry: Registry, docker_cli: DockerCli) -> None:
    """An engine without any route pulls busybox, because its mirror holds it."""
    docker_cli("pull", "--quiet", "busybox")
    assert docker_cli("run", "--rm", "busybox", "echo", "pulled") == "pulled\n"
    docker_cli("rmi", "busybox")


def test_a_registry_with_a_password(engine_process: Dockerd, docker_cli: DockerCli, registry: Registry) -> None:
    """It lets in whom it knows, and nobody else."""
    with Registry(password=True) as locked:
        assert "Succeeded" in docker_cli("login", "-u", USERNAME, "--password-stdin", locked.address, stdin=PASSWORD)
        with pytest.raises(RuntimeError, match="no basic auth credentials"):
            locked.push(engine_process, "secret:1")


def test_an_engine_in_its_own_network_pulls_too_and_keeps_its_data(registry: Registry) -> None:
    """A registry inside that network serves it; a hard restart loses containers' processes only."""
    with Dockerd(registry_mirror="http://127.0.0.1:5000") as engine:
        with Registry(port=5000, inside=engine) as inside:
            inside.push(engine, "library/busybox:latest")
            checked(request(engine.socket, "POST", "/images/create?fromImage=busybox&tag=latest"))
        before = engine.pid
        engine.restart(hard=True)
        assert engine.pid not in {0, before}
        assert request(engine.socket, "GET", "/images/busybox/json").status == 200
        name = engine.directory.name
    assert not engine.directory.exists()
    assert control_groups(name) == []


STARTER = """
import json, time
from tests.engines.dockerd import Dockerd
from tests.engines.http import checked, request
from tests.engines.images import import_image

with Dockerd() as engine:
    image = import_image(engine.socket, "bb:1")
    body = json.dumps({"Image": image, "Cmd": ["sleep", "60"]}).encode()
    made = checked(request(engine.socket, "POST", "/containers/create", body=body)).json()
    checked(request(engine.socket, "POST", f"/containers/{made['Id']}/start"))
    print(engine.directory, engine.pid, flush=True)
    time.sleep(60)
"""


def test_nothing_stays_when_the_starter_is_killed(engine_process: Dockerd) -> None:
    """SIGKILL gives nobody time to tidy up: the kernel ends the engine, the janitor removes its files."""
    starter = subprocess.Popen([sys.executable, "-c", STARTER], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with starter:
        assert starter.stdout
        told, pid = starter.stdout.readline().split()
        directory = Path(told)
        assert directory.is_dir()
        assert control_groups(directory.name) != []
        starter.kill()
    wait_for(lambda: not directory.exists() and not control_groups(directory.name))
    assert not directory.exists()
    assert control_groups(directory.name) == []
    wait_for(lambda: not Path(f"/proc/{pid}").exists())
    assert not Path(f"/proc/{pid}/exe").exists()


def wait_for(done: Callable[[], bool]) -> None:
    """Wait until `done` says yes, 10 seconds at most."""
    deadline = time.monotonic() + 10
    while not done() and time.monotonic() < deadline:
        time.sleep(0.05)


def test_an_engine_that_cannot_start_says_why(engine_process: Dockerd) -> None:
    """The error holds the end of dockerd's log, and nothing stays."""
    engine = Dockerd(extra=["--no-such-flag"])
    with pytest.raises(EngineError, match="unknown flag: --no-such-flag"), engine:
        pytest.fail("it started")
    assert not engine.directory.exists()


def test_the_archive_is_the_same_each_time(engine_process: Dockerd, tmp_path: Path) -> None:
    """No time and no user of this machine goes into the image."""
    copy = tmp_path / "busybox"
    copy.write_bytes(Path("/bin/busybox").read_bytes())
    copy.chmod(0o755)
    assert busybox_tar(copy) == busybox_tar()


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("bb", ("bb", "latest")),
        ("bb:1", ("bb", "1")),
        ("127.0.0.1:5000/bb", ("127.0.0.1:5000/bb", "latest")),
        ("127.0.0.1:5000/library/bb:1", ("127.0.0.1:5000/library/bb", "1")),
    ],
)
def test_a_reference_is_split_at_its_tag(reference: str, expected: tuple[str, str]) -> None:
    """A port is no tag."""
    assert split_reference(reference) == expected
