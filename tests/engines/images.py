"""Images without a registry: a root file system is made from a static busybox and imported."""

import functools
import io
import json
import subprocess
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlencode

from tests.engines.http import checked, request
from tests.engines.programs import find

_PASSWD = b"root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"
_GROUP = b"root:x:0:\nnobody:x:65534:\n"


def busybox_tar(path: str | Path | None = None) -> bytes:
    """Return a root file system as a tar archive of about 2 MB, the same bytes at every call.

    Args:
        path: the busybox to put in; without it the one that is installed.

    Raises:
        FileNotFoundError: there is none.
        RuntimeError: it needs shared libraries, which the archive would lack.
    """
    return _busybox_tar(str(path) if path is not None else find("busybox"))


@functools.cache
def _busybox_tar(path: str) -> bytes:
    program = Path(path).read_bytes()
    if b"\0.interp\0" in program:  # the name of the section that names the loader of shared libraries
        raise RuntimeError(f"{path} is no static program: apt-get install -y --no-install-recommends busybox-static")
    listed = subprocess.run([path, "--list"], check=True, capture_output=True, text=True, timeout=30).stdout.split()
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, mode in (("bin", 0o755), ("etc", 0o755), ("root", 0o700), ("tmp", 0o1777)):
            _add(archive, name, kind=tarfile.DIRTYPE, mode=mode)
        _add(archive, "bin/busybox", program, mode=0o755)
        _add(archive, "etc/group", _GROUP)
        _add(archive, "etc/passwd", _PASSWD)
        for applet in sorted(set(listed) - {"busybox"}):
            _add(archive, f"bin/{applet}", kind=tarfile.SYMTYPE, target="busybox", mode=0o777)
    return buffer.getvalue()


def _add(
    archive: tarfile.TarFile,
    name: str,
    content: bytes = b"",
    *,
    kind: bytes = tarfile.REGTYPE,
    mode: int = 0o644,
    target: str = "",
) -> None:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode, entry.linkname, entry.size = kind, mode, target, len(content)
    archive.addfile(entry, io.BytesIO(content))


def split_reference(reference: str) -> tuple[str, str]:
    """Return the name and the tag of `reference`; a colon before the last slash belongs to a port.

    >>> split_reference("127.0.0.1:5000/library/busybox")
    ('127.0.0.1:5000/library/busybox', 'latest')
    """
    folder, slash, last = reference.rpartition("/")
    name, _, tag = last.partition(":")
    return folder + slash + name, tag or "latest"


def import_image(
    socket_path: str | Path,
    reference: str,
    *,
    labels: Mapping[str, str] | None = None,
    cmd: Sequence[str] = ("sh",),
    archive: bytes | None = None,
) -> str:
    """Make the image `reference` of one layer, the busybox archive or `archive`, and return its id ("sha256:...").

    API: POST /images/create?fromSrc=-

    Raises:
        RuntimeError: the engine refused it.
    """
    name, tag = split_reference(reference)
    changes = [f"CMD {json.dumps(list(cmd))}"]
    changes += [f"LABEL {json.dumps(key)}={json.dumps(value)}" for key, value in (labels or {}).items()]
    query = urlencode({"fromSrc": "-", "repo": name, "tag": tag, "changes": changes}, doseq=True)
    headers = {"Content-Type": "application/x-tar"}
    body = busybox_tar() if archive is None else archive
    reply = checked(request(socket_path, "POST", f"/images/create?{query}", body=body, headers=headers))
    identity: str = json.loads(reply.body.splitlines()[-1])["status"]
    return identity
