from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dockmagic.engine.config_file import DockerConfig, save_current_context
from dockmagic.engine.context_rows import list_contexts
from dockmagic.engine.contexts import TLS, Context, context_id
from dockmagic.engine.endpoint import Endpoint, is_socket, locate, neighbours, resolve
from dockmagic.errors import EngineUnreachable, UsageError

HOME = Path("/home/me/.docker")
LAB_TLS = TLS(Path("/ca"), Path("/cert"), Path("/key"))
LAB = Context("lab", "Lab 1", "tcp://lab:2376", tls=LAB_TLS)
ADA = Context("ada", host="ssh://me@ada")
EVERYTHING: dict[str, Any] = {
    "environ": {"DOCKER_HOST": "tcp://from-environ:1", "DOCKER_CONTEXT": "ada"},
    "current": "lab",
}


def choose(
    target: str | None = None,
    *,
    environ: dict[str, str] | None = None,
    current: str | None = None,
    contexts: tuple[Context, ...] = (LAB, ADA),
    error: str = "",
    files: tuple[str, ...] = (),
    platform: str = "linux",
    **asked: str,
) -> Endpoint:
    """`resolve` in a world that has `files` and no others."""
    config = DockerConfig(HOME, current, {context.name: context for context in contexts}, error)
    return resolve(
        target,
        environ=environ or {},
        config=config,
        is_socket=files.__contains__,
        exists=lambda path: str(path) in files,
        platform=platform,
        **asked,
    )


def test_without_any_setting_it_is_the_default_socket() -> None:
    """And the endpoint says why, as the end of a sentence."""
    expected = Endpoint(
        host="unix:///var/run/docker.sock",
        scheme="unix",
        path="/var/run/docker.sock",
        source="no context or DOCKER_HOST is set",
        context="default",
    )
    assert choose() == expected


@pytest.mark.parametrize("target", ["ssh://me@h", "tcp://h", "h:1", ":1", "[::1]:1", "/run/x.sock", "unix://"])
def test_a_target_that_looks_like_a_host_is_one(target: str) -> None:
    """No context's name has a colon or begins with a slash."""
    endpoint = choose(target, **EVERYTHING)
    assert (endpoint.context, endpoint.source) == (None, "%dconnect named it")


def test_any_other_target_is_a_context() -> None:
    """It brings its host and its own TLS."""
    expected = Endpoint(
        host="tcp://lab:2376",
        scheme="tcp",
        hostname="lab",
        port=2376,
        source="%dconnect named the context lab",
        context="lab",
        tls=LAB_TLS,
    )
    assert choose("lab", environ={"DOCKER_HOST": "tcp://from-environ:1"}) == expected


@pytest.mark.parametrize(
    ("asked", "expected", "source"),
    [
        ({"target": "tcp://h:2"}, "tcp://h:2", "%dconnect named it"),
        ({"context": "ada"}, "ssh://me@ada", "--context named ada"),
        ({"host": "h:3"}, "tcp://h:3", "--host named it"),
        ({}, "tcp://from-environ:1", "DOCKER_HOST is set"),
    ],
)
def test_what_is_asked_for_beats_what_is_configured(asked: dict[str, Any], expected: str, source: str) -> None:
    """And DOCKER_HOST beats DOCKER_CONTEXT and config.json."""
    endpoint = choose(**asked, **EVERYTHING)
    assert (endpoint.host, endpoint.source) == (expected, source)


def test_docker_context_beats_config_json() -> None:
    """Both name a context."""
    endpoint = choose(environ={"DOCKER_HOST": "", "DOCKER_CONTEXT": "ada"}, current="lab")
    assert (endpoint.host, endpoint.source) == ("ssh://me@ada", "DOCKER_CONTEXT names ada")


def test_config_json_names_the_current_context() -> None:
    """That is what `docker context use` sets."""
    endpoint = choose(current="lab")
    assert (endpoint.host, endpoint.source) == ("tcp://lab:2376", "config.json's currentContext is lab")


