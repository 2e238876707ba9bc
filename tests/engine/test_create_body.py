from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockmagic.engine.create_body import create_body
from dockmagic.errors import UsageError

DOCKER_28 = {
    "Image": "busybox",
    "AttachStdout": True,
    "AttachStderr": True,
    "HostConfig": {"NetworkMode": "default", "RestartPolicy": {"Name": "no"}, "MemorySwappiness": -1},
}
"""What `docker create busybox` sends, without the hundred members that are null, "", 0, false or empty."""

DEFAULTS: dict[str, Any] = {
    "AttachStdout": True,  # of create, for a `start --attach` to come; false for `run -d`, where nobody attaches
    "AttachStderr": True,
    "HostConfig": {"NetworkMode": "default", "RestartPolicy": {"Name": "no"}, "MemorySwappiness": -1},
}
"""Of those, what is also meant when it is not said."""


def body(**options: Any) -> dict[str, Any]:
    """Return the body for busybox where no variable is set."""
    return create_body("busybox", environ={}, **options)


def said(value: dict[str, Any], but: dict[str, Any]) -> dict[str, Any]:
    """What a body says beyond empty members and `but`."""
    found = {
        key: said(each, but.get(key, {})) if isinstance(each, dict) else each
        for key, each in value.items()
        if but.get(key) != each
    }
    return {key: each for key, each in found.items() if each}


def test_without_options_the_body_means_what_dockers_does() -> None:
    """Nothing but the image."""
    assert said(body(), DEFAULTS) == said(DOCKER_28, DEFAULTS) == {"Image": "busybox"}


def test_the_command_line_is_the_containers_as_it_is() -> None:
    """An empty argument too; without one the image's own is run."""
    assert body(command=["sh", "-c", ""])["Cmd"] == ["sh", "-c", ""]
    assert "Cmd" not in body()


def ports(*texts: str) -> dict[str, list[tuple[str, str]]]:
    """Of each port of the container the addresses and ports of the host."""
    made = body(ports=texts)
    bindings = made["HostConfig"]["PortBindings"]
    assert made["ExposedPorts"] == {port: {} for port in bindings}
    return {port: [(each["HostIp"], each["HostPort"]) for each in found] for port, found in bindings.items()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("80", {"80/tcp": [("", "")]}),
        ("8080:80", {"80/tcp": [("", "8080")]}),
        ("8080:80/udp", {"80/udp": [("", "8080")]}),
        ("80/UDP", {"80/udp": [("", "")]}),
        ("80/sctp", {"80/sctp": [("", "")]}),
        ("80/", {"80/tcp": [("", "")]}),
        (":80", {"80/tcp": [("", "")]}),
        ("::80", {"80/tcp": [("", "")]}),
        ("0:80", {"80/tcp": [("", "0")]}),
        ("080", {"80/tcp": [("", "")]}),
        ("80-80", {"80/tcp": [("", "")]}),
        ("127.0.0.1:8080:80", {"80/tcp": [("127.0.0.1", "8080")]}),
        ("0.0.0.0::80", {"80/tcp": [("0.0.0.0", "")]}),
        ("[0.0.0.0]:80:80", {"80/tcp": [("0.0.0.0", "80")]}),
        ("[::1]:80:80", {"80/tcp": [("::1", "80")]}),
        ("[::1]::80", {"80/tcp": [("::1", "")]}),
        ("::1:80:80", {"80/tcp": [("::1", "80")]}),
        ("8000-8010:80", {"80/tcp": [("", "8000-8010")]}),
        ("8000-8000:80", {"80/tcp": [("", "8000")]}),
        ("8000-8001:80-81", {"80/tcp": [("", "8000")], "81/tcp": [("", "8001")]}),
        ("80-81/udp", {"80/udp": [("", "")], "81/udp": [("", "")]}),
        ("published=8080,target=80", {"80/tcp": [("", "8080")]}),
        ("target=80,protocol=udp,mode=host", {"80/udp": [("", "")]}),
    ],
)
def test_a_port_is_read_as_by_docker(text: str, expected: dict[str, list[tuple[str, str]]]) -> None:
    """Each of these was compared with what docker 28 sends."""
    assert ports(text) == expected


def test_a_port_may_be_published_several_times() -> None:
    """At several addresses, under several protocols."""
    assert ports("1:80", "127.0.0.1:2:80", "1:80/udp") == {
        "80/tcp": [("", "1"), ("127.0.0.1", "2")],
        "80/udp": [("", "1")],
    }


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "a port is written"),
        ("a:80", "a port is written"),
        ("80-:", "a port is written"),
        (" 80", "a port is written"),
        ("8080 :80", "a port is written"),
        ("+80", "a port is written"),
        ("-80", "a port is written"),
        ("٨٠", "a port is written"),
        ("[::1]:80", "a port is written"),
        ("80/tcp/udp", "a port is written"),
        ("published=80", "a port is written"),
        ("80/foo", "a protocol is one of tcp, udp, sctp"),
        ("80:0", "a port is a number from 1 to 65535"),
        ("65536", "a port is a number from 1 to 65535"),
        ("65536:80", "a port is a number from 1 to 65535"),
        ("80-79", "a range goes upwards"),
        ("8000-8001:80-82", "maps 2 ports of the host to 3 of the container"),
        ("8000:80-82", "maps 1 ports of the host to 3 of the container"),
        ("300.1.1.1:80:80", "'300.1.1.1' is no IP address"),
        ("localhost:80:80", "'localhost' is no IP address"),
        ("fe80::1%eth0:80:80", "'fe80::1%eth0' is no IP address"),
        ("[]:80:80", "'[]' is no IP address"),
    ],
)
def test_a_port_that_docker_would_refuse_is_refused(text: str, complaint: str) -> None:
    """Before anything is made, with the form it should have."""
    with pytest.raises(UsageError) as caught:
        ports(text)
    assert complaint in str(caught.value)


