"""Why a container does not start, in the words of several engines."""

from __future__ import annotations

from typing import Any

import pytest

from dockmagic.engine.start_failures import start_hint
from dockmagic.errors import EngineFault, NotFound
from tests.commands.scripted_engine import engine_that_says


@pytest.mark.parametrize(
    "said",
    [
        "driver failed programming external connectivity on web: Bind for 0.0.0.0:80 failed: port is already allocated",
        "Error starting userland proxy: listen tcp4 0.0.0.0:80: bind: address already in use",
        "failed to set up: failed to bind host port for 0.0.0.0:80:172.17.0.2:80/tcp: address already in use",
        "failed to bind host port 0.0.0.0:80/tcp: address already in use",
        "Error starting userland proxy: listen udp [::]:80: bind: address already in use",
    ],
)
@pytest.mark.parametrize(
    ("running", "hint"),
    [
        ([], "Port 80 is in use by what is no container of this engine: make it with another port."),
        (
            [
                {"Names": ["/other"], "Ports": [{"PrivatePort": 80}, {"PrivatePort": 1, "PublicPort": 81}]},
                {"Names": None, "Ports": None},
                {"Names": ["/proxy"], "Ports": [None, {"PrivatePort": 8000, "PublicPort": 80}]},
            ],
            "Port 80 is that of proxy: %dstop proxy, or make it with another port.",
        ),
        ({"not": "a list"}, "Port 80 is in use by what is no container of this engine: make it with another port."),
    ],
)
def test_the_words_of_several_versions_name_the_port(said: str, running: Any, hint: str) -> None:
    """Older and newer engines; a proxy of the engine's and other programs."""
    with engine_that_says(running) as (engine, _):
        assert start_hint(engine, "web", EngineFault(said, status=500)) == hint


def test_what_nobody_knows_has_no_hint() -> None:
    """And costs no request."""
    with engine_that_says([]) as (engine, asked):
        assert start_hint(engine, "web", EngineFault("the disk is full", status=500)) == ""
        assert start_hint(engine, "web", NotFound("No such container: web", status=404)) == ""
    assert asked == []