@pytest.mark.parametrize(
    "environ", [{}, {"DOCKER_HOST": "h"}, {"DOCKER_CONTEXT": "ada"}, {"DOCKER_CONTEXT": "default"}]
)
@pytest.mark.parametrize("current", [None, "lab", "default"])
def test_the_current_row_of_the_list_is_the_context_that_is_used(environ: dict[str, str], current: str | None) -> None:
    """`context ls` and the connection are two answers to one question."""
    config = DockerConfig(HOME, current, {"ada": ADA, "lab": LAB}, "")
    (listed,) = (row.name for row in list_contexts(config, environ) if row.current)
    assert choose(environ=environ, current=current).context == listed


@pytest.mark.parametrize(
    "asked", [{"host": "h", "context": "lab"}, {"target": "lab", "host": "h"}, {"target": "h:1", "context": "lab"}]
)
def test_two_answers_at_once_are_refused(asked: dict[str, Any]) -> None:
    """As docker refuses --host together with --context."""
    with pytest.raises(UsageError, match="say which engine, each in its way"):
        choose(**asked)


@pytest.mark.parametrize("asked", [{"target": "default"}, {"context": "default"}])
@pytest.mark.parametrize(
    ("environ", "expected", "why"),
    [
        ({"DOCKER_HOST": "h:1", "DOCKER_CONTEXT": "ada"}, "tcp://h:1", "DOCKER_HOST is set"),
        ({"DOCKER_CONTEXT": "ada"}, "unix:///var/run/docker.sock", "DOCKER_HOST is not set"),
    ],
)
def test_the_context_default_follows_dockers_own_rules(
    asked: dict[str, Any], environ: dict[str, str], expected: str, why: str
) -> None:
    """DOCKER_HOST or else the default socket, whatever context is current."""
    endpoint = choose(**asked, environ=environ, current="lab")
    assert (endpoint.host, endpoint.context) == (expected, "default")
    assert endpoint.source.endswith(f"the context default, and {why}") or endpoint.source.endswith(
        f"default, and {why}"
    )


def test_a_blank_docker_host_is_the_default_socket_even_before_a_context() -> None:
    """Docker trims it, but only after it has decided."""
    environ = {"DOCKER_HOST": " ", "DOCKER_CONTEXT": "ada"}
    assert choose(environ=environ).host == "unix:///var/run/docker.sock"


ROOTLESS = {"XDG_RUNTIME_DIR": "/run/user/1000"}
ROOTLESS_SOCKET = "/run/user/1000/docker.sock"


def test_rootless_docker_steps_in_for_a_missing_default_socket() -> None:
    """Docker's client would fail here."""
    endpoint = choose(environ=ROOTLESS, files=(ROOTLESS_SOCKET,))
    assert endpoint.path == ROOTLESS_SOCKET
    assert endpoint.source == "/var/run/docker.sock does not exist and rootless docker's socket does"


@pytest.mark.parametrize(
    ("asked", "files"),
    [
        ({}, (ROOTLESS_SOCKET, "/var/run/docker.sock")),
        ({}, ()),
        ({"target": "default"}, (ROOTLESS_SOCKET,)),
        ({"host": "unix://"}, (ROOTLESS_SOCKET,)),
    ],
)
def test_rootless_docker_steps_in_nowhere_else(asked: dict[str, Any], files: tuple[str, ...]) -> None:
    """Not for a default socket that exists, and not for what somebody named."""
    assert choose(**asked, environ=ROOTLESS, files=files).path == "/var/run/docker.sock"


CERTIFICATES = tuple(str(HOME / name) for name in ("ca.pem", "cert.pem", "key.pem"))
TLS_AT_HOME = TLS(HOME / "ca.pem", HOME / "cert.pem", HOME / "key.pem")


