"""Image references: the familiar form that docker shows, taken apart."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Reference", "parse_reference"]


class Reference(NamedTuple):
    """`repository[:tag][@digest]`, with "docker.io/library/" taken off the repository. "" for what is missing."""

    repository: str
    tag: str
    digest: str

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        return self.repository + tag + (f"@{self.digest}" if self.digest else "")


def parse_reference(text: str) -> Reference:
    """Take `text` apart. Source: `FamiliarString` of distribution/reference."""
    name, _, digest = text.partition("@")
    head, colon, tail = name.rpartition(":")
    repository, tag = (head, tail) if colon and "/" not in tail else (name, "")
    for prefix in ("docker.io/library/", "index.docker.io/library/", "docker.io/", "index.docker.io/"):
        if repository.startswith(prefix):
            repository = repository.removeprefix(prefix)
            break
    return Reference(repository, tag, digest)
