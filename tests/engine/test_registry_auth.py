from __future__ import annotations

import base64
import json
import os
import traceback
from typing import TYPE_CHECKING, Any

import pytest

import dockmagic
from dockmagic.engine.registry_auth import (
    HUB_KEY,
    NOBODY,
    Credentials,
    Keyring,
    read_keyring,
    registry_config,
    registry_of,
)
from dockmagic.errors import DockMagicError, EngineFault, EngineWarning, UsageError
from tests.conftest import require
from tests.engines.programs import missing
from tests.engines.registry import PASSWORD, USERNAME, Registry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import DockerCli
    from tests.engines.dockerd import Dockerd

SECRET = "s3cr3t-of-the-test"
HOST = "127.0.0.1:5000"
_HELPER = """\
#!/bin/sh
key=$(cat)
echo "$1 $key" >> {log}
case "$1 $key" in
    "get {host}") printf '%s' '{{"ServerURL":"{host}","Username":"{user}","Secret":"{secret}"}}' ;;
    "get token.example") printf '%s' '{{"Username":"<token>","Secret":"{secret}"}}' ;;
    "get broken") echo "not JSON {secret}" ;;
    "get list") echo '["{secret}"]' ;;
    "get fails") echo "it is {secret}"; echo "it is {secret}" >&2; exit 3 ;;
    "get bytes") printf '\\377{secret}' ;;
    "list unused") printf '%s' '{{"{host}":"{user}","token.example":"<token>"}}' ;;
    *) echo "credentials not found in native keychain"; exit 1 ;;
esac
"""


def auth(username: str = USERNAME, password: str = SECRET) -> str:
    """What `docker login` writes."""
    return base64.b64encode(f"{username}:{password}".encode()).decode()


def keyring(settings: dict[str, Any], **environ: str) -> Keyring:
    """The keyring of a config.json with these settings."""
    return Keyring(settings, environ=environ)


def decoded(header: str) -> Any:
    """A header as an engine reads it."""
    return json.loads(base64.urlsafe_b64decode(header))


class Helper:
    """A credential helper called dmtest on a PATH of its own, and what it was asked."""

    def __init__(self, directory: Path) -> None:
        self.log = directory / "log"
        self.path = str(directory / "bin")
        self.program = directory / "bin" / "docker-credential-dmtest"
        self.program.parent.mkdir()
        self.program.write_text(_HELPER.format(log=self.log, host=HOST, user=USERNAME, secret=SECRET))
        self.program.chmod(0o755)
        self.environ = {"PATH": f"{self.path}{os.pathsep}{os.environ['PATH']}"}

    @property
    def calls(self) -> list[str]:
        """Its action and what stood on its stdin, for each call."""
        return self.log.read_text().splitlines() if self.log.exists() else []

    def keyring(self, **settings: Any) -> Keyring:
        """A keyring with this helper within reach."""
        return Keyring(settings, environ=self.environ)


@pytest.fixture
def helper(tmp_path: Path) -> Helper:
    """Return a helper that knows two registries and fails for a few."""
    return Helper(tmp_path)


@pytest.mark.parametrize(
    ("reference", "registry"),
    [
        ("busybox", "docker.io"),
        ("library/busybox:1", "docker.io"),
        ("docker.io/library/busybox", "docker.io"),
        ("index.docker.io/a/b", "docker.io"),
        ("moby/buildkit", "docker.io"),
        ("quay.io/a/b", "quay.io"),
        ("localhost/a", "localhost"),
        ("localhost:5000/a", "localhost:5000"),
        ("127.0.0.1:5000/a:1", "127.0.0.1:5000"),
        ("Registry/a", "Registry"),
        ("[::1]:5000/a", "[::1]:5000"),
        ("localhost", "docker.io"),
    ],
)
def test_the_registry_of_a_reference(reference: str, registry: str) -> None:
    """A first part that no path could have is a registry; without one it is Docker Hub's."""
    assert registry_of(reference) == registry


def test_what_docker_login_wrote_is_found() -> None:
    """User and password, in base64 under "auth"."""
    found = keyring({"auths": {HOST: {"auth": auth()}}}).find(HOST)
    assert decoded(found.header()) == {"username": USERNAME, "password": SECRET, "serveraddress": HOST}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"auth": auth(password="a:b\0")}, {"username": USERNAME, "password": "a:b"}),
        ({"auth": auth(), "identitytoken": "t"}, {"username": USERNAME, "password": SECRET, "identitytoken": "t"}),
        ({"identitytoken": "t"}, {"identitytoken": "t"}),
        ({"registrytoken": "t"}, {"registrytoken": "t"}),
        ({"username": "u", "password": "p"}, {"username": "u", "password": "p"}),
        ({"Username": "u", "auth": ""}, {"username": "u"}),
    ],
)
def test_other_entries_are_understood(entry: dict[str, str], expected: dict[str, str]) -> None:
    """Tokens, and names and passwords that stand there as they are."""
    assert decoded(keyring({"auths": {HOST: entry}}).find(HOST).header()) == {**expected, "serveraddress": HOST}


