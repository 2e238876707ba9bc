"""Image references: the familiar form that docker shows, taken apart."""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["Reference", "is_reference", "parse_reference"]

_HUB = "docker.io"
_OFFICIAL = "library/"

# https://github.com/distribution/reference/blob/main/regexp.go
_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?")
_PATH = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_REMAINDER = re.compile(
    rf"(?P<path>{_PATH}(?:/{_PATH})*)(?::(?P<tag>\w[\w.-]{{0,127}}))?"
    r"(?:@(?P<digest>[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?",
    re.ASCII,
)
_ID = re.compile(r"[a-f0-9]{64}")


class Reference(NamedTuple):
    """`repository[:tag][@digest]`, with "docker.io/library/" taken off the repository. "" for what is missing."""

    repository: str
    tag: str
    digest: str

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        return self.repository + tag + (f"@{self.digest}" if self.digest else "")


def parse_reference(text: str) -> Reference:
    """Take `text` apart. What is no reference (an id, capitals in a path, <none>) keeps its parts as they are.

    Source: `ParseNormalizedNamed` and `FamiliarString` of distribution/reference.
    """
    domain, match = _matched(text)
    if match is None:
        return _as_it_is(text)
    path = match["path"]
    if domain != _HUB:
        path = f"{domain}/{path}"
    elif path.startswith(_OFFICIAL) and path.count("/") == 1:
        path = path.removeprefix(_OFFICIAL)
    return Reference(path, match["tag"] or "", match["digest"] or "")


def is_reference(text: str) -> bool:
    """Whether an image could have the name `text`: an id, <none> and capitals in a path are none."""
    return _matched(text)[1] is not None


def _matched(text: str) -> tuple[str, re.Match[str] | None]:
    """The registry, and what follows it taken apart; None for what is no reference."""
    domain, remainder = _split_domain(text)
    match = _REMAINDER.fullmatch(remainder)
    return domain, match if _DOMAIN.fullmatch(domain) and not _ID.fullmatch(text) else None


def _as_it_is(text: str) -> Reference:
    name, _, digest = text.partition("@")
    head, colon, tail = name.rpartition(":")
    return Reference(head, tail, digest) if colon and "/" not in tail else Reference(name, "", digest)


def _split_domain(text: str) -> tuple[str, str]:
    """The registry and what follows; a first part is a registry if it could not be a part of a path."""
    first, slash, rest = text.partition("/")
    if not slash or not (first == "localhost" or "." in first or ":" in first or first != first.lower()):
        return _HUB, text
    return (_HUB if first == "index.docker.io" else first), rest
