"""`python -m dockmagic.demo`: serve a demo engine until Ctrl-C or SIGTERM, and say where it is."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from typing import TYPE_CHECKING

from dockmagic.demo.server import Demo

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

_MOST = 100_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until a signal comes; the line to type is the first that is printed."""
    parser = argparse.ArgumentParser(
        prog="python -m dockmagic.demo",
        description="A small Docker Engine in memory. It answers docker's commands, and runs nothing.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--story", action="store_true", help="let a story unfold: a service that gets ill, jobs, builds"
    )
    parser.add_argument("--containers", type=_count, default=0, metavar="N", help="begin with N containers more")
    given = parser.parse_args(arguments)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with Demo(story=given.story, containers=given.containers) as demo:
        print(f"export DOCKER_HOST={demo.host}", flush=True)  # noqa: T201 - what was asked for
        while not stopped.wait(3600):
            pass
    return 0


def _count(text: str) -> int:
    number = int(text)
    if not 0 <= number <= _MOST:
        raise argparse.ArgumentTypeError(f"a number from 0 to {_MOST}")
    return number


if __name__ == "__main__":
    sys.exit(main())