@pytest.mark.parametrize("entry", [{}, {"auth": ""}, {"email": "a@b"}])
def test_an_entry_with_nothing_in_it_is_nobodys(entry: dict[str, str]) -> None:
    """As a credentials store leaves it behind."""
    found = keyring({"auths": {HOST: entry}}).find(HOST)
    assert (found.anonymous, found.header()) == (True, "e30=")
    assert keyring({}).find(HOST).anonymous


@pytest.mark.parametrize("name", ["docker.io", "index.docker.io", "registry-1.docker.io"])
def test_docker_hub_has_a_key_of_its_own(name: str) -> None:
    """By whichever of its names it is asked for."""
    found = keyring({"auths": {HUB_KEY: {"auth": auth()}, "docker.io": {"auth": auth("x", "y")}}}).find(name)
    assert (found.username, found.server) == (USERNAME, HUB_KEY)


@pytest.mark.parametrize("key", [f"http://{HOST}", f"https://{HOST}/v1/", f"{HOST}/v2/"])
def test_entries_of_old_versions_are_urls(key: str) -> None:
    """The registry's name is in them."""
    assert keyring({"auths": {"http://[": {}, key: {"auth": auth()}}}).find(HOST).username == USERNAME


def test_the_exact_key_comes_first() -> None:
    """Before a URL with the same name in it."""
    auths = {f"https://{HOST}/": {"auth": auth("old", "x")}, HOST: {"auth": auth("new", "x")}}
    assert keyring({"auths": auths}).find(HOST).username == "new"


def test_a_helper_is_asked_for_the_registry(helper: Helper) -> None:
    """`docker-credential-dmtest get`, the registry on its stdin."""
    found = helper.keyring(credsStore="dmtest").find(HOST)
    assert decoded(found.header()) == {"username": USERNAME, "password": SECRET, "serveraddress": HOST}
    assert helper.calls == [f"get {HOST}"]


def test_the_user_token_has_an_identity_token(helper: Helper) -> None:
    """Instead of a name and a password."""
    found = helper.keyring(credsStore="dmtest").find("token.example")
    assert decoded(found.header()) == {"identitytoken": SECRET, "serveraddress": "token.example"}


def test_a_helper_that_does_not_know_a_registry_means_nobody(helper: Helper) -> None:
    """That is no error; it is asked for Docker Hub by its key."""
    assert helper.keyring(credsStore="dmtest").find("docker.io").anonymous
    assert helper.calls == [f"get {HUB_KEY}"]


def test_a_registrys_own_helper_beats_the_store_and_the_file(helper: Helper) -> None:
    """And an empty one means the file."""
    settings = {"credsStore": "absent", "auths": {HOST: {"auth": auth("file", "x")}}}
    assert helper.keyring(**settings, credHelpers={HOST: "dmtest"}).find(HOST).username == USERNAME
    assert helper.keyring(**settings, credHelpers={HOST: ""}).find(HOST).username == "file"


@pytest.mark.parametrize(
    ("registry", "words"),
    [
        ("broken", "docker-credential-dmtest, asked for broken, answered what is no JSON"),
        ("list", "answered what is no JSON"),
        ("bytes", "answered what is no JSON"),
        ("fails", "docker-credential-dmtest, asked for fails, failed with exit code 3"),
    ],
)
def test_a_helper_that_fails_is_named_and_nothing_that_it_said(
    helper: Helper, capfd: pytest.CaptureFixture[str], registry: str, words: str
) -> None:
    """What it said may have been the secret: neither the error nor its causes nor stderr has it."""
    with pytest.raises(DockMagicError, match=words) as raised:
        helper.keyring(credsStore="dmtest").find(registry)
    assert SECRET not in "".join(traceback.format_exception(raised.value))
    assert capfd.readouterr() == ("", "")


def test_a_helper_that_is_not_there_is_an_error(helper: Helper) -> None:
    """As docker's own client has it: who configured a store does not want to go without."""
    words = "docker-credential-absent, asked for quay.io, is not on the PATH, and config.json names it"
    with pytest.raises(DockMagicError, match=words):
        helper.keyring(credsStore="absent").find("quay.io")


@pytest.mark.parametrize("name", ["../dmtest", "/bin/sh", "a/b"])
def test_a_helper_is_a_name_and_no_path(helper: Helper, name: str) -> None:
    """It would be run from anywhere."""
    with pytest.raises(DockMagicError, match="is not on the PATH"):
        helper.keyring(credsStore=name).find(HOST)


