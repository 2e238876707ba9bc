"""What a session answers at once: whether it lives, who one is at a registry, and secrets.

Source of the names and field numbers: session/auth/auth.proto and session/secrets/secrets.proto of moby/buildkit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from dockmagic.builder.buildkit.calls import NOT_FOUND, CallError, unary
from dockmagic.builder.buildkit.protobuf import bytes_field, number_field, text_field
from dockmagic.errors import UsageError
from dockmagic.text import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dockmagic.builder.buildkit.calls import Method
    from dockmagic.builder.buildkit.protobuf import Message
    from dockmagic.engine.registry_auth import Credentials

__all__ = ["Auth", "Health", "Secrets", "Service"]

SECRET_LIMIT = 500 * 1024
"""Bytes of one secret; BuildKit's own limit."""

_SERVING = 1


class Service(Protocol):
    """Something that the engine may ask a session for."""

    @property
    def methods(self) -> Mapping[str, Method]:
        """By their paths, "/package.Service/Method"."""


class Health:
    """Says that the session lives; an engine drops one that does not say so, after ten seconds at the earliest."""

    def __init__(self) -> None:
        answer = number_field(1, _SERVING)
        self.methods: Mapping[str, Method] = {"/grpc.health.v1.Health/Check": unary(lambda _: answer)}


class Auth:
    """Hands out the credentials that `lookup` finds for a registry, "docker.io" or "127.0.0.1:5000".

    Each registry is looked up once. Meanwhile the session answers nothing else: a keychain that has to be unlocked
    should be before the build begins.
    """

    def __init__(self, lookup: Callable[[str], Credentials]) -> None:
        self._lookup = lookup
        self._found: dict[str, Credentials] = {}
        self.methods: Mapping[str, Method] = {"/moby.filesync.v1.Auth/Credentials": unary(self._credentials)}

    def _credentials(self, request: Message) -> bytes:
        """An identity token goes without a name, nobody's credentials are an empty message."""
        registry = request.text(1)
        found = self._found.get(registry)
        if found is None:
            found = self._found[registry] = self._lookup(registry)
        if found.identity_token:
            return text_field(2, found.identity_token.encode())
        return text_field(1, found.username.encode()) + text_field(2, found.password.encode())


class Secrets:
    """Hands out what `RUN --mount=type=secret,id=...` asks for. Its repr tells the ids alone.

    Raises UsageError for a secret that is longer than BuildKit takes.
    """

    def __init__(self, values: Mapping[str, bytes]) -> None:
        for identity, value in values.items():
            if len(value) > SECRET_LIMIT:
                raise UsageError(
                    f"the secret {shown(identity)!r} has {len(value)} bytes, and {SECRET_LIMIT} are BuildKit's limit",
                    hint="A secret is a password or a key. Bigger files belong into the context or a volume.",
                )
        self._values = dict(values)
        self.methods: Mapping[str, Method] = {"/moby.buildkit.secrets.v1.Secrets/GetSecret": unary(self._secret)}

    def __repr__(self) -> str:
        return f"<Secrets {', '.join(map(shown, self._values)) or 'none'}>"

    def _secret(self, request: Message) -> bytes:
        identity = request.text(1)
        if identity not in self._values:
            raise CallError(NOT_FOUND, f"secret {shown(identity)} was not given")
        return bytes_field(1, self._values[identity])
