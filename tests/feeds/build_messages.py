"""What engines say during builds: recorded (`20.10-buildkit-ok` and the like), or made here."""

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

from dockmagic.builder.buildkit.protobuf import bytes_field, number_field, text_field
from dockmagic.feeds.build_fold import fold
from dockmagic.feeds.build_progress import Progress

SECOND = 10**9
DIRECTORY = Path(__file__).parent / "recorded"
ENGINES = ("20.10", "26.1")
BUILDERS = ("buildkit", "classic")


def messages(name: str) -> list[dict[str, Any]]:
    """The messages of a recording."""
    return [json.loads(line) for line in (DIRECTORY / f"{name}.jsonl").read_text().splitlines()]


def folded(*said: dict[str, Any]) -> Progress:
    """The progress after these messages, of which one came each second."""
    progress = Progress()
    for number, message in enumerate(said):
        progress = fold(progress, message, now=number * SECOND)
    return progress


def recorded(name: str) -> Progress:
    """The progress at the end of a recording."""
    return folded(*messages(name))


def said(*texts: str) -> list[dict[str, Any]]:
    """The classic builder's messages with these texts."""
    return [{"stream": text} for text in texts]


def trace(*fields: bytes) -> dict[str, Any]:
    """A message of BuildKit."""
    return {"id": "moby.buildkit.trace", "aux": b64encode(b"".join(fields)).decode()}


def vertex(digest: str, name: str, *, started: int = 0, completed: int = 0, error: str = "") -> bytes:
    """A step as BuildKit tells it; times in seconds since 1970, 0 for none."""
    times = [(5, started), (6, completed)]
    whole = text_field(1, digest.encode()) + text_field(3, name.encode(errors="surrogatepass"))
    whole += b"".join(bytes_field(field, number_field(1, seconds)) for field, seconds in times if seconds)
    return bytes_field(1, whole + text_field(7, error.encode()))


def log(digest: str, data: bytes) -> bytes:
    """What a step wrote, as BuildKit tells it."""
    return bytes_field(3, text_field(1, digest.encode()) + bytes_field(4, data))