@pytest.mark.parametrize("value", ["1", "0", "no"])
@pytest.mark.parametrize("variable", ["DOCKER_TLS_VERIFY", "DOCKER_TLS"])
def test_any_text_turns_tls_on_and_certificates_are_always_checked(variable: str, value: str) -> None:
    """Even "0", as in docker; that DOCKER_TLS alone would not check the engine's certificate is not followed."""
    endpoint = choose(environ={"DOCKER_HOST": "lab", variable: value}, files=CERTIFICATES)
    assert (endpoint.host, endpoint.tls) == ("tcp://lab:2376", TLS_AT_HOME)


def test_empty_variables_do_not_turn_tls_on() -> None:
    """Empty is as good as unset."""
    environ = {"DOCKER_HOST": "lab", "DOCKER_TLS_VERIFY": "", "DOCKER_TLS": ""}
    assert choose(environ=environ, files=CERTIFICATES).tls is None


@pytest.mark.parametrize("asked", [{"target": "tcp://lab:1"}, {"host": "lab:1"}, {"context": "default"}, {}])
def test_tls_of_the_environment_is_for_every_tcp_host_outside_of_contexts(asked: dict[str, Any]) -> None:
    """Wherever the host comes from."""
    environ = {"DOCKER_HOST": "lab:1", "DOCKER_TLS_VERIFY": "1"}
    assert choose(**asked, environ=environ, files=CERTIFICATES).tls == TLS_AT_HOME


@pytest.mark.parametrize("target", ["unix:///run/x.sock", "ssh://me@lab", "ada"])
def test_tls_of_the_environment_is_not_for_sockets_and_ssh(target: str) -> None:
    """And its files need not exist for them."""
    assert choose(target, environ={"DOCKER_TLS_VERIFY": "1"}).tls is None


def test_a_context_has_its_own_tls() -> None:
    """The environment changes nothing about it: neither adds TLS nor takes the certificates."""
    plain = Context("plain", host="tcp://plain:2375")
    environ = {"DOCKER_TLS_VERIFY": "1"}
    assert choose("plain", contexts=(plain,), environ=environ, files=CERTIFICATES).tls is None
    assert choose("lab", environ=environ, files=CERTIFICATES).tls == LAB_TLS


def test_tls_without_a_host_is_the_local_port_for_it() -> None:
    """Docker's client leaves the socket alone then."""
    endpoint = choose(environ={"DOCKER_TLS_VERIFY": "1"}, files=(*CERTIFICATES, "/var/run/docker.sock"))
    assert (endpoint.host, endpoint.tls) == ("tcp://localhost:2376", TLS_AT_HOME)
    assert endpoint.source == "DOCKER_TLS_VERIFY or DOCKER_TLS is set, and DOCKER_HOST is not"


