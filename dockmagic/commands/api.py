"""api: any endpoint of the Engine API."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import parse_qs

from dockmagic.errors import UsageError
from dockmagic.masking import masked
from dockmagic.options import Argument, Option
from dockmagic.registry import command
from dockmagic.text import shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockmagic.engine.client import Engine

__all__ = ["api"]

METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD")


_VERSION = r"(?:/v[\d.]+)?"
_STREAMS: tuple[tuple[re.Pattern[str], Callable[[dict[str, str]], bool], str], ...] = (
    (re.compile(rf"{_VERSION}/events"), lambda said: "until" not in said, "%devents shows them, until=TIME ends it"),
    (
        re.compile(rf"{_VERSION}/(?:containers|services|tasks)/[^/]+/logs"),
        lambda said: _is_true(said.get("follow")),
        "Without follow it is what is there now, as in %dlogs",
    ),
    (
        re.compile(rf"{_VERSION}/containers/[^/]+/stats"),
        lambda said: _is_true(said.get("stream", "1")),
        "stream=false gives one sample, as does %dstats",
    ),
)
"""Replies without an end: the path, whether the query makes it one, and what ends."""
_ARCHIVES = re.compile(rf"{_VERSION}/(?:containers/[^/]+/(?:export|archive)|images/(?:.+/)?get)")


def _json(text: str) -> Any:
    """JSON text as data. Raises UsageError for what is none."""
    try:
        return json.loads(text)
    except ValueError as error:  # the text may be a variable's, with a password in it
        raise UsageError(f"the body is no JSON: {error}. Single quotes keep its double ones: '{{...}}'") from error


@command("api", columns="", any_json=True, example="%dapi GET /containers/json?limit=2")
def api(
    engine: Engine,
    method: Annotated[str, Argument("METHOD", help="GET, POST, PUT, DELETE or HEAD")],
    path: Annotated[str, Argument("PATH", help="As the API's documentation has it, with a query behind ?")],
    *,
    body: Annotated[Any, Option("--body", "-b", help="JSON, or {variable}", metavar="JSON", parse=_json)] = None,
    show_secrets: Annotated[bool, Option("--show-secrets", help="Show passwords and tokens as they are")] = False,
) -> Any:
    """What any endpoint of the Engine API answers: JSON as Python data, other text as text, headers for HEAD.

    The way to what has no command yet: https://docs.docker.com/reference/api/engine/. A path may do without a version.
    Environment values whose name looks like a secret's, and passwords in URLs, read ******** without
    `show_secrets`; `engine.get` and its like mask nothing. Raises UsageError for what has no end and for
    archives, which are no text; what the engine's complaint means.
    """
    method = str(method).upper()
    if method not in METHODS:
        raise UsageError(f"the method is one of {', '.join(METHODS)}, not {shown(method)!r}")
    if method == "GET":
        _check_ends(path)
    if method == "HEAD":
        answer: Any = dict(engine.head(path))
    else:
        answer = engine.request(method, path, **({} if body is None else {"json": body}))
    return answer if show_secrets else masked(answer)


def _check_ends(path: Any) -> None:
    """Raise UsageError for what is a stream, or an archive of any size: one would be waited for in vain, or be read."""
    where, _, query = str(path).partition("?")
    said = {name: values[-1] for name, values in parse_qs(query).items()}
    for pattern, goes_on, instead in _STREAMS:
        if pattern.fullmatch(where) and goes_on(said):
            raise UsageError(
                f"GET {shown(where)} is a stream, whose end this would wait for",
                hint=f'{instead}; in Python: with engine.stream("GET", path) as stream.',
            )
    if _ARCHIVES.fullmatch(where):
        raise UsageError(
            f"GET {shown(where)} is an archive, which is no text",
            hint='%dsave -o FILE IMAGE saves images; in Python: with engine.stream("GET", path) as stream.',
        )


def _is_true(said: str | None) -> bool:
    """As engines read a truth in a query."""
    return (said or "").strip().lower() not in {"", "0", "no", "false", "none"}
