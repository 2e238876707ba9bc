"""connect: choose the engine that is asked from now on."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

from dockmagic.errors import UsageError
from dockmagic.options import Argument, Option
from dockmagic.registry import command
from dockmagic.text import shown

if TYPE_CHECKING:
    import pandas as pd

    from dockmagic.engine.client import Engine

__all__ = ["connect", "connection"]


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
            help="Without one: the current engine, at first docker's own choice (default)",
            complete="context",
        ),
    ] = None,
    *,
    host: Annotated[str | None, Option("--host", "-H", help="unix://, tcp:// or ssh://", metavar="HOST")] = None,
    context: Annotated[
        str | None, Option("--context", help="The name of a docker context", metavar="NAME", complete="context")
    ] = None,
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

    Raises EngineUnreachable, InsecureConnection, VersionMismatch, ProtocolError for what cannot be talked to, and
    UsageError for a host, context or timeout that is none. API: GET /_ping.
    """
    from dockmagic.engine.client import Engine
    from dockmagic.engine.endpoint import locate

    engine = Engine(
        locate(target, host=host, context=context, environ=environ),
        timeout=None if timeout is None else _seconds(timeout),
        insecure=insecure or environ.get("DOCKMAGIC_INSECURE", "") not in {"", "0"},
        api_version=environ.get("DOCKER_API_VERSION"),
    )
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