@given(st.text(alphabet="0189-:[]./tcpudx=, ", max_size=20))
def test_no_text_for_a_port_raises_anything_else(text: str) -> None:
    """It is ports, or a UsageError; what it makes are numbers that ports can be."""
    try:
        found = ports(text)
    except UsageError:
        return
    assert all(1 <= int(port.partition("/")[0]) <= 65535 for port in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A=1", "A=1"),
        ("A=", "A="),
        ("A=b=c", "A=b=c"),
        ("A B=1", "A B=1"),
        ("-x=1", "-x=1"),
        ("HERE", "HERE=its value"),
        ("EMPTY", "EMPTY="),
        ("NOWHERE", "NOWHERE"),
    ],
)
def test_a_variable_without_a_value_takes_it_from_here(text: str, expected: str) -> None:
    """If it has none here the name alone is sent, as by docker: the engine then takes the image's away."""
    environ = {"HERE": "its value", "EMPTY": ""}
    assert create_body("busybox", env=[text], environ=environ)["Env"] == [expected]


@pytest.mark.parametrize(
    ("text", "expected"), [("a=1", {"a": "1"}), ("a", {"a": ""}), ("a=b=c", {"a": "b=c"}), ("a=1 2", {"a": "1 2"})]
)
def test_a_label_without_a_value_is_an_empty_one(text: str, expected: dict[str, str]) -> None:
    """The name ends at the first "="."""
    assert body(labels=[text])["Labels"] == expected


def test_the_last_of_two_labels_counts() -> None:
    """As with docker."""
    assert body(labels=["a=1", "a=2"])["Labels"] == {"a": "2"}


@pytest.mark.parametrize(
    "option", [{"env": ["=1"]}, {"env": [""]}, {"labels": ["=1"]}, {"labels": [""]}, {"labels": ["a b=1"]}]
)
def test_a_name_must_be_there_and_a_labels_without_blanks(option: dict[str, list[str]]) -> None:
    """Docker refuses these before it asks the engine."""
    with pytest.raises(UsageError, match="is written NAME=VALUE or NAME"):
        body(**option)


def volumes(*texts: str, **more: Any) -> tuple[list[str], list[str]]:
    """What is bound, and the targets of anonymous volumes."""
    made = create_body("busybox", volumes=texts, **{"environ": {"HOME": "/home/me"}, "directory": "/here", **more})
    return made["HostConfig"]["Binds"], list(made["Volumes"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name:/a", "name:/a"),
        ("name:/a:ro", "name:/a:ro"),
        ("/srv:/a:ro,z", "/srv:/a:ro,z"),
        ("./x:/y", "/here/x:/y"),
        ("../x:/y:ro", "/x:/y:ro"),
        (".:/y", "/here:/y"),
        (".hidden:/y", "/here/.hidden:/y"),
        ("rel/x:/y", "rel/x:/y"),
        ("~:/y", "/home/me:/y"),
        ("~/x:/y", "/home/me/x:/y"),
        (r"c:\a:/b", r"c:\a:/b"),
        ("c:/a:/b:ro", "c:/a:/b:ro"),
        (r"name:C:\data", r"name:C:\data"),
    ],
)
def test_a_path_that_begins_with_a_dot_starts_here(text: str, expected: str) -> None:
    """As with docker; ~ is home, which is the shell's work on a command line. The rest is for the engine to read."""
    assert volumes(text) == ([expected], [])


def test_a_path_starts_in_the_processs_own_directory_if_no_other_is_given() -> None:
    """Where the notebook runs."""
    assert volumes("./x:/y", directory="") == ([f"{Path.cwd() / 'x'}:/y"], [])


@pytest.mark.parametrize("text", ["/a", r"c:\data"])
def test_a_target_alone_is_an_anonymous_volume(text: str) -> None:
    """The engine makes and names it."""
    assert volumes(text) == ([], [text])


def test_a_volume_that_is_given_twice_counts_once() -> None:
    """As with docker."""
    assert volumes("a1:/a", "a1:/a", "/b", "/b") == (["a1:/a"], ["/b"])


@pytest.mark.parametrize(
    "text", ["", "name", "./x", ":/a", "/a:", "/a:b", "data:relative", "/a:ro", "/a:/b:", "/a:/b:ro:x", "::", ":"]
)
def test_a_volume_without_a_path_in_the_container_is_refused(text: str) -> None:
    """Docker or the engine would refuse it, later and less clearly."""
    with pytest.raises(UsageError, match="a volume is written"):
        volumes(text)


@pytest.mark.parametrize("text", ["$PWD:/here", "${HOME}/x:/y", "~other/x:/y"])
def test_what_only_a_shell_would_expand_is_told_so(text: str) -> None:
    """It would reach the engine as a volume's name."""
    with pytest.raises(UsageError, match=r"no shell reads .* here: write the path, or \{name\} for a Python value"):
        volumes(text)


def test_without_a_home_there_is_no_tilde() -> None:
    """It is not guessed."""
    with pytest.raises(UsageError, match="no shell reads '~/x' here"):
        volumes("~/x:/y", environ={})
