"""Containers that write, and feeds that follow them."""

from __future__ import annotations

import subprocess
import threading
from typing import TYPE_CHECKING, Any

from dockmagic.feeds.backoff import Backoff
from dockmagic.feeds.log_unit import read
from dockmagic.feeds.logs_feed import LogsFeed
from dockmagic.feeds.logs_targets import container_named, inspected
from tests.engine.scripted import eventually
from tests.engines.programs import find

if TYPE_CHECKING:
    from dockmagic import Engine
    from tests.engines.dockerd import Dockerd

__all__ = ["docker", "feed_of", "following", "notes", "shows", "texts", "threads"]


def docker(dockerd: Dockerd, *arguments: str) -> str:
    """Run docker's own command line."""
    command = [find("docker"), "--host", dockerd.host, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def feed_of(engine: Engine, *names: str, **options: Any) -> LogsFeed:
    """A feed of these containers that connects again soon."""
    containers = [container_named(each, source) for source, each in enumerate(inspected(engine, names))]
    return LogsFeed(engine, containers, backoff=lambda: Backoff(shortest=0.02, longest=0.1), **options)


def following(feed: LogsFeed) -> bool:
    """Whether all of its containers are read, sooner or later."""
    return eventually(lambda: feed.state.name == "connected")


def texts(feed: LogsFeed) -> list[str]:
    """The lines that containers wrote."""
    frame = feed.frame
    return list(frame["line"][frame["stream"] != "note"])


def notes(feed: LogsFeed) -> list[str]:
    """What no container wrote."""
    frame = feed.frame
    return list(frame["line"][frame["stream"] == "note"])


def shows(feed: LogsFeed, *expected: str) -> bool:
    """Whether it shows exactly these lines, sooner or later."""
    eventually(lambda: feed.seen >= len(expected) and len(texts(feed)) >= len(expected))
    return texts(feed) == list(expected)


def threads() -> list[str]:
    """The threads of feeds that run."""
    return [
        thread.name for thread in threading.enumerate() if thread.name.startswith(("dockmagic-logs", "dockmagic-feed"))
    ]


def text_of(line: bytes) -> str:
    """The text of a unit."""
    return read(line).text
