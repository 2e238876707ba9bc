"""What the tests of transfers share: images with a layer that nobody else has, and who is logged in where."""

from __future__ import annotations

import io
import json
import os
import tarfile
from base64 import b64encode
from typing import TYPE_CHECKING

from tests.engines.images import import_image
from tests.engines.registry import PASSWORD, USERNAME

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.engines.dockerd import Dockerd

__all__ = ["log_in", "make_image", "tar_of"]


def tar_of(files: Mapping[str, bytes]) -> bytes:
    """A tar archive of some files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def make_image(engine: Dockerd, reference: str, label: str, *, size: int = 1000) -> str:
    """Make an image of one layer with `size` random bytes; its id. It goes with the fixture `label`."""
    key, _, value = label.partition("=")
    archive = tar_of({"random": os.urandom(size)})
    return import_image(engine.socket, reference, labels={key: value}, archive=archive)


def log_in(home: Path, registry: str, *, password: str = PASSWORD) -> None:
    """Have in `home` what `docker login` leaves there."""
    auth = b64encode(f"{USERNAME}:{password}".encode()).decode()
    (home / ".docker").mkdir(exist_ok=True)
    (home / ".docker" / "config.json").write_text(json.dumps({"auths": {registry: {"auth": auth}}}))
