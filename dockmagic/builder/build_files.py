"""The files of a context directory that the build itself reads: the Dockerfile and the .dockerignore."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import NamedTuple

from dockmagic.builder.dockerignore import read_patterns
from dockmagic.errors import UsageError
from dockmagic.text import shown, shown_path

__all__ = ["DOCKERFILE", "DOCKERIGNORE", "BuildFiles", "build_files", "dockerfile_files", "read_dockerfile"]

DOCKERFILE = "Dockerfile"
DOCKERIGNORE = ".dockerignore"
_DIGITS = 20  # of the name of a Dockerfile from elsewhere


class BuildFiles(NamedTuple):
    """What of a context directory the build itself reads."""

    dockerfile: str  # its path in the context
    patterns: list[str]  # of the .dockerignore that counts
    contents: dict[
        str, bytes
    ]  # sent in place of what is in the directory: a Dockerfile from elsewhere, and who hides it


def build_files(root: Path, *, file: str = "", text: str | None = None) -> BuildFiles:
    """Find the Dockerfile of the context `root`, a resolved path, and read the .dockerignore that goes with it.

    The Dockerfile is `text`, or the file at the path `file`, or one of the two that docker looks for in `root`.
    `<Dockerfile>.dockerignore` beside it comes before `.dockerignore`. A Dockerfile that is not below `root` is sent
    under a name made of its content, so that the engine's cache knows it again, and hidden by the .dockerignore.

    Raises UsageError where there is none, and for a pattern that docker refuses.
    """
    dockerignore = _read(root / DOCKERIGNORE)
    if text is not None:
        return _apart(text.encode(), _patterns(DOCKERIGNORE, dockerignore), dockerignore)
    dockerfile = _find(root, file)
    name = dockerfile.name + DOCKERIGNORE
    own = _read(dockerfile.with_name(name))
    patterns = _patterns(DOCKERIGNORE, dockerignore) if own is None else _patterns(name, own)
    real = Path(os.path.realpath(dockerfile))
    if not real.is_file():
        raise UsageError(
            f"the Dockerfile {shown_path(file or dockerfile.name)} is no file", hint="-f takes a path like any other."
        )
    if real.is_relative_to(root):
        return BuildFiles(real.relative_to(root).as_posix(), patterns, {})
    return _apart(read_dockerfile(dockerfile), patterns, dockerignore)


def dockerfile_files(root: Path, *, file: str = "", text: str | None = None) -> dict[str, bytes]:
    """The Dockerfile, and the .dockerignore of its own, by their names: what a session shows apart from the context.

    The Dockerfile comes first. Raises UsageError as `build_files`.
    """
    if text is not None:
        return {DOCKERFILE: text.encode()}
    path = _find(root, file)
    own = path.with_name(path.name + DOCKERIGNORE)
    found = {each.name: _read(each) for each in (path, own)}
    return {path.name: read_dockerfile(path)} | {
        name: content for name, content in found.items() if content is not None
    }


def read_dockerfile(path: Path) -> bytes:
    """The content of a Dockerfile that is sent under another name. Raises UsageError where it cannot be read."""
    content = _read(path)
    if content is None:
        raise UsageError(f"there is no Dockerfile {shown_path(path)}", hint="-f takes a path like any other.")
    return content


def _find(root: Path, file: str) -> Path:
    """The Dockerfile's path as it is written, which its .dockerignore is named after."""
    found = [Path(file).absolute()] if file else [root / DOCKERFILE, root / DOCKERFILE.lower()]
    for path in found:
        if os.path.lexists(path):
            return path
    if file:
        raise UsageError(f"there is no Dockerfile {shown_path(file)}", hint="-f takes a path like any other.")
    raise UsageError(f"there is no Dockerfile in {shown_path(root)}", hint="Name it with -f, or write it in the cell.")


def _read(path: Path) -> bytes | None:
    """The content of a file, None if there is no such file."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(f"{shown(path.name)} cannot be read: {reason}", hint="The build needs it.") from error


def _patterns(name: str, content: bytes | None) -> list[str]:
    return read_patterns((content or b"").decode("utf-8", "surrogateescape"), name=name)


def _apart(content: bytes, patterns: list[str], dockerignore: bytes | None) -> BuildFiles:
    name = f".dockerfile.{hashlib.sha256(content).hexdigest()[:_DIGITS]}"
    hiding = b"%b\n%b\n" % (DOCKERIGNORE.encode() if dockerignore is None else dockerignore, name.encode())
    return BuildFiles(name, patterns, {DOCKERIGNORE: hiding, name: content})
