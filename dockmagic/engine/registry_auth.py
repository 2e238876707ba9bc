"""Credentials for registries, found where `docker login` put them: config.json, DOCKER_AUTH_CONFIG, credential helpers.

Source: `GetAuthConfig` and `GetAllCredentials` of docker/cli. Nothing here shows a secret: no repr, no error, no log.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson

from dockmagic.engine.config_file import read_registry_settings
from dockmagic.engine.contexts import field, json_object
from dockmagic.engine.credential_helper import ask_helper, broken_helper
from dockmagic.errors import DockMagicError, UsageError, warn
from dockmagic.text import shown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["NOBODY", "Credentials", "Keyring", "read_keyring", "registry_config", "registry_of"]

HUB = "docker.io"
HUB_KEY = "https://index.docker.io/v1/"
"""What Docker Hub is called in config.json and by credential helpers."""

_HUB_NAMES = frozenset({HUB, "index.docker.io", "registry-1.docker.io"})
_TOKEN_USER = "<token>"  # noqa: S105 - a user of this name has an identity token for a password
_VARIABLE = "DOCKER_AUTH_CONFIG"
_HALVES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """Who one is at a registry; all empty for nobody. Its repr tells the registry alone."""

    server: str = ""  # as config.json names it
    username: str = ""
    password: str = ""
    identity_token: str = ""  # instead of a name and a password
    registry_token: str = ""

    def __post_init__(self) -> None:
        """Raises UsageError for halves of characters, which neither JSON nor protobuf could carry."""
        if any(_HALVES.search(text) for text in (self.server, self.username, self.password, *self._tokens)):
            raise UsageError(f"the credentials{self._where} have half a character in them", hint="Log in anew.")

    def __repr__(self) -> str:
        return f"<Credentials of nobody{self._where}>" if self.anonymous else f"<Credentials{self._where}>"

    @property
    def _tokens(self) -> tuple[str, str]:
        return self.identity_token, self.registry_token

    @property
    def _where(self) -> str:
        return f" for {shown(self.server)}" if self.server else ""

    @property
    def anonymous(self) -> bool:
        """Whether there is nothing to show to the registry."""
        return not (self.username or self.password or self.identity_token or self.registry_token)

    def header(self) -> str:
        """The value of X-Registry-Auth. Without the header some engines refuse, so nobody has one too."""
        return _encoded(self._members())

    def _members(self) -> dict[str, str]:
        members = {
            "username": self.username,
            "password": self.password,
            "serveraddress": self.server,
            "identitytoken": self.identity_token,
            "registrytoken": self.registry_token,
        }
        return {} if self.anonymous else {name: value for name, value in members.items() if value}


NOBODY = Credentials()


def registry_config(credentials: Mapping[str, Credentials]) -> str:
    """The value of X-Registry-Config, from which the classic builder takes what it needs for FROM."""
    return _encoded({key: each._members() for key, each in credentials.items() if not each.anonymous})  # noqa: SLF001


def registry_of(reference: str) -> str:
    """The registry that a reference to an image belongs to: "docker.io" if it names none.

    Source: `splitDockerDomain` of distribution/reference: a first part that could be no part of a path is a registry.
    """
    first, slash, _ = reference.partition("/")
    named = slash and (first == "localhost" or "." in first or ":" in first or first != first.lower())
    return first if named and first not in _HUB_NAMES else HUB


def read_keyring(environ: Mapping[str, str], home: Path | None = None) -> Keyring:
    """The keyring of this environment. As docker, it warns of a config.json that cannot be read, and has none of it."""
    try:
        path, settings = read_registry_settings(environ, home)
    except UsageError as error:
        warn(error.message)
        path, settings = None, {}
    return Keyring(settings, environ=environ, named=str(path) if path else "config.json")


class Keyring:
    """What config.json says about registries, and the credential helpers that it names.

    `find` and `all` raise UsageError for an entry that cannot be understood, and DockMagicError for a helper that is
    missing or fails; the helper is named, and nothing that it said.
    """

    def __init__(self, settings: dict[str, Any], *, environ: Mapping[str, str], named: str = "config.json") -> None:
        self._environ = environ
        self._named = named
        try:
            self._auths: dict[str, Any] = field(settings, "auths", kind=dict)
            self._store: str = field(settings, "credsStore", kind=str)
            self._helpers: dict[str, Any] = field(settings, "credHelpers", kind=dict)
        except ValueError as error:
            raise UsageError(f"{shown(named)} cannot be understood: {error}", hint="Repair it by hand.") from None
        self._variable = _variable_auths(environ)

    def __repr__(self) -> str:
        return f"<Keyring of {shown(self._named)}>"

    def find(self, registry: str) -> Credentials:
        """The credentials for `registry` ("docker.io", "127.0.0.1:5000"); those of nobody if there are none.

        DOCKER_AUTH_CONFIG comes first, then the registry's own helper, then `credsStore`, then `auths`.
        """
        key = HUB_KEY if registry in _HUB_NAMES else registry
        if key in self._variable:
            return self._decoded(key, self._variable[key], _VARIABLE)
        if helper := self._helper(key):
            return self._asked(helper, key)
        for name in (key, *(each for each in self._auths if _hostname(each) == key)):
            if name in self._auths:
                return self._decoded(name, self._auths[name], self._named)
        return Credentials(key)

    def all(self) -> dict[str, Credentials]:
        """Those of every registry that is known by name.

        A helper that fails is warned of: most base images need none of them.
        """
        found: dict[str, Credentials] = {}
        try:
            stored = self._listed(self._store) if self._store else list(self._auths)
        except DockMagicError as error:
            warn(error.message)
            stored = []
        for key in dict.fromkeys([*stored, *self._variable, *self._helpers]):
            try:
                found[key] = self.find(key)
            except DockMagicError as error:
                warn(error.message)
        return {key: each for key, each in found.items() if not each.anonymous}

    def _helper(self, key: str) -> str:
        helper = self._helpers.get(key, self._store)
        if not isinstance(helper, str):
            raise UsageError(f"{shown(self._named)} names no helper for {shown(key)}", hint="credHelpers has texts.")
        return helper

    def _decoded(self, key: str, entry: Any, source: str) -> Credentials:
        """An entry of `auths`; its "auth" is user:password in base64."""
        try:
            if not isinstance(entry, dict):
                raise ValueError("the entry is not an object")  # noqa: TRY004, TRY301 - as with the file's other faults
            username, password = field(entry, "username", kind=str), field(entry, "password", kind=str)
            if auth := field(entry, "auth", kind=str):
                username, password = _user_and_password(auth)
            identity, token = (field(entry, name, kind=str) for name in ("identitytoken", "registrytoken"))
        except ValueError as error:
            # `from None`: the causes of these errors hold what they stumbled over
            words = f"the entry for {shown(key)} in {shown(source)} cannot be understood: {error}"
            raise UsageError(words, hint=f"Log in anew: docker login {shown(key)}") from None
        return Credentials(key, username, password, identity, token)

    def _asked(self, helper: str, key: str) -> Credentials:
        answer = ask_helper(helper, "get", key, environ=self._environ, named=self._named)
        if answer is None:
            return Credentials(key)
        try:
            reply = json_object(answer)
            username, secret = field(reply, "Username", kind=str), field(reply, "Secret", kind=str)
        except ValueError:
            raise broken_helper(helper, key, "answered what is no JSON of credentials") from None
        return (
            Credentials(key, identity_token=secret) if username == _TOKEN_USER else Credentials(key, username, secret)
        )

    def _listed(self, helper: str) -> list[str]:
        answer = ask_helper(helper, "list", "", environ=self._environ, named=self._named)
        try:
            return list(json_object(answer)) if answer else []
        except ValueError:
            raise broken_helper(helper, "", "answered what is no JSON") from None


def _encoded(members: Mapping[str, Any]) -> str:
    return urlsafe_b64encode(orjson.dumps(members)).decode()


def _user_and_password(auth: str) -> tuple[str, str]:
    """Raises ValueError, whose text has nothing of `auth`."""
    try:
        text = b64decode(auth, validate=True).decode()
    except (binascii.Error, UnicodeError):
        raise ValueError("its auth is not base64") from None
    username, colon, password = text.partition(":")
    if not (colon and username):
        raise ValueError("its auth is not user:password in base64")
    return username, password.strip("\0")


def _variable_auths(environ: Mapping[str, str]) -> dict[str, Any]:
    """The `auths` in DOCKER_AUTH_CONFIG, which docker 28.3 and newer read; it warns of what it cannot read, as they."""
    text = environ.get(_VARIABLE, "")
    try:
        return field(json_object(text.encode()), "auths", kind=dict) if text else {}
    except (ValueError, UnicodeError):
        warn(f"{_VARIABLE} cannot be understood: it is no JSON with auths")
        return {}


def _hostname(key: str) -> str:
    """A registry's name in an entry that older versions of docker wrote as a URL."""
    if "://" not in key:
        return key.partition("/")[0]
    try:
        return urlsplit(key).netloc
    except ValueError:
        return ""
