from __future__ import annotations

import pytest

from dockmagic.engine.hosts import HOST_FORMS, Address, parse_context_host, parse_host
from dockmagic.errors import UsageError


def canonical(text: str, *, tls: bool = False) -> str:
    """The one form of `text` that everything else sees."""
    return parse_host(text, tls=tls).host


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("unix://", "unix:///var/run/docker.sock"),
        ("unix:///run/x.sock", "unix:///run/x.sock"),
        ("/run/x.sock", "unix:///run/x.sock"),
        ("unix:///Users/me/Library/Application Support/d.sock", "unix:///Users/me/Library/Application Support/d.sock"),
        ("tcp://lab", "tcp://lab:2375"),
        ("tcp://lab:1234", "tcp://lab:1234"),
        ("tcp://lab:1234/", "tcp://lab:1234"),
        ("lab", "tcp://lab:2375"),
        ("lab:1234", "tcp://lab:1234"),
        (":1234", "tcp://localhost:1234"),
        ("tcp://", "tcp://localhost:2375"),
        ("tcp://10.0.0.7", "tcp://10.0.0.7:2375"),
        ("[::1]:1234", "tcp://[::1]:1234"),
        ("tcp://[0:0::1]", "tcp://[::1]:2375"),
        ("ssh://lab", "ssh://lab"),
        ("ssh://lab/", "ssh://lab"),
        ("ssh://me@lab:22/run/x.sock", "ssh://me@lab:22/run/x.sock"),
        ("ssh://DOMAIN%5Cme@lab", "ssh://DOMAIN%5Cme@lab"),
        ("ssh://me@corp@lab", "ssh://me%40corp@lab"),
        ("ssh://me@[fe80::1]:22", "ssh://me@[fe80::1]:22"),
        ("npipe://", "npipe:////./pipe/docker_engine"),
        ("npipe:////./pipe/other", "npipe:////./pipe/other"),
        ("  tcp://lab:1234\n", "tcp://lab:1234"),
    ],
)
def test_every_form_of_docker_has_one_canonical_host(text: str, expected: str) -> None:
    """Missing parts are docker's defaults; blanks around a host, from an env file say, do not count."""
    assert canonical(text) == expected
    assert canonical(expected) == expected


@pytest.mark.parametrize(("text", "expected"), [("tcp://lab", "tcp://lab:2376"), ("lab:1", "tcp://lab:1")])
def test_tls_moves_the_default_port_only(text: str, expected: str) -> None:
    """Without a port TLS means 2376; a port that is given stays."""
    assert canonical(text, tls=True) == expected


def test_an_ssh_host_is_taken_apart() -> None:
    """User, host name, port and the socket at the other end are what ssh gets; escapes are undone."""
    expected = Address(
        host="ssh://DOMAIN%5Cme@lab:22/run/x.sock",
        scheme="ssh",
        path="/run/x.sock",
        hostname="lab",
        port=22,
        user="DOMAIN\\me",
    )
    assert parse_host("ssh://DOMAIN%5Cme@lab:22/run/x.sock", tls=False) == expected


def test_ssh_decides_what_its_host_leaves_out() -> None:
    """No user, no port and no path: the user's own ssh configuration says them."""
    assert parse_host("ssh://lab", tls=False) == Address(host="ssh://lab", scheme="ssh", hostname="lab")


