"""Images built by the engine's BuildKit, from a Dockerfile alone."""

import io
import tarfile
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlencode

from tests.engines.http import request


def buildkit_image(socket_path: str | Path, reference: str, dockerfile: str) -> None:
    """Build the image `reference`, and leave its records in the build cache.

    API: POST /build?version=2. A reply of 200 may hold an error; that there is no such image then tells.

    Raises:
        RuntimeError: the engine refused it.
    """
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        entry = tarfile.TarInfo("Dockerfile")
        entry.size = len(dockerfile.encode())
        archive.addfile(entry, io.BytesIO(dockerfile.encode()))
    query = urlencode({"version": "2", "t": reference})
    headers = {"Content-Type": "application/x-tar"}
    reply = request(socket_path, "POST", f"/build?{query}", body=buffer.getvalue(), headers=headers)
    if reply.status != HTTPStatus.OK or b'"errorDetail"' in reply.body:
        raise RuntimeError(f"{reference} was not built: {reply.status} {reply.body[-2000:]!r}")


def forget_builds(socket_path: str | Path) -> None:
    """Empty the build cache. API: POST /build/prune."""
    request(socket_path, "POST", "/build/prune?all=1")
