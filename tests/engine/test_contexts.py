from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dockmagic.engine.config_file import DockerConfig, read_config
from dockmagic.engine.context_rows import ContextRow, list_contexts
from dockmagic.engine.contexts import (
    TLS,
    Context,
    context_id,
    find_context,
    is_context_name,
    read_contexts,
)
from dockmagic.errors import UsageError
from tests.engines.programs import client_version

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCKER = shutil.which("docker")
ROOT = hasattr(os, "getuid") and os.getuid() == 0
NOBODY = 65534


def store(directory: Path, name: str, meta: object) -> Path:
    """Write `meta` where docker looks for the context `name`."""
    path = directory / "contexts" / "meta" / context_id(name) / "meta.json"
    path.parent.mkdir(parents=True)
    path.write_text(meta if isinstance(meta, str) else json.dumps(meta), encoding="utf-8")
    return path


def store_host(directory: Path, name: str, host: str, **endpoint: object) -> None:
    """A context as docker writes it."""
    store(directory, name, {"Name": name, "Metadata": {}, "Endpoints": {"docker": {"Host": host, **endpoint}}})


def store_tls(directory: Path, name: str, *files: str) -> Path:
    """The directory where docker keeps the certificates of the context `name`, with `files` in it."""
    home = directory / "contexts" / "tls" / context_id(name) / "docker"
    home.mkdir(parents=True)
    for file in files:
        (home / file).write_text("PEM")
    return home


def docker(directory: Path, *arguments: str, **environ: str) -> str:
    """What docker's own client prints. None of these commands asks an engine."""
    assert DOCKER
    environ = {"PATH": os.environ["PATH"], "HOME": str(directory), "DOCKER_CONFIG": str(directory), **environ}
    return subprocess.run([DOCKER, *arguments], env=environ, check=True, capture_output=True, text=True).stdout


def test_no_store_means_no_contexts(tmp_path: Path) -> None:
    """Most people have none."""
    assert read_contexts(tmp_path) == {}


def test_a_context_is_read_as_it_is_stored(tmp_path: Path) -> None:
    """Name, description, host and whether certificates are checked; fields that are new to us do not matter."""
    endpoint = {"Host": "tcp://lab:2376", "SkipTLSVerify": True, "New": 1}
    store(
        tmp_path,
        "lab",
        {"Name": "lab", "Metadata": {"Description": "Lab 1", "x": []}, "Endpoints": {"docker": endpoint}},
    )
    expected = Context("lab", "Lab 1", "tcp://lab:2376", skip_tls_verify=True, tls=TLS(None, None, None, verify=False))
    assert read_contexts(tmp_path) == {"lab": expected}


def test_keys_are_read_as_go_reads_them(tmp_path: Path) -> None:
    """Upper or lower case is one to docker's client, which used to write both."""
    store(tmp_path, "lab", {"name": "lab", "endpoints": {"docker": {"host": "tcp://lab:1"}}})
    assert read_contexts(tmp_path)["lab"].host == "tcp://lab:1"


def test_tls_files_are_those_that_exist(tmp_path: Path) -> None:
    """They stay where docker keeps them; no CA means the system's, and no key no client certificate."""
    store_host(tmp_path, "full", "tcp://lab:2376")
    store_host(tmp_path, "half", "tcp://lab:2376")
    full, _ = store_tls(tmp_path, "full", "ca.pem", "cert.pem", "key.pem"), store_tls(tmp_path, "half", "cert.pem")
    contexts = read_contexts(tmp_path)
    assert contexts["full"].tls == TLS(full / "ca.pem", full / "cert.pem", full / "key.pem", verify=True)
    assert contexts["half"].tls == TLS(None, None, None, verify=True)


@pytest.mark.parametrize("host", ["", "unix:///run/x.sock", "ssh://me@lab", "npipe:////./pipe/x"])
def test_sockets_and_ssh_know_no_tls(tmp_path: Path, host: str) -> None:
    """Docker's client ignores the certificates of such a context, and that it would not check any."""
    store_host(tmp_path, "lab", host, SkipTLSVerify=True)
    store_tls(tmp_path, "lab", "ca.pem")
    assert read_contexts(tmp_path)["lab"].tls is None


