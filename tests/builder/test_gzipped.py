"""Archives that BuildKit would not know, compressed while they are sent."""

from __future__ import annotations

import gzip
import io
import random
import tarfile

import pytest

from dockmagic.builder.gzipped import Gzipped, begins_with_extension


def archive(*, kind: int, name: str = "a", modified: float = 1) -> bytes:
    """A tar archive with one file."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=kind) as tar:
        entry = tarfile.TarInfo(name)
        entry.mtime = modified
        tar.addfile(entry)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (archive(kind=tarfile.PAX_FORMAT), False),
        (archive(kind=tarfile.PAX_FORMAT, modified=1.5), True),
        (archive(kind=tarfile.GNU_FORMAT, name="x" * 200), True),
        (archive(kind=tarfile.USTAR_FORMAT), False),
        (gzip.compress(b"x" * 1000), False),
        (b"x" * 600, False),
        (b"", False),
    ],
    ids=["plain pax", "pax with a time", "long name", "ustar", "gzip", "text", "nothing"],
)
def test_archives_that_begin_with_an_extended_header_are_known(data: bytes, expected: bool) -> None:  # noqa: FBT001
    """By the kind that their first header says."""
    assert begins_with_extension(data) is expected


def test_what_is_compressed_is_the_same_archive_each_time_it_is_read() -> None:
    """In pieces of any size, empty ones among them."""
    content = random.Random(1).randbytes(300_000)
    body = Gzipped([content[:1], b"", content[1:100_000], content[100_000:]])
    for _ in range(2):
        pieces = list(body)
        assert gzip.decompress(b"".join(pieces)) == content
        assert all(pieces)
