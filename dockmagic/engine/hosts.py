"""How the address of an engine is written: docker's forms, taken apart and made canonical."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Literal
from urllib.parse import quote, unquote

from dockmagic.errors import UsageError
from dockmagic.text import shown

__all__ = ["DEFAULT_PIPE", "DEFAULT_SOCKET", "HOST_FORMS", "Address", "parse_context_host", "parse_host"]

DEFAULT_SOCKET = "/var/run/docker.sock"
DEFAULT_PIPE = "//./pipe/docker_engine"
HOST_FORMS = "A host is written unix:///var/run/docker.sock, tcp://host:2376, host:port or ssh://user@host."

_PLAIN_PORT, _TLS_PORT = 2375, 2376  # https://docs.docker.com/engine/security/protect-access/
_LARGEST_PORT = 65535
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_LOOPBACK = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where an engine listens. What a scheme has no use for is empty."""

    host: str  # canonical: unix:///var/run/docker.sock, tcp://host:2376, tcp://[::1]:2376, ssh://me@host:22/run/x.sock
    scheme: Literal["unix", "tcp", "ssh", "npipe"]
    path: str = ""  # of a unix socket, of a named pipe, or of the socket at the other end of ssh
    hostname: str = ""  # without the brackets of IPv6
    port: int | None = None  # None: ssh decides
    user: str | None = None  # None: ssh decides

    @property
    def is_loopback(self) -> bool:
        """Whether the host name is a loopback address, or exactly "localhost". No name is looked up."""
        try:
            address = ip_address(self.hostname)
        except ValueError:
            return self.hostname == "localhost"
        return any(address in network for network in _LOOPBACK)


def parse_host(text: str, *, tls: bool, subject: str = "the host") -> Address:
    """Read a host as docker's -H and DOCKER_HOST take it, or the absolute path of a socket.

    A missing port is 2376 with `tls` and 2375 without. `subject` begins the error: whose host it is.
    Raises UsageError for anything else, without repeating a password. Source: docker/cli `opts/hosts.go`.
    """
    text = text.strip()
    try:
        return _parse(text, tls=tls)
    except ValueError as error:
        raise _refusal(subject, text, why=error) from error


def parse_context_host(text: str, *, tls: bool, subject: str) -> Address:
    """Like parse_host, for the host that a docker context stores: http:// and https:// are tcp:// there.

    Docker's client takes them from a context alone, with the ports 80 and 443. Raises UsageError.
    """
    scheme, _, rest = text.strip().partition("://")
    if scheme not in {"http", "https"}:
        return parse_host(text, tls=tls, subject=subject)
    try:
        _refuse_odd_characters(rest)
        return _parse_tcp(rest, default_port=443 if tls else 80)
    except ValueError as error:
        raise _refusal(subject, text, why=error) from error


def _refusal(subject: str, text: str, *, why: ValueError) -> UsageError:
    named = f"{subject} {_without_password(text)}".strip()
    return UsageError(f"{named} cannot be used: {why}", hint=HOST_FORMS)


def _without_password(text: str) -> str:
    """`text` as an error may show it: whoever wrote ssh://me:secret@host does not want to see it in a notebook."""
    before, at, after = text.rpartition("@")
    scheme, mark, userinfo = before.partition("://") if "://" in before else ("", "", before)
    user, colon, _ = userinfo.partition(":")
    return shown(f"{scheme}{mark}{user}:…@{after}" if at and colon else text)


def _refuse_odd_characters(text: str) -> None:
    if not text.isprintable() or " " in text:
        raise ValueError("it contains a blank or a control character")


