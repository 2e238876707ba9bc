"""Names of images: what docker shows of them, and what is none."""

from __future__ import annotations

import re
from typing import NamedTuple

from dockmagic.demo.problems import bad_request

__all__ = ["Reference", "parse_reference"]

_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_HOST = r"(?:[a-zA-Z0-9][a-zA-Z0-9.-]*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?"
_NAME = re.compile(rf"(?:{_HOST}/)?{_PART}(?:/{_PART})*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_LONGEST = 255


class Reference(NamedTuple):
    """A repository as docker shows it (busybox, localhost:5000/app), with a tag or a digest."""

    repository: str
    tag: str = ""
    digest: str = ""

    def __str__(self) -> str:
        return f"{self.repository}@{self.digest}" if self.digest else f"{self.repository}:{self.tag}"

    @property
    def registry(self) -> str:
        """The host to ask, "" for Docker Hub."""
        first, slash, _ = self.repository.partition("/")
        return first if slash and ("." in first or ":" in first or first == "localhost") else ""

    @property
    def path(self) -> str:
        """Its name in the registry: library/busybox."""
        if self.registry:
            return self.repository.partition("/")[2]
        return self.repository if "/" in self.repository else f"library/{self.repository}"


def parse_reference(text: str, tag: str = "") -> Reference:
    """`name`, `name:tag` or `name@digest`; without a tag it is "latest". Raises Problem for what is no reference."""
    name, at, digest = text.partition("@")
    if at and not _DIGEST.fullmatch(digest):
        raise bad_request("invalid reference format")
    folder, slash, last = name.rpartition("/")
    last, colon, own = last.partition(":")
    repository = _familiar(folder + slash + last)
    if tag.startswith("sha256:") and _DIGEST.fullmatch(tag):
        return Reference(_checked(repository), digest=tag)
    chosen = tag or (own if colon else "latest")
    if not _TAG.fullmatch(chosen):
        raise bad_request("invalid tag format" if tag else "invalid reference format")
    return Reference(_checked(repository), "" if at else chosen, digest)


def _familiar(name: str) -> str:
    for prefix in ("docker.io/", "index.docker.io/"):
        name = name.removeprefix(prefix)
    return name.removeprefix("library/") if name.count("/") == 1 else name


def _checked(repository: str) -> str:
    if _NAME.fullmatch(repository) and len(repository) <= _LONGEST:
        return repository
    if repository != repository.lower() and _NAME.fullmatch(repository.lower()):
        path = repository if "/" in repository else f"library/{repository}"
        raise bad_request(f"invalid reference format: repository name ({path}) must be lowercase")
    raise bad_request("invalid reference format")