def test_https_is_never_called_in_plain_text(tmp_path: Path) -> None:
    """Docker's client would, if the context has no certificates; here the system's CAs are asked."""
    store_host(tmp_path, "lab", "https://lab:2376")
    assert read_contexts(tmp_path)["lab"].tls == TLS(None, None, None, verify=True)


def test_names_are_in_natural_order(tmp_path: Path) -> None:
    """lab9 comes before lab10, as docker lists them."""
    for name in ("lab10", "web", "lab9", "lab"):
        store_host(tmp_path, name, "tcp://h:1")
    assert list(read_contexts(tmp_path)) == ["lab", "lab9", "lab10", "web"]


@pytest.mark.parametrize(
    ("meta", "error"),
    [
        ("{", "does not describe a context: Expecting property name"),
        ("[]", "does not describe a context: it is not an object"),
        ("[" * 100_000, "does not describe a context: it is nested too deeply"),
        ('{"Name": "bad", "Endpoints": {"docker": {"SkipTLSVerify": "false"}}}', "SkipTLSVerify is not of the right"),
        ('{"Name": "other", "Endpoints": {"docker": {}}}', "belongs elsewhere: other"),
        ("{}", "belongs elsewhere: none"),
    ],
)
def test_a_broken_context_leaves_the_others_alone(tmp_path: Path, meta: str, error: str) -> None:
    """It is listed under its directory's name with what is wrong, and using it says the same."""
    store(tmp_path, "bad", meta)
    store_host(tmp_path, "good", "tcp://h:1")
    contexts = read_contexts(tmp_path)
    assert set(contexts) == {context_id("bad"), "good"}
    assert error in contexts[context_id("bad")].error
    with pytest.raises(UsageError, match=r"^the docker context bad cannot be used: ") as refusal:
        find_context(contexts, "bad")
    assert error in refusal.value.message


def test_a_context_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    """An error of the file system is an error of that one context."""
    (tmp_path / "contexts" / "meta" / context_id("bad") / "meta.json").mkdir(parents=True)
    assert "meta.json cannot be read: " in read_contexts(tmp_path)[context_id("bad")].error


@pytest.fixture
def nobodys_directory() -> Iterator[Path]:
    """Return a directory of the user nobody, as whom the test runs if it would run as root, who may read everything."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="dm-") as name:
        if ROOT:
            os.chown(name, NOBODY, NOBODY)
            os.seteuid(NOBODY)
        yield Path(name)
        if ROOT:
            os.seteuid(0)


def test_certificates_that_may_not_be_read_are_an_error(nobodys_directory: Path) -> None:
    """That it would be used without them is out of the question."""
    store_host(nobodys_directory, "lab", "tcp://lab:2376")
    home = store_tls(nobodys_directory, "lab", "ca.pem").parent
    home.chmod(0o000)
    with pytest.raises(UsageError) as refusal:
        find_context(read_contexts(nobodys_directory), "lab")
    home.chmod(0o700)
    assert refusal.value.message.endswith(f"{home / 'docker'} cannot be read: Permission denied")


def test_what_is_no_context_is_passed_over(tmp_path: Path) -> None:
    """A directory that `docker context rm` left, and what a file manager puts everywhere."""
    (tmp_path / "contexts" / "meta" / context_id("gone")).mkdir(parents=True)
    (tmp_path / "contexts" / "meta" / ".DS_Store").write_text("")
    assert read_contexts(tmp_path) == {}


def test_a_context_without_a_docker_endpoint_keeps_its_name(tmp_path: Path) -> None:
    """Contexts for other things than docker exist."""
    store(tmp_path, "kube", {"Name": "kube", "Metadata": {"Description": "a cluster"}, "Endpoints": {"kubernetes": {}}})
    assert read_contexts(tmp_path)["kube"] == Context("kube", "a cluster", error="it has no docker endpoint")


@pytest.mark.parametrize("host", ["lab:2376", "tcp://la\x00b"])
def test_a_host_that_docker_could_not_store_is_an_error(tmp_path: Path, host: str) -> None:
    """`docker context create` asks for a scheme; a file written by hand may lack it."""
    store_host(tmp_path, "lab", host)
    assert read_contexts(tmp_path)["lab"].error == "its host is not of the form scheme://address"


def test_descriptions_are_untrusted_text(tmp_path: Path) -> None:
    """A context may come from somebody else's export: no escape sequence reaches the page."""
    store(tmp_path, "lab", {"Name": "lab", "Metadata": {"Description": "a\x1b[31mb\n"}, "Endpoints": {"docker": {}}})
    assert read_contexts(tmp_path)["lab"].description == "a [31mb"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("lab", True),
        ("a+b.c-d_e", True),
        ("9x", True),
        ("x", False),
        ("", False),
        ("-x", False),
        ("a b", False),
        ("a/b", False),
        ("lab\n", False),
        ("läb", False),
        ("default", False),
    ],
)
def test_names_are_valid_where_docker_accepts_them(name: str, *, expected: bool) -> None:
    """Two ASCII characters at least, a letter or digit first, and never the reserved word."""
    assert is_context_name(name) == expected


