"""What a build is made of: a directory, an archive or a URL, and the Dockerfile."""

from __future__ import annotations

import stat
from dataclasses import dataclass, field
from os import fsencode
from pathlib import Path
from typing import TYPE_CHECKING

from dockmagic.builder.archive import Archive
from dockmagic.builder.archive_file import ArchiveFile
from dockmagic.builder.build_files import DOCKERFILE, DOCKERIGNORE, build_files, read_dockerfile
from dockmagic.builder.dockerignore import Ignore
from dockmagic.builder.remote import is_remote
from dockmagic.builder.walk import Entry, check, walk
from dockmagic.errors import UsageError
from dockmagic.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Context", "build_context", "is_directory"]

_OWN_FILE = stat.S_IFREG | 0o600  # the mode of what is in no directory


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What POST /build is given: a body, or the address of one, and where in it the Dockerfile is."""

    dockerfile: str
    """The query's `dockerfile`: a path within the context."""
    remote: str = field(default="", repr=False)
    """The query's `remote`: a URL that the engine fetches, which may hold a password; "" where there is a body."""
    body: Iterable[bytes] | None = None
    """A tar archive. Iterating reads the files, each time anew."""
    length: int | None = None
    """How many bytes the body has."""
    files: int | None = None
    """How many files and links are in it; None for an archive that somebody else has made."""
    size: int | None = None
    """The sum of their bytes."""


def build_context(
    where: str | None, *, file: str = "", dockerfile: str | None = None, wildcard_exceptions: bool = True
) -> Context:
    """Look at all that a build is to be sent, and return what sends it.

    `where` is a directory, a tar archive (compressed or not), a URL that the engine fetches, or None for nothing but
    the Dockerfile. `file` is docker's -f: beside a directory a path like any other, else one within the archive or the
    repository. `dockerfile` is a Dockerfile's text instead, or what -f - means. `wildcard_exceptions` is Ignore's.

    Of a directory everything that its .dockerignore leaves is looked at before this returns. Unlike docker's, an
    archive may be given by its path, and `<Dockerfile>.dockerignore` counts for the classic builder too.

    Raises UsageError for what cannot be sent, ContextChanged for what is gone meanwhile. Nothing was sent then.
    API: POST /build
    """
    file = _file(file, dockerfile)
    if where is None:
        return _dockerfile_alone(file, dockerfile)
    path = Path(where)
    if where != "-" and is_directory(where):
        return _directory(path.resolve(), file, dockerfile, wildcard_exceptions=wildcard_exceptions)
    if dockerfile is not None:
        raise UsageError(
            "a Dockerfile apart goes with a directory only", hint="Name one in the archive or repository with -f."
        )
    if where == "-":
        raise UsageError("a notebook has no standard input to read a context from", hint="Give the archive's path.")
    if path.exists():
        archive = ArchiveFile(path)
        return Context(dockerfile=file or DOCKERFILE, body=archive, length=archive.length)
    if is_remote(where):
        return Context(dockerfile=file or DOCKERFILE, remote=where)
    raise UsageError(
        f"the build context {shown(where)} does not exist", hint="Give a directory, a tar archive or a URL."
    )


def is_directory(where: str) -> bool:
    """Whether the context is a directory. Raises UsageError where nobody lets us look."""
    try:
        return Path(where).is_dir()
    except OSError as error:
        raise UsageError(
            f"the build context {shown(where)} cannot be looked at: {error.strerror}", hint="The build needs it."
        ) from error


def _file(file: str, text: str | None) -> str:
    """The path of the Dockerfile as given, "" if there is none: - is the text."""
    if file == "-" and text is None:
        raise UsageError(
            "-f - reads the Dockerfile from the cell, and there is none", hint="It is %%dbuild that has one."
        )
    if file not in {"", "-"} and text is not None:
        raise UsageError(f"there are two Dockerfiles, the cell and -f {shown(file)}", hint="Leave one of them out.")
    return "" if file == "-" else file


def _dockerfile_alone(file: str, text: str | None) -> Context:
    if text is None and not file:
        raise UsageError("the build has neither context nor Dockerfile", hint="Give a directory: . is the current one.")
    content = read_dockerfile(Path(file)) if text is None else text.encode()
    return _context(Path(), [], {DOCKERFILE: content}, dockerfile=DOCKERFILE)


def _directory(root: Path, file: str, text: str | None, *, wildcard_exceptions: bool) -> Context:
    found = build_files(root, file=file, text=text)
    keep = {DOCKERIGNORE, found.dockerfile}
    ignore = Ignore(found.patterns, wildcard_exceptions=wildcard_exceptions, keep=keep)
    entries = []
    for entry in walk(str(root), ignore=ignore):
        check(str(root), entry)
        entries.append(entry)
    return _context(root, entries, found.contents, dockerfile=found.dockerfile)


def _context(root: Path, entries: list[Entry], contents: Mapping[str, bytes], *, dockerfile: str) -> Context:
    if contents:
        own = [Entry(path, _OWN_FILE, len(content), 0, None) for path, content in contents.items()]
        entries = own + [entry for entry in entries if entry.path not in contents]
        entries.sort(key=lambda entry: fsencode(entry.path).split(b"/"))
    body = Archive(str(root), entries, contents=contents)
    return Context(dockerfile=dockerfile, body=body, length=body.length, files=body.files, size=body.size)