def test_a_helper_that_cannot_be_run_is_an_error(helper: Helper) -> None:
    """No program, though it may be executed."""
    helper.program.write_bytes(b"\x7fELF")
    with pytest.raises(DockMagicError, match="cannot be run: Exec format error"):
        helper.keyring(credsStore="dmtest").find(HOST)


@pytest.mark.parametrize(
    "entry", [{"auth": "%%%"}, {"auth": auth("", "x")}, {"auth": "YQ=="}, {"auth": 5}, {"auth": "/w=="}, "text", 5]
)
def test_an_entry_that_cannot_be_understood_is_an_error_without_it(entry: Any) -> None:
    """It names the registry and the file."""
    with pytest.raises(UsageError, match=rf"the entry for {HOST} in config\.json cannot be understood") as raised:
        keyring({"auths": {HOST: entry}}).find(HOST)
    assert "%%%" not in "".join(traceback.format_exception_only(raised.value))


@pytest.mark.parametrize("settings", [{"auths": []}, {"credsStore": 5}, {"credHelpers": "x"}])
def test_settings_of_the_wrong_type_are_an_error(settings: dict[str, Any]) -> None:
    """Whoever wrote them meant something."""
    with pytest.raises(UsageError, match=r"config\.json cannot be understood"):
        keyring(settings)
    with pytest.raises(UsageError, match="names no helper"):
        keyring({"credHelpers": {HOST: 5}}).find(HOST)


def test_the_environment_comes_first(helper: Helper) -> None:
    """DOCKER_AUTH_CONFIG has an `auths` of its own; what it does not name is looked for as ever."""
    variable = json.dumps({"auths": {HOST: {"auth": auth("env", "x")}}})
    ring = Keyring({"credsStore": "dmtest"}, environ={**helper.environ, "DOCKER_AUTH_CONFIG": variable})
    assert ring.find(HOST).username == "env"
    assert ring.find("token.example").identity_token == SECRET


def test_an_environment_that_cannot_be_understood_is_warned_of() -> None:
    """As docker does; the warning has nothing of it."""
    with pytest.warns(EngineWarning, match="DOCKER_AUTH_CONFIG cannot be understood") as warned:
        ring = keyring({"auths": {HOST: {"auth": auth()}}}, DOCKER_AUTH_CONFIG='{"auths": "' + SECRET)
    assert ring.find(HOST).username == USERNAME
    assert SECRET not in str(warned[0].message)


def test_all_credentials_are_those_of_the_file_or_of_the_helpers(helper: Helper) -> None:
    """What the classic builder is sent; nobody's are left out."""
    file = keyring({"auths": {HOST: {"auth": auth()}, "quay.io": {}}}).all()
    assert list(file) == [HOST]
    settings = {"auths": {"quay.io": {"auth": auth()}}, "credsStore": "dmtest"}
    assert list(helper.keyring(**settings).all()) == [HOST, "token.example"]
    helpers = {"gcr.io": "absent", "token.example": "dmtest"}
    ring = helper.keyring(auths={HOST: {"auth": auth()}}, credHelpers=helpers)
    with pytest.warns(EngineWarning, match="docker-credential-absent"):
        found = ring.all()
    assert list(found) == [HOST, "token.example"]


def test_a_store_that_is_not_there_is_warned_of_where_everything_is_wanted() -> None:
    """A config.json comes from a desktop, say: the base image of a build may need no credentials at all."""
    with pytest.warns(EngineWarning, match="docker-credential-absent is not on the PATH"):
        assert keyring({"credsStore": "absent", "auths": {HOST: {}}}, PATH="").all() == {}
    with pytest.warns(EngineWarning, match="cannot be understood"):
        found = keyring({"auths": {"quay.io": {"auth": "!"}, HOST: {"auth": auth()}}}).all()
    assert list(found) == [HOST]


def test_half_a_character_is_refused() -> None:
    """JSON can write one, and no request can carry it; what stands around it is not told."""
    settings = {"auths": {HOST: {"username": "u", "password": f"{SECRET}\ud800"}}}
    with pytest.raises(UsageError, match="have half a character in them") as raised:
        keyring(settings).find(HOST)
    assert SECRET not in str(raised.value)


def test_the_header_for_several_registries() -> None:
    """X-Registry-Config: an object by registry, in base64 that is safe in URLs."""
    header = registry_config({HOST: Credentials(HOST, "u", "??>>"), "quay.io": NOBODY})
    assert decoded(header) == {HOST: {"username": "u", "password": "??>>", "serveraddress": HOST}}
    assert not {"+", "/"} & set(header)
    assert registry_config({}) == "e30="


