"""Archives as `docker load` takes them, for images that no engine here could build: one for another processor."""

import hashlib
import io
import json
import tarfile

from tests.engines.http import request
from tests.engines.images import busybox_tar


def load_foreign_image(socket_path: str, reference: str, *, architecture: str) -> None:
    """Give the engine an image that says it is for `architecture`; its busybox is this machine's all the same.

    API: POST /images/load
    """
    layer = busybox_tar()
    config = json.dumps(
        {
            "architecture": architecture,
            "os": "linux",
            "created": "2026-01-01T00:00:00Z",
            "config": {"Cmd": ["sh"]},
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
        }
    ).encode()
    name = f"{hashlib.sha256(config).hexdigest()}.json"
    manifest = json.dumps([{"Config": name, "RepoTags": [reference], "Layers": ["layer.tar"]}]).encode()
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for path, content in ((name, config), ("layer.tar", layer), ("manifest.json", manifest)):
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    reply = request(
        socket_path, "POST", "/images/load", body=archive.getvalue(), headers={"Content-Type": "application/x-tar"}
    )
    assert b"Loaded image" in reply.body, reply
