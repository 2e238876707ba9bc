"""What to do where a registry does not give or take an image."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockmagic.text import shown

if TYPE_CHECKING:
    from dockmagic.engine.registry_auth import Credentials

__all__ = ["login_hint"]

# "permission denied" is an engine's own file system
_REFUSED = re.compile(
    r"unauthorized|no basic auth credentials|authentication required|docker login|(?<!permission )denied"
)


_HUB = "docker.io"  # as registry_of names it


def login_hint(words: str, *, registry: str, credentials: Credentials) -> str:
    """The next step, if the `words` of an engine say that a registry does not accept who asks; else ""."""
    if not _REFUSED.search(words):
        return ""
    where = "Docker Hub" if registry == _HUB else shown(registry)
    login = "docker login" if registry == _HUB else f"docker login {shown(registry)}"
    if credentials.anonymous:
        return f"There are no credentials for {where}. In a terminal: {login}"
    return f"The credentials for {where} are not enough, or not right. In a terminal: {login}"
