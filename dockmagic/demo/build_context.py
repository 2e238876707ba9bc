"""The tar that a build is sent: which files are in it, without keeping what is in them; bounded throughout."""

from __future__ import annotations

import fnmatch
import hashlib
import posixpath
import tarfile
from dataclasses import dataclass, field
from typing import IO, NamedTuple

from dockmagic.demo.problems import Problem, bad_request

__all__ = ["Context", "File", "read_context"]

MOST_FILES = 50_000
MOST_BYTES = 1 << 30
MOST_TEXT = 1 << 20
_BLOCK = 1 << 16


class File(NamedTuple):
    """One file: bytes, and the hash of its content."""

    size: int
    digest: str


@dataclass(slots=True)
class Context:
    """The files by path, and the text of the Dockerfile (None where there is none)."""

    files: dict[str, File] = field(default_factory=dict)
    dockerfile: str | None = None

    def matching(self, pattern: str) -> dict[str, File]:
        """The files that `COPY pattern` takes: a file, all below a directory, or what * and ? find."""
        wanted = posixpath.normpath(f"/{pattern}").lstrip("/")
        if wanted in {"", "."}:
            return self.files
        below = f"{wanted}/"
        return {
            path: file
            for path, file in self.files.items()
            if path == wanted or path.startswith(below) or _fits(path, wanted)
        }


def read_context(stream: IO[bytes], dockerfile: str = "Dockerfile") -> Context:
    """Read a tar, plain or compressed. Raises Problem for what is no tar, or too large."""
    context = Context()
    name = posixpath.normpath(f"/{dockerfile}").lstrip("/")
    total = 0
    try:
        with tarfile.open(fileobj=stream, mode="r|*") as archive:
            for entry in archive:
                total += entry.size
                if total > MOST_BYTES or len(context.files) >= MOST_FILES:
                    raise bad_request(f"the demo engine reads {MOST_FILES} files and 1 GiB of a build context, no more")
                path = posixpath.normpath(f"/{entry.name}").lstrip("/")
                content = archive.extractfile(entry) if entry.isfile() else None
                if content is None:
                    context.files[path] = File(0, entry.linkname)
                elif path == name and entry.size <= MOST_TEXT:
                    text = content.read()
                    context.dockerfile = text.decode(errors="replace")
                    context.files[path] = File(entry.size, hashlib.sha256(text).hexdigest())
                else:
                    context.files[path] = File(entry.size, _hash(content))
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        raise Problem(500, "archive/tar: invalid tar header") from error
    return context


def _hash(content: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := content.read(_BLOCK):
        digest.update(block)
    return digest.hexdigest()


def _fits(path: str, pattern: str) -> bool:
    """As Go's filepath.Match: * and ? stay within one directory; what it finds may be a directory."""
    if not set(pattern) & set("*?["):
        return False
    depth = pattern.count("/") + 1
    return fnmatch.fnmatchcase("/".join(path.split("/")[:depth]), pattern) and path.count("/") + 1 >= depth