def test_docker_cert_path_moves_the_certificates() -> None:
    """All three of them."""
    environ = {"DOCKER_HOST": "lab", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": "/certs"}
    endpoint = choose(environ=environ, files=("/certs/ca.pem", *CERTIFICATES))
    assert endpoint.tls == TLS(Path("/certs/ca.pem"), None, None)


@pytest.mark.parametrize("missing", ["cert.pem", "key.pem"])
def test_without_certificate_or_key_the_client_shows_none(missing: str) -> None:
    """One is of no use without the other."""
    files = tuple(file for file in CERTIFICATES if not file.endswith(missing))
    environ = {"DOCKER_HOST": "lab", "DOCKER_TLS_VERIFY": "1"}
    assert choose(environ=environ, files=files).tls == TLS(HOME / "ca.pem", None, None)


def test_a_missing_ca_is_an_error_that_names_the_file() -> None:
    """DOCKER_TLS_VERIFY means that CA and no other."""
    with pytest.raises(UsageError) as refusal:
        choose(environ={"DOCKER_HOST": "lab", "DOCKER_TLS_VERIFY": "1"})
    assert refusal.value.message == f"DOCKER_TLS_VERIFY is set, but there is no {HOME / 'ca.pem'}"
    assert "DOCKER_CERT_PATH" in refusal.value.hint


def test_docker_tls_without_a_ca_trusts_the_systems() -> None:
    """The certificate is checked all the same."""
    assert choose(environ={"DOCKER_HOST": "lab", "DOCKER_TLS": "1"}).tls == TLS(None, None, None, verify=True)


@pytest.mark.parametrize(
    ("asked", "environ", "message"),
    [
        ({"target": "lb"}, {}, "there is no docker context lb"),
        ({"context": "lb"}, {}, "there is no docker context lb"),
        ({"target": ""}, {}, "there is no docker context without a name"),
        ({}, {"DOCKER_CONTEXT": "lb"}, "there is no docker context lb"),
        ({"host": ""}, {}, "--host cannot be used: it is empty"),
        ({}, {"DOCKER_HOST": "lab:0"}, "DOCKER_HOST lab:0 cannot be used: a port is a number from 1 to 65535"),
        ({"target": "http://lab"}, {}, "the host http://lab cannot be used: docker writes tcp:// instead of http://"),
    ],
)
def test_what_leads_nowhere_is_an_error(asked: dict[str, Any], environ: dict[str, str], message: str) -> None:
    """Nothing is asked of an engine that nobody meant."""
    with pytest.raises(UsageError) as refusal:
        choose(**asked, environ=environ)
    assert refusal.value.message.startswith(message)
    assert refusal.value.hint


def test_a_current_context_that_is_gone_is_an_error_with_suggestions() -> None:
    """The default socket does not step in: it may be another engine than the one that was meant."""
    with pytest.raises(UsageError, match=r"there is no docker context labb\n  Did you mean lab\?"):
        choose(current="labb")


def test_a_context_with_a_wrong_host_is_an_error_that_names_it() -> None:
    """The host was written long ago, and elsewhere."""
    with pytest.raises(UsageError, match=r"^the host of the docker context old, fd://3 cannot be used: "):
        choose("old", contexts=(Context("old", host="fd://3"),))


def test_a_context_without_a_host_is_the_default_socket() -> None:
    """As in docker's client, which then does not look at DOCKER_HOST."""
    endpoint = choose("none", contexts=(Context("none"),), environ={"DOCKER_HOST": "h"})
    assert endpoint.host == "unix:///var/run/docker.sock"


def test_a_context_may_say_https() -> None:
    """It is tcp:// with TLS."""
    web = Context("web", host="https://web", tls=TLS(None, None, None))
    assert choose("web", contexts=(web,)).host == "tcp://web:443"


def test_a_broken_config_json_matters_only_where_it_is_needed() -> None:
    """It would have named the engine, so that no other is taken in its place."""
    with pytest.raises(UsageError) as refusal:
        choose(error="config.json is broken")
    assert refusal.value.message == "docker's settings may name an engine, but config.json is broken"
    assert choose("lab", error="config.json is broken").host == "tcp://lab:2376"
    assert choose(environ={"DOCKER_HOST": "h:1"}, error="config.json is broken").host == "tcp://h:1"
    assert choose(environ={"DOCKER_CONTEXT": "ada"}, error="config.json is broken").host == "ssh://me@ada"


@pytest.mark.parametrize(
    ("asked", "platform"),
    [({}, "win32"), ({"host": "npipe://"}, "linux"), ({"context": "desktop"}, "win32")],
)
def test_named_pipes_are_not_spoken(asked: dict[str, Any], platform: str) -> None:
    """They are the default on Windows: the error says what to do there."""
    desktop = Context("desktop", host="npipe:////./pipe/docker_engine")
    with pytest.raises(EngineUnreachable) as failure:
        choose(**asked, platform=platform, contexts=(desktop,))
    assert failure.value.message.startswith("npipe:////./pipe/docker_engine is a named pipe, which dockmagic does not")
    assert all(way in failure.value.hint for way in ("tcp://", "ssh://", "WSL"))


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("lab", "lab"),
        ("ssh://me@ada:22", "me@ada:22"),
        ("h:1", "h:1"),
        ("/run/x.sock", "/run/x.sock"),
        ("default", "/var/run/docker.sock"),
    ],
)
def test_the_display_name_is_short_and_tells_engines_apart(target: str, expected: str) -> None:
    """The context's name, or the host without its scheme; "default" would say nothing."""
    assert choose(target).display == expected


