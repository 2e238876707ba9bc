"""Which function answers which request: a table that the routes_ files fill, and the paths of the API."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar
from urllib.parse import unquote

from dockmagic.demo.problems import Problem, bad_request
from dockmagic.demo.system import MAX_VERSION, MIN_VERSION

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from dockmagic.demo.call import Call

__all__ = ["Answer", "Found", "Redirect", "Route", "decoded", "find", "route", "split_version"]

Answer: TypeAlias = "Callable[[Call], Any | Awaitable[Any]]"
F = TypeVar("F", bound=Callable[..., Any])

_VERSIONED = re.compile(r"/v(\d{1,4})\.(\d{1,4})(/.*)")


class Route(NamedTuple):
    """One endpoint. `archive`: its body is kept in a file, not read as JSON."""

    method: str
    pattern: re.Pattern[str]
    function: Answer
    archive: bool
    fixed: bool


_ROUTES: list[Route] = []


class Found(NamedTuple):
    """The route of a request, and the parts of its path that have names."""

    route: Route
    names: dict[str, str]


class Redirect(Exception):
    """301: the path was not clean."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


def route(method: str, path: str, *, archive: bool = False) -> Callable[[F], F]:
    """Answer `method path` by the decorated function; `{name}` in the path is whatever stands there."""

    def register(function: F) -> F:
        pattern = re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(path)))
        _ROUTES.append(Route(method, pattern, function, archive, "{" not in path))
        _ROUTES.sort(key=lambda each: not each.fixed)
        return function

    return register


def split_version(path: str) -> tuple[tuple[int, int], str]:
    """The version that a path asks for, the newest without one, and the rest. Raises Problem outside the window."""
    found = _VERSIONED.fullmatch(path)
    if found is None:
        return MAX_VERSION, path
    asked = (int(found[1]), int(found[2]))
    shown = f"{asked[0]}.{asked[1]}"
    if asked < MIN_VERSION:
        oldest = ".".join(map(str, MIN_VERSION))
        raise bad_request(
            f"client version {shown} is too old. Minimum supported API version is {oldest}, "
            "please upgrade your client to a newer version"
        )
    if asked > MAX_VERSION:
        newest = ".".join(map(str, MAX_VERSION))
        raise bad_request(f"client version {shown} is too new. Maximum supported API version is {newest}")
    return asked, found[3]


def decoded(raw: str) -> str:
    """The path as the engine sees it. Raises Redirect where that is not clean, as Go's router does."""
    path = unquote(raw)
    clean = posixpath.normpath(f"/{path.lstrip('/')}") + ("/" if path.endswith("/") and path != "/" else "")
    if clean != path:
        raise Redirect(clean)
    return path


def find(method: str, path: str) -> Found:
    """The route of a request; HEAD is answered as GET. Raises Problem where there is none."""
    for each in _ROUTES:
        if each.method == ("GET" if method == "HEAD" else method) and (found := each.pattern.fullmatch(path)):
            return Found(each, found.groupdict())
    raise Problem(404, "page not found")