def test_an_unknown_context_is_met_with_the_known_ones() -> None:
    """Whoever mistypes sees what was meant, what there is, and how a host would be written."""
    contexts = {"lab-1": Context("lab-1"), "web": Context("web")}
    with pytest.raises(UsageError) as refusal:
        find_context(contexts, "LAB1")
    assert refusal.value.message == "there is no docker context LAB1"
    assert refusal.value.hint.startswith("Did you mean lab-1?  Contexts: default, lab-1, web.  A host is written ")


def test_a_long_list_of_contexts_is_cut() -> None:
    """The hint stays a line."""
    contexts = {f"lab{number}": Context(f"lab{number}") for number in range(50)}
    with pytest.raises(UsageError) as refusal:
        find_context(contexts, "zzz")
    assert refusal.value.hint.startswith(
        "Contexts: default, lab0, lab1, lab2, lab3, lab4, lab5, lab6, lab7, lab8, ...  A"
    )


def config(*contexts: Context, current: str | None = None, error: str = "", directory: Any = None) -> DockerConfig:
    """What was read, without any file."""
    return DockerConfig(directory, current, {context.name: context for context in contexts}, error)


def rows(config: DockerConfig, environ: dict[str, str]) -> list[tuple[str, bool]]:
    """The name of each row, and whether it is the current one."""
    return [(row.name, row.current) for row in list_contexts(config, environ)]


LAB, ADA = Context("lab", "Lab 1", "tcp://lab:2376", tls=TLS(None, None, None)), Context("ada", host="ssh://ada")


def test_the_default_context_is_listed_first() -> None:
    """It is not stored; its host is what docker would use without any context."""
    expected = [
        ContextRow("default", True, "DOCKER_HOST, or else the local socket", "tcp://h:2375", False, ""),  # noqa: FBT003
        ContextRow("ada", False, "", "ssh://ada", False, ""),  # noqa: FBT003
        ContextRow("lab", False, "Lab 1", "tcp://lab:2376", True, ""),  # noqa: FBT003
    ]
    assert list_contexts(config(ADA, LAB, current="lab"), {"DOCKER_HOST": "h"}) == expected


@pytest.mark.parametrize(
    ("environ", "current", "expected"),
    [
        ({}, None, "default"),
        ({}, "lab", "lab"),
        ({"DOCKER_CONTEXT": "ada"}, "lab", "ada"),
        ({"DOCKER_CONTEXT": ""}, "lab", "lab"),
        ({"DOCKER_HOST": "h", "DOCKER_CONTEXT": "ada"}, "lab", "default"),
    ],
)
def test_the_current_context_is_the_one_docker_takes(environ: dict[str, str], current: str, expected: str) -> None:
    """DOCKER_HOST beats DOCKER_CONTEXT, which beats config.json."""
    assert [name for name, now in rows(config(LAB, ADA, current=current), environ) if now] == [expected]


