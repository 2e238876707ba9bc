"""What is in an archive of images: whether it is whole, and which images it has. Source: `tarexport` of moby/moby."""

from __future__ import annotations

import re
import tarfile
from typing import IO, TYPE_CHECKING, Any, NamedTuple

import orjson

from dockmagic.errors import EngineFault, ProtocolError
from dockmagic.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Archived", "archived_images"]

_END = bytes(2 * tarfile.BLOCKSIZE)
_LAST_WORDS = re.compile(rb'\{"errorDetail".*\}\s*\Z', re.DOTALL)
_CONFIG = re.compile(r"(?:blobs/sha256/)?([0-9a-f]{64})(?:\.json)?")  # 26.1 and newer have blobs
_MANIFEST_LIMIT = 64 * 1024 * 1024


class Archived(NamedTuple):
    """One reference of an image in an archive; None for one that is there by its id."""

    id: str | None
    reference: str | None


def archived_images(file: IO[bytes]) -> list[Archived]:
    """The images of an archive that has just been written, one per reference.

    Raises EngineFault with the engine's words where it failed in the middle of the archive, ProtocolError where the
    archive lacks its end or its list of images.
    """
    _check_end(file)
    file.seek(0)
    try:
        with tarfile.open(fileobj=file, mode="r:") as archive:
            member = archive.getmember("manifest.json")
            manifest = archive.extractfile(member)
            entries = orjson.loads(manifest.read(min(member.size, _MANIFEST_LIMIT))) if manifest else None
    except (tarfile.TarError, KeyError, orjson.JSONDecodeError) as error:
        raise ProtocolError(f"what the engine sent is no archive of images: {shown(str(error))}") from error
    return list(_references(entries))


def _check_end(file: IO[bytes]) -> None:
    """An archive ends with zeros. An engine that fails in the middle puts its words there, as if all were well."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 4096))
    end = file.read()
    if end.endswith(_END):
        return
    if found := _LAST_WORDS.search(end):
        raise EngineFault(_words(found[0]), status=500)
    raise ProtocolError(f"the archive ends too early, after {size} bytes", hint="Nothing was saved. Try again.")


def _words(line: bytes) -> str:
    try:
        said = orjson.loads(line)["errorDetail"]["message"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        said = line.decode(errors="replace")
    return shown(str(said), length=1000)


def _references(entries: Any) -> Iterator[Archived]:
    for entry in entries if isinstance(entries, list) else []:
        if not isinstance(entry, dict):
            continue
        config = _CONFIG.fullmatch(str(entry.get("Config")))
        tags = entry.get("RepoTags")
        for tag in tags if isinstance(tags, list) and tags else [None]:
            yield Archived(f"sha256:{config[1]}" if config else None, tag if isinstance(tag, str) else None)
