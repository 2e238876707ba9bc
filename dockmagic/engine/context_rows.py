"""The lines of `context ls`: each context, and which one is the current one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dockmagic.engine.contexts import DEFAULT_CONTEXT, context_id, default_host, natural_order, wants_tls
from dockmagic.engine.hosts import parse_host
from dockmagic.errors import UsageError
from dockmagic.text import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockmagic.engine.config_file import DockerConfig

__all__ = ["ContextRow", "list_contexts"]


@dataclass(frozen=True, slots=True)
class ContextRow:
    """A line of `context ls`."""

    name: str
    current: bool
    description: str
    host: str
    tls: bool
    error: str


def list_contexts(config: DockerConfig, environ: Mapping[str, str], *, current: str | None = None) -> list[ContextRow]:
    """What `docker context ls` lists, "default" first; a current context that does not exist is a row with an error.

    `current` is the name of the current one, "" for none of them; without it that is what docker would use, and none if
    config.json would have to say which one and cannot be read.
    """
    if current is None:
        current = _dockers_own(config, environ)
    rows = [_default_row(environ, current=current == DEFAULT_CONTEXT)]
    in_use = config.contexts.get(current) or config.contexts.get(context_id(current))
    for context in config.contexts.values():
        name = shown(current) if context is in_use else context.name
        rows.append(
            ContextRow(
                name=name,
                current=context is in_use,
                description=context.description,
                host=context.host,
                tls=context.tls is not None,
                error=context.error,
            )
        )
    if current and not any(row.current for row in rows):
        missing = "there is no such context; docker context use chooses another"
        rows.append(ContextRow(name=shown(current), current=True, description="", host="", tls=False, error=missing))
    return [rows[0], *sorted(rows[1:], key=lambda row: natural_order(row.name))]


def _dockers_own(config: DockerConfig, environ: Mapping[str, str]) -> str:
    if environ.get("DOCKER_HOST"):
        return DEFAULT_CONTEXT
    if name := environ.get("DOCKER_CONTEXT", ""):
        return name
    return "" if config.error else config.current_context or DEFAULT_CONTEXT


def _default_row(environ: Mapping[str, str], *, current: bool) -> ContextRow:
    host, tls, error = "", wants_tls(environ), ""
    try:
        address = parse_host(default_host(environ), tls=tls, subject="DOCKER_HOST")
    except UsageError as failure:
        error = failure.message
    else:
        host, tls = address.host, tls and address.scheme == "tcp"
    return ContextRow(DEFAULT_CONTEXT, current, "DOCKER_HOST, or else the local socket", host, tls, error)