def test_a_current_context_that_does_not_exist_is_a_row_with_an_error() -> None:
    """Docker's list shows it too: every command fails until another is chosen."""
    listed = list_contexts(config(LAB, current="gone"), {})
    assert [(row.name, row.current, bool(row.error)) for row in listed] == [
        ("default", False, False),
        ("gone", True, True),
        ("lab", False, False),
    ]


def test_a_broken_context_that_is_current_is_listed_by_its_name() -> None:
    """Its file does not tell the name, but config.json does."""
    broken = Context(context_id("lab"), error="it is broken")
    assert rows(config(broken, current="lab"), {}) == [("default", False), ("lab", True)]


def test_no_context_is_current_while_config_json_cannot_be_read() -> None:
    """Which one it is cannot be known, unless the environment says it."""
    assert rows(config(LAB, error="config.json is broken"), {}) == [("default", False), ("lab", False)]
    assert rows(config(LAB, error="config.json is broken"), {"DOCKER_CONTEXT": "lab"})[1] == ("lab", True)


def test_a_wrong_docker_host_is_an_error_of_the_default_row() -> None:
    """The list itself does not fail: it is what one looks at to find the mistake."""
    (default,) = list_contexts(config(), {"DOCKER_HOST": "http://lab"})
    assert (default.host, default.tls) == ("", False)
    assert default.error.startswith("DOCKER_HOST http://lab cannot be used: ")


@pytest.mark.skipif(DOCKER is None, reason="needs docker's client")
@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"DOCKER_CONTEXT": "lab9"},
        {"DOCKER_CONTEXT": "gone"},
        {"DOCKER_HOST": "lab"},
        {"DOCKER_HOST": ":99", "DOCKER_CONTEXT": "lab9"},
        {"DOCKER_HOST": "unix://"},
    ],
)
def test_the_list_is_that_of_dockers_client(tmp_path: Path, environ: dict[str, str]) -> None:
    """Contexts made by docker itself, listed by docker and by us: names, hosts, the current one, what is broken."""
    old = client_version() < (23,)
    if old and environ.get("DOCKER_CONTEXT") == "gone":
        pytest.skip("docker's client before 23 lists nothing if the current context does not exist")
    docker(tmp_path, "context", "create", "lab10", "--description", "a <b> ü", "--docker", "host=ssh://me@lab")
    docker(tmp_path, "context", "create", "lab9", "--docker", "host=tcp://lab:2376,skip-tls-verify=true")
    docker(tmp_path, "context", "use", "lab10")
    lines = docker(tmp_path, "context", "ls", "--format", "{{json .}}", **environ).splitlines()
    expected = [
        (row["Name"], row["Current"], row["DockerEndpoint"], bool(row.get("Error"))) for row in map(json.loads, lines)
    ]
    listed = list_contexts(read_config({"DOCKER_CONFIG": str(tmp_path)}), environ)
    assert [(row.name, row.current, row.host, bool(row.error)) for row in listed] == expected
    assert [row.description for row in listed if row.name == "lab10"] == ["a <b> ü"]


@pytest.mark.skipif(client_version() < (23,), reason="docker's client before 23 reads the files it is given")
def test_certificates_are_found_where_dockers_client_puts_them(tmp_path: Path) -> None:
    """`docker context create` copies the files into its store: they are used from there."""
    for name in ("ca", "cert", "key"):
        (tmp_path / name).write_text(name)
    files = f"ca={tmp_path / 'ca'},cert={tmp_path / 'cert'},key={tmp_path / 'key'}"
    docker(tmp_path, "context", "create", "lab", "--docker", f"host=unix:///x,{files}")  # tcp:// would check them
    (meta,) = tmp_path.glob("contexts/meta/*/meta.json")
    meta.write_text(meta.read_text().replace("unix:///x", "tcp://lab:2376"))
    tls = read_contexts(tmp_path)["lab"].tls
    assert tls is not None
    assert [path and path.read_text() for path in (tls.ca, tls.cert, tls.key)] == ["ca", "cert", "key"]
