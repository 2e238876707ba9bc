"""connect: choose the engine that is asked from now on."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from dockmagic.errors import EngineUnreachable, InsecureConnection, UsageError, warn
from dockmagic.options import Argument, Option
from dockmagic.registry import command
from dockmagic.text import shown

if TYPE_CHECKING:
    import pandas as pd

    from dockmagic.engine.client import Engine

__all__ = ["connect", "connection"]

_OURS = ("demo", "auto")


def _seconds(text: str | float) -> float:
    """A limit in seconds. Raises UsageError for what is none."""
    with contextlib.suppress(ValueError, TypeError):
        seconds = float(text)
        if 0 < seconds < float("inf"):
            return seconds
    raise UsageError(f"the timeout is a number of seconds above 0, not {shown(str(text))!r}")


@command("connect", columns="system.CONNECTION", example="%dconnect ssh://me@lab-1")
def connect(
    target: Annotated[
        str | None,
        Argument(
            "HOST|CONTEXT",
            help="Or demo, or auto. Without one: the current engine, at first docker's own choice (default)",
            complete="engine",
        ),
    ] = None,
    *,
    host: Annotated[str | None, Option("--host", "-H", help="unix://, tcp:// or ssh://", metavar="HOST")] = None,
    context: Annotated[
        str | None, Option("--context", help="The name of a docker context", metavar="NAME", complete="context")
    ] = None,
    story: Annotated[bool, Option("--story", help="Of the demo: a shop, in which things go wrong")] = False,
    insecure: Annotated[bool, Option("--insecure", help="Allow plain tcp:// to another host")] = False,
    timeout: Annotated[
        float | None,
        Option("--timeout", help="How long the engine may be silent (60)", metavar="SECONDS", parse=_seconds),
    ] = 60.0,
    environ: Mapping[str, str] = os.environ,
) -> Engine:
    """Choose the engine that is asked from now on, and tell which it is.

    In Python: an Engine, the one that `target` names or what docker's own client would take. In this order: `context`
    or `host`, DOCKER_HOST, DOCKER_CONTEXT, the current context of config.json, the default socket, the one of rootless
    docker. TLS as with docker: DOCKER_TLS_VERIFY, DOCKER_CERT_PATH, or the context's own. DOCKER_API_VERSION pins the
    version; DOCKMAGIC_INSECURE=1 is `insecure`.

    The target "demo" is a small engine in memory that answers as docker does and runs nothing: the same one for all
    that connect to it in this process, until the last of them is closed. "auto" is docker's own choice, and the demo
    with an EngineWarning where that does not answer. With `story` there is a shop in the demo, whose web service
    gets ill, whose jobs fail and whose images pile up. A docker context of one of these names is reached by `context`.

    Raises EngineUnreachable, InsecureConnection, VersionMismatch, ProtocolError for what cannot be talked to, and
    UsageError for a host, context or timeout that is none, and for a story elsewhere. API: GET /_ping.
    """
    options = {
        "timeout": None if timeout is None else _seconds(timeout),
        "insecure": insecure or environ.get("DOCKMAGIC_INSECURE", "") not in {"", "0"},
        "api_version": environ.get("DOCKER_API_VERSION"),
    }
    if target in _OURS and host is None and context is None:
        _tell_of_context(target, environ)
        return _demo(options, story=story) if target == "demo" else _auto(options, environ, story=story)
    if story:
        raise UsageError("only the demo tells a story", hint="%dconnect demo --story")
    return _real(options, environ, target=target, host=host, context=context)


def _real(options: dict[str, Any], environ: Mapping[str, str], **asked: str | None) -> Engine:
    from dockmagic.engine.client import Engine
    from dockmagic.engine.endpoint import locate

    return _answering(Engine(locate(**asked, environ=environ), **options))


def _demo(options: dict[str, Any], *, story: bool, **source: str) -> Engine:
    from dockmagic.demo.shared import open_demo

    return _answering(open_demo(story=story, **source, **options))


def _auto(options: dict[str, Any], environ: Mapping[str, str], *, story: bool) -> Engine:
    """Docker's own choice; where nothing answers there the demo. What is refused as unsafe stays refused."""
    try:
        return _real(options, environ)
    except InsecureConnection:
        raise
    except EngineUnreachable as error:
        warn(f"{error.message}; this is the demo engine instead, in which nothing is real")
    return _demo(options, story=story, source="auto found no engine: nothing in this one is real")


def _tell_of_context(target: str, environ: Mapping[str, str]) -> None:
    """A notebook that asks for the demo gets the demo, and never a host that somebody gave that name."""
    from dockmagic.engine.config_file import read_config

    if target in read_config(environ).contexts:
        warn(f"{target} is dockmagic's own; the docker context of that name: %dconnect --context {target}")


def _answering(engine: Engine) -> Engine:
    try:
        engine.ping()
    except BaseException:
        engine.close()
        raise
    return engine


def connection(engine: Engine) -> pd.DataFrame:
    """What an engine is and why it was chosen, one row. API: GET /version, GET /_ping."""
    from dockmagic.engine.system import system_version
    from dockmagic.frames.schema import to_frame
    from dockmagic.frames.system import CONNECTION

    row = {
        "host": engine.host,
        "source": engine.endpoint.source,
        "engine_version": system_version(engine).get("Version"),
        "api_version": engine.api_version,
        "tls": engine.endpoint.tls is not None,
        "ping_ms": round(engine.ping() * 1000, 3),
    }
    return to_frame([row], CONNECTION, engine=engine)