def test_the_brackets_of_ipv6_are_not_part_of_the_name() -> None:
    """The host name is what a socket connects to and what a certificate names."""
    address = parse_host("tcp://[::1]:2376", tls=True)
    assert (address.hostname, address.port) == ("::1", 2376)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it is empty"),
        ("   ", "it is empty"),
        ("http://lab:2375", "docker writes tcp:// instead of http://"),
        ("https://lab:2376", "docker writes tcp:// instead of https://"),
        ("fd://3", "engine's own command line"),
        ("ftp://lab", "ftp:// is no scheme of docker's"),
        ("TCP://lab", "TCP:// is no scheme of docker's"),
        ("unix://run/x.sock", "three slashes"),
        ("unix:///run/x\x00.sock", "control character"),
        ("tcp://la b", "a blank"),
        ("tcp://lab\r\nHost: other", "control character"),
        ("tcp://lab:1234/v1.41", "takes no path"),
        ("tcp://lab?x", "no query"),
        ("tcp://lab#x", "no fragment"),
        ("tcp://me@lab", "takes no user"),
        ("tcp://::1:2376", "stands in brackets"),
        ("tcp://[::1", "ends with ]"),
        ("tcp://[::1]2376", "ends with ]"),
        ("tcp://[lab]:1", "no IPv6 address"),
        ("tcp://[fe80::1%eth0]:1", "zone"),
        ("tcp://-lab", "no dash in front"),
        ("tcp://l$b", "a host name has letters"),
        ("lab:", "from 1 to 65535"),
        ("lab:0", "from 1 to 65535"),
        ("lab:65536", "from 1 to 65535"),
        ("lab:-1", "from 1 to 65535"),
        ("lab:１２", "from 1 to 65535"),  # noqa: RUF001 - digits that are not ASCII are the point
        ("ssh://", "host name is missing"),
        ("ssh://me@", "host name is missing"),
        ("ssh://@lab", "user before @ is missing"),
        ("ssh://-oProxyCommand=x", "no dash in front"),
        ("ssh://-l@lab", "starts with a dash"),
        ("ssh://%2Dl@lab", "starts with a dash"),
        ("ssh://me%0A@lab", "control character"),
        ("ssh://lab/run/%00", "control character"),
        ("ssh://lab?x=y", "no query"),
        ("ssh://lab#x", "no fragment"),
    ],
)
def test_a_wrong_host_is_refused_with_its_reason_and_the_right_forms(text: str, why: str) -> None:
    """Nothing is guessed, and nothing that ssh or HTTP could misread gets through."""
    with pytest.raises(UsageError) as refusal:
        parse_host(text, tls=False)
    assert why in refusal.value.message
    assert refusal.value.hint == HOST_FORMS


@pytest.mark.parametrize("text", ["ssh://me:secret@lab", "tcp://me:secret@lab", "ssh://me:se/cr@et@lab"])
def test_a_password_is_refused_and_not_repeated(text: str) -> None:
    """The error of a cell is stored in the notebook."""
    with pytest.raises(UsageError) as refusal:
        parse_host(text, tls=False)
    assert "://me:…@lab cannot be used" in refusal.value.message


def test_an_error_names_whose_host_it_is() -> None:
    """DOCKER_HOST is set far away from the cell that fails: the sentence begins with it."""
    with pytest.raises(UsageError, match=r"^DOCKER_HOST lab:0 cannot be used: a port is"):
        parse_host("lab:0", tls=False, subject="DOCKER_HOST")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tcp://127.0.0.1", True),
        ("tcp://127.8.9.10", True),
        ("tcp://[::1]", True),
        ("tcp://localhost", True),
        ("ssh://localhost", True),
        ("tcp://localhost.example", False),
        ("tcp://128.0.0.1", False),
        ("tcp://[::ffff:127.0.0.1]", False),
        ("tcp://0.0.0.0", False),
        ("unix:///run/x.sock", False),
    ],
)
def test_only_literals_and_localhost_are_loopback(text: str, *, expected: bool) -> None:
    """No name is looked up, and what merely looks local is not taken for it."""
    assert parse_host(text, tls=False).is_loopback == expected


@pytest.mark.parametrize(
    ("text", "tls", "expected"),
    [
        ("http://lab", False, "tcp://lab:80"),
        ("http://lab:2375", False, "tcp://lab:2375"),
        ("https://lab", True, "tcp://lab:443"),
        ("https://lab:2376", True, "tcp://lab:2376"),
        ("tcp://lab", True, "tcp://lab:2376"),
        ("ssh://me@lab", False, "ssh://me@lab"),
    ],
)
def test_a_context_may_write_http(text: str, expected: str, *, tls: bool) -> None:
    """Docker's client takes http:// and https:// from contexts, with the ports of the web."""
    assert parse_context_host(text, tls=tls, subject="it").host == expected


def test_a_wrong_http_host_of_a_context_is_refused() -> None:
    """The reason is told as for any other host."""
    with pytest.raises(UsageError, match=r"^it http://lab/v1\.41 cannot be used: tcp:// takes no path"):
        parse_context_host("http://lab/v1.41", tls=False, subject="it")
