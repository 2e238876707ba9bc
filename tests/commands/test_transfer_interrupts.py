"""Interrupts in the middle of transfers on a real engine: it stops, and the next command works."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from typing import TYPE_CHECKING

import pytest

import dockmagic
from dockmagic import image_import, load, pull, push
from tests.commands.transferred import make_image
from tests.engine.scripted import PATIENCE, PROMPT, eventually, serving
from tests.engine.test_interrupts import interrupted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd

    from dockmagic import Engine
    from tests.conftest import DockerCli
    from tests.engine.scripted import Peer
    from tests.engines.dockerd import Dockerd
    from tests.engines.registry import Registry


SIZE = 20_000_000
"""Bytes of a layer: more than the sockets on its way hold."""


class Stalling:
    """A way to a real registry that stops after a megabyte, until it may `go_on`.

    An engine that gave up meanwhile notices with the next byte: `left` is set where it then closes its connection.
    """

    LIMIT = 1_000_000

    def __init__(self, registry: Registry) -> None:
        self.stalled, self.go_on, self.left = threading.Event(), threading.Event(), threading.Event()
        self.passed = 0
        self._port = registry.port

    def __call__(self, peer: Peer) -> None:
        """Serve one connection."""
        with socket.create_connection(("127.0.0.1", self._port)) as upstream:
            back = threading.Thread(target=self._pass, args=(upstream, peer.sock))
            back.start()
            self._pass(peer.sock, upstream)
            back.join()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
                passed += len(data)
                if passed >= self.LIMIT and not self.stalled.is_set():
                    self.stalled.set()
                    self.go_on.wait(PATIENCE)
        for sock in (source, target):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        if passed >= self.LIMIT:
            self.passed = passed
            self.left.set()


@pytest.mark.parametrize("command", [pull, push])
def test_a_pull_or_push_ends_on_the_engine_too(
    engine: Engine,
    engine_process: Dockerd,
    registry: Registry,
    docker_cli: DockerCli,
    label: str,
    command: Callable[..., pd.DataFrame],
) -> None:
    """It lets go of the registry in the middle of a layer; the next one goes through."""
    way = Stalling(registry)
    with serving(way, kind="tcp") as server:
        straight = f"{registry.address}/dmt/stalled:{command.__name__}"
        stalling = straight.replace(registry.address, f"127.0.0.1:{server.port}")
        make_image(engine_process, straight, label, size=SIZE)
        if command is pull:
            docker_cli("push", straight)
            docker_cli("rmi", straight)
        else:
            docker_cli("tag", straight, stalling)
        before = engine_process.log.stat().st_size
        assert interrupted(lambda: command(engine, stalling, quiet=True), way.stalled) < PROMPT
        assert eventually(lambda: b"error: context canceled" in engine_process.log.read_bytes()[before:])
        assert not way.left.is_set()
        way.go_on.set()
        assert way.left.wait(PATIENCE)
        assert way.passed < SIZE
    assert command(engine, straight, quiet=True)["digest"][0].startswith("sha256:")


@pytest.mark.parametrize("command", [load, image_import])
def test_a_load_or_import_ends_in_the_middle_of_its_archive(
    engine: Engine, command: Callable[..., pd.DataFrame]
) -> None:
    """The iterator is not asked any more, and is closed."""
    ready, closed = threading.Event(), threading.Event()

    def blocks() -> Iterator[bytes]:
        try:
            yield bytes(512) + os.urandom(100_000)
            ready.set()
            threading.Event().wait(PATIENCE)
        finally:
            closed.set()

    before = len(dockmagic.images(engine, all=True))
    assert interrupted(lambda: command(engine, blocks()), ready) < PROMPT
    assert closed.wait(PATIENCE)
    assert len(dockmagic.images(engine, all=True)) == before
