"""Clients made ready for a socket, each as its own documentation says, and warm: they have answered once."""

from __future__ import annotations

import asyncio
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator, Sequence

__all__ = ["Loop", "aiodocker_at", "docker_py_at", "engine_at", "low_level_at", "printed"]


@contextmanager
def engine_at(path: str) -> Iterator[Any]:
    """An Engine of dockmagic. pandas is there: what its import costs is a task of its own."""
    import pandas as pd  # noqa: F401

    import dockmagic

    with dockmagic.connect(f"unix://{path}") as engine:
        engine.ping()
        yield engine


@contextmanager
def low_level_at(path: str, **options: Any) -> Iterator[Any]:
    """docker-py's APIClient, its low level."""
    import docker

    client = docker.APIClient(base_url=f"unix://{path}", version="auto", **options)
    try:
        yield client
    finally:
        client.close()


@contextmanager
def docker_py_at(path: str) -> Iterator[Any]:
    """docker-py's DockerClient, its high level."""
    import docker

    client = docker.DockerClient(base_url=f"unix://{path}")
    try:
        client.ping()
        yield client
    finally:
        client.close()


def printed(command: Sequence[str]) -> bytes:
    """What a program prints, run to its end. Raises CalledProcessError."""
    return subprocess.run(command, check=True, capture_output=True).stdout


class Loop:
    """One event loop for all calls: a new one per call would cost 30 ms each."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()

    def __call__(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Run it to its end."""
        return self._loop.run_until_complete(coroutine)

    def close(self) -> None:
        """End it."""
        self._loop.close()


@contextmanager
def aiodocker_at(path: str) -> Iterator[tuple[Any, Loop]]:
    """The client of aiodocker, and the loop it lives in."""
    import aiodocker

    loop = Loop()

    async def made() -> Any:
        client = aiodocker.Docker(url=f"unix://{path}")
        await client.version()
        return client

    client = loop(made())
    try:
        yield client, loop
    finally:
        loop(client.close())
        loop.close()
