"""The name under which an engine keeps what a directory's builds have sent, so that the next one sends the changes."""

from __future__ import annotations

import hashlib
import os
import secrets
import uuid
from typing import TYPE_CHECKING

from dockmagic.engine.config_file import read_config

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["shared_key"]

_NODE = ".buildNodeID"  # docker's own client keeps it there too


def shared_key(directory: str | os.PathLike[str], *, environ: Mapping[str, str], home: Path | None = None) -> str:
    """The key of the context `directory`: the same in each build, another one for the same path of another person.

    What an engine keeps it compares by times and sizes alone, so two machines must not share it. What tells them apart
    is a random number in docker's configuration directory, made as docker's own client makes it.
    """
    place = os.fsencode(os.path.realpath(directory))
    return hashlib.sha256(b"dockmagic:%b:%b" % (_node(read_config(environ, home).directory), place)).hexdigest()


def _node(configuration: Path) -> bytes:
    path = configuration / _NODE
    try:
        configuration.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_bytes()
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_hex(32).encode())
        return path.read_bytes()
    except OSError:  # a home that cannot be written: the network card and the path tell machines apart, mostly
        return f"{uuid.getnode():x}:{configuration}".encode()