def test_the_display_name_has_no_control_characters() -> None:
    """Whatever made the endpoint."""
    endpoint = Endpoint(host="unix:///x", scheme="unix", source="", context="a\x1b[31m\nb")
    assert endpoint.display == "a [31m b"


def test_neighbours_are_the_known_sockets_that_exist() -> None:
    """Each once, Docker's own first."""
    files = (
        "/home/me/.docker/desktop/docker.sock",
        "/home/me/.colima/default/docker.sock",
        "/run/user/7/docker.sock",
        "/run/user/7/podman/podman.sock",
        "/run/podman/podman.sock",
        "/home/me/.lima/docker/sock/docker.sock",
        "/somewhere/else.sock",
    )
    found = neighbours({"XDG_RUNTIME_DIR": "/run/user/7"}, files.__contains__, Path("/home/me"))
    assert found == list(files[:-1])


def test_no_neighbour_is_named_twice() -> None:
    """XDG_RUNTIME_DIR is the directory of the user's id on most machines."""
    everything = neighbours({"XDG_RUNTIME_DIR": "/run/podman/.."}, lambda _path: True, Path("/home/me"))
    assert len(everything) == len(set(everything))
    assert neighbours({}, lambda _path: False, Path("/home/me")) == []


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="needs unix sockets")
def test_a_socket_is_told_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one that nobody listens on; nothing is connected to."""
    monkeypatch.chdir(tmp_path)  # the path of a socket may have 100 characters
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("x.sock")
    (tmp_path / "file").write_text("")
    assert [is_socket(path) for path in ("x.sock", "file", "missing", "nul\x00")] == [True, False, False, False]


def test_locate_reads_this_machines_files(tmp_path: Path) -> None:
    """config.json, the contexts and their certificates, as docker stores them."""
    meta = tmp_path / "contexts" / "meta" / context_id("lab") / "meta.json"
    meta.parent.mkdir(parents=True)
    meta.write_text('{"Name": "lab", "Endpoints": {"docker": {"Host": "tcp://lab:2376"}}}')
    ca = tmp_path / "contexts" / "tls" / context_id("lab") / "docker" / "ca.pem"
    ca.parent.mkdir(parents=True)
    ca.write_text("PEM")
    save_current_context(tmp_path, "lab")
    endpoint = locate(environ={"DOCKER_CONFIG": str(tmp_path)})
    assert (endpoint.context, endpoint.host, endpoint.tls) == ("lab", "tcp://lab:2376", TLS(ca, None, None))


def test_certificates_of_the_environment_are_looked_for_on_disk(tmp_path: Path) -> None:
    """In the configuration directory, unless DOCKER_CERT_PATH says otherwise."""
    (tmp_path / "ca.pem").write_text("PEM")
    endpoint = locate("lab:1", environ={"DOCKER_CONFIG": str(tmp_path), "DOCKER_TLS_VERIFY": "1"})
    assert endpoint.tls == TLS(tmp_path / "ca.pem", None, None)


def test_choosing_an_engine_needs_neither_httpx_nor_pandas() -> None:
    """Completing the name of a context must not cost their import."""
    code = "import sys, dockmagic.engine.endpoint; print(sorted({'httpx', 'pandas', 'ssl'} & set(sys.modules)))"
    printed = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert printed.strip() == "[]"
