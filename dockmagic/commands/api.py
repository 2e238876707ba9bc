"""api: any endpoint of the Engine API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

from dockmagic.errors import UsageError
from dockmagic.masking import masked
from dockmagic.options import Argument, Option
from dockmagic.registry import command
from dockmagic.text import shown

if TYPE_CHECKING:
    from dockmagic.engine.client import Engine

__all__ = ["api"]

METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD")


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
    `show_secrets`; `engine.get` and its like mask nothing. Raises what the engine's complaint means.
    """
    method = method.upper()
    if method not in METHODS:
        raise UsageError(f"the method is one of {', '.join(METHODS)}, not {shown(method)!r}")
    if method == "HEAD":
        answer: Any = dict(engine.head(path))
    else:
        answer = engine.request(method, path, **({} if body is None else {"json": body}))
    return answer if show_secrets else masked(answer)
