"""What to do where a registry does not give or take an image."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockmagic.text import shown

if TYPE_CHECKING:
    from dockmagic.engine.registry_auth import Credentials

__all__ = ["registry_hint"]

# "permission denied" is an engine's own file system; the last ones are BuildKit's words
_REFUSED = re.compile(
    r"unauthorized|no basic auth credentials|authentication required|docker login|(?<!permission )denied"
    r"|401 Unauthorized|insufficient_scope|failed to authorize",
    re.IGNORECASE,
)
_NOT_TRUSTED = re.compile(r"x509: |certificate (?:signed by unknown authority|is not trusted)")
_NOT_REACHED = re.compile(
    r"connection refused|no such host|i/o timeout|network is unreachable|no route to host|handshake timeout"
    r"|connection reset by peer|server gave HTTP response to HTTPS client|context deadline exceeded"
)
_NOT_FOUND = re.compile(r"not found|manifest unknown|name unknown")


_HUB = "docker.io"  # as registry_of names it


def registry_hint(words: str, *, registry: str, credentials: Credentials) -> str:
    """The next step, if the `words` of an engine say what is wrong between it and a registry; else ""."""
    where = "Docker Hub" if registry == _HUB else shown(registry)
    if _REFUSED.search(words):
        login = "docker login" if registry == _HUB else f"docker login {shown(registry)}"
        if credentials.anonymous:
            return f"There are no credentials for {where}. In a terminal: {login}"
        return f"The credentials for {where} are not enough, or not right. In a terminal: {login}"
    if _NOT_TRUSTED.search(words):
        file = f"/etc/docker/certs.d/{shown(registry)}/ca.crt"
        return f"The engine does not trust that certificate: on its host, the signer's belongs into {file}"
    if _NOT_REACHED.search(words):
        return f"It is the engine, not this machine, that could not talk to {where}: look from there."
    if _NOT_FOUND.search(words) and "platform" not in words:
        return f"{where} has no such name or tag: is one of them misspelled?"
    return ""