def test_nothing_shows_a_secret() -> None:
    """No repr of credentials or of what holds them."""
    found = Credentials(HOST, USERNAME, SECRET, SECRET, SECRET)
    ring = keyring({"auths": {HOST: {"auth": auth()}}})
    shown = f"{found!r} {found} {[found]} {ring!r} {ring}"
    assert SECRET not in shown
    assert USERNAME not in shown
    assert repr(found) == f"<Credentials for {HOST}>"
    assert repr(NOBODY) == "<Credentials of nobody>"


def test_config_json_is_read_where_docker_has_it(tmp_path: Path) -> None:
    """DOCKER_CONFIG, or ~/.docker; a file that is missing says nothing."""
    assert read_keyring({}, home=tmp_path).find(HOST).anonymous
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker" / "config.json").write_text(json.dumps({"auths": {HOST: {"auth": auth()}}}))
    assert read_keyring({}, home=tmp_path).find(HOST).username == USERNAME
    assert read_keyring({"DOCKER_CONFIG": str(tmp_path / ".docker")}).find(HOST).username == USERNAME


@pytest.mark.parametrize("text", ["{" + SECRET, "[]", '{"auths": {"' + SECRET + '"'])
def test_a_file_that_is_broken_is_warned_of_and_not_quoted(tmp_path: Path, text: str) -> None:
    """As docker does: a public image can be pulled all the same."""
    (tmp_path / "config.json").write_text(text)
    with pytest.warns(EngineWarning, match=r"config\.json cannot be understood") as warned:
        assert read_keyring({"DOCKER_CONFIG": str(tmp_path)}).find(HOST).anonymous
    assert SECRET not in str(warned[0].message)


# A real registry that lets in USERNAME with PASSWORD only.


@pytest.fixture(scope="module")
def locked(engine_process: Dockerd) -> Iterator[str]:
    """Return the name of an image, IMAGE, in a registry with a password."""
    require(missing("docker-registry"))
    with Registry(password=True) as registry:
        registry.push(engine_process, "secret:1", logged_in=True)
        yield f"{registry.address}/secret:1"


@pytest.fixture
def log_in(isolated: Path, locked: str, docker_cli: DockerCli) -> Path:
    """Log in with docker's own client, and return the config.json that it wrote."""
    address = locked.partition("/")[0]
    docker_cli(
        "--config", str(isolated / ".docker"), "login", "-u", USERNAME, "--password-stdin", address, stdin=PASSWORD
    )
    return isolated / ".docker" / "config.json"


@pytest.fixture
def engine(engine_process: Dockerd, docker_cli: DockerCli, locked: str) -> Iterator[dockmagic.Engine]:
    """Return dockmagic's view of the engine, which does not have the image."""
    with dockmagic.connect(engine_process.host) as connected:
        yield connected
    if docker_cli("images", "-q", locked):
        docker_cli("rmi", locked)


def test_a_private_image_is_pulled_with_what_docker_login_left(
    engine: dockmagic.Engine, locked: str, log_in: Path
) -> None:
    """`docker login`, then `%dpull`."""
    assert PASSWORD not in log_in.read_text()  # it is in base64
    assert list(dockmagic.pull(engine, locked, quiet=True)["reference"]) == [locked]


def test_a_private_image_is_pulled_with_a_credential_helper(
    engine: dockmagic.Engine, locked: str, isolated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that config.json names for that registry."""
    address = locked.partition("/")[0]
    script = tmp_path / "docker-credential-dmreal"
    reply = json.dumps({"ServerURL": address, "Username": USERNAME, "Secret": PASSWORD})
    script.write_text(f"#!/bin/sh\n[ \"$1 $(cat)\" = 'get {address}' ] && echo '{reply}'\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    (isolated / ".docker").mkdir()
    (isolated / ".docker" / "config.json").write_text(json.dumps({"credHelpers": {address: "dmreal"}}))
    assert list(dockmagic.pull(engine, locked, quiet=True)["reference"]) == [locked]


@pytest.mark.parametrize("entry", [{}, {"auth": auth(password="wrong-" + SECRET)}])
def test_without_the_right_credentials_a_private_image_is_refused(
    engine: dockmagic.Engine, locked: str, isolated: Path, entry: dict[str, str]
) -> None:
    """In the registry's own words, and without the password."""
    (isolated / ".docker").mkdir()
    settings = {"auths": {locked.partition("/")[0]: entry}}
    (isolated / ".docker" / "config.json").write_text(json.dumps(settings))
    with pytest.raises(EngineFault, match=r"no basic auth credentials|unauthorized") as raised:
        dockmagic.pull(engine, locked, quiet=True)
    assert SECRET not in str(raised.value)