def _parse(text: str, *, tls: bool) -> Address:
    """The parsers below raise ValueError whose text ends the sentence "HOST cannot be used: ..."."""
    if not text:
        raise ValueError("it is empty")
    scheme, mark, rest = text.partition("://")
    if text.startswith("/"):
        scheme, rest = "unix", text
    elif not mark:
        scheme, rest = "tcp", text
    _refuse_odd_characters(text.replace(" ", "_") if scheme == "unix" else text)
    match scheme:
        case "unix":
            return _parse_unix(rest or DEFAULT_SOCKET)
        case "tcp":
            return _parse_tcp(rest, default_port=_TLS_PORT if tls else _PLAIN_PORT)
        case "ssh":
            return _parse_ssh(rest)
        case "npipe":
            path = rest or DEFAULT_PIPE
            return Address(host=f"npipe://{path}", scheme="npipe", path=path)
        case "http" | "https":
            raise ValueError(f"docker writes tcp:// instead of {scheme}://, and DOCKER_TLS_VERIFY=1 for TLS")
        case "fd":
            raise ValueError("fd:// is for the engine's own command line")
        case _:
            raise ValueError(f"{scheme}:// is no scheme of docker's")


def _parse_unix(path: str) -> Address:
    if not path.startswith("/"):
        raise ValueError("the path of a socket is absolute, with three slashes: unix:///run/docker.sock")
    return Address(host=f"unix://{path}", scheme="unix", path=path)


def _parse_tcp(rest: str, *, default_port: int) -> Address:
    if "?" in rest or "#" in rest:
        raise ValueError("tcp:// takes no query and no fragment")
    authority, _, path = rest.partition("/")
    if path:
        raise ValueError("tcp:// takes no path")
    if "@" in authority:
        raise ValueError("tcp:// takes no user: ssh:// does")
    hostname, port = _split_port(authority)
    hostname, port = hostname or "localhost", port or default_port
    return Address(host=f"tcp://{_bracketed(hostname)}:{port}", scheme="tcp", hostname=hostname, port=port)


def _parse_ssh(rest: str) -> Address:
    if "?" in rest or "#" in rest:
        raise ValueError("ssh:// takes no query and no fragment")
    authority, slash, path = rest.partition("/")
    path = unquote(slash + path) if path.strip("/") else ""
    userinfo, at, authority = authority.rpartition("@")
    if ":" in userinfo:
        raise ValueError("a password has no place in it: use a key or an ssh agent")
    user = unquote(userinfo)
    _refuse_odd_characters(user + path)
    if at and (not user or user.startswith("-")):
        raise ValueError("the user before @ is missing or starts with a dash")
    hostname, port = _split_port(authority)
    if not hostname:
        raise ValueError("the host name is missing")
    login = f"{quote(user, safe='')}@" if at else ""
    suffix = "" if port is None else f":{port}"
    host = f"ssh://{login}{_bracketed(hostname)}{suffix}{quote(path)}"
    return Address(host=host, scheme="ssh", path=path, hostname=hostname, port=port, user=user or None)


def _split_port(authority: str) -> tuple[str, int | None]:
    """Host name (possibly empty) and port (None if there is none) of `name:port` or `[IPv6]:port`."""
    if authority.startswith("["):
        literal, bracket, tail = authority[1:].partition("]")
        if not bracket or tail[:1] not in {"", ":"}:
            raise ValueError("an IPv6 address ends with ], and only :port may follow")
        return _ipv6(literal), _port(tail[1:]) if tail else None
    name, colon, port = authority.partition(":")
    if ":" in port:
        raise ValueError("an IPv6 address stands in brackets: [::1]:2376")
    if name and not _NAME.fullmatch(name):
        raise ValueError("a host name has letters, digits, dots, dashes and underscores, and no dash in front")
    return name, _port(port) if colon else None


def _ipv6(literal: str) -> str:
    try:
        address = IPv6Address(literal)
    except ValueError as error:
        raise ValueError("there is no IPv6 address between the brackets") from error
    if address.scope_id is not None:
        raise ValueError("docker takes no IPv6 address with a zone")
    return str(address)


def _port(digits: str) -> int:
    if not re.fullmatch(r"0*[1-9][0-9]{0,4}", digits) or int(digits) > _LARGEST_PORT:
        raise ValueError("a port is a number from 1 to 65535")
    return int(digits)


def _bracketed(hostname: str) -> str:
    return f"[{hostname}]" if ":" in hostname else hostname
