"""Which words for a context are a URL that the engine fetches itself. Pure."""

from __future__ import annotations

import re

__all__ = ["is_git_url", "is_remote"]

_WEB = ("http://", "https://")
# github.com/... without a scheme is from docker's first days
_GIT = ("git://", "github.com/", "git@")
_GIT_PATH = re.compile(r"\.git(?:#.+)?\Z")


def is_remote(context: str) -> bool:
    """Whether docker takes `context` for a URL, where it is no path that exists: of a repository, or any on the web."""
    return context.startswith(_WEB) or is_git_url(context)


def is_git_url(context: str) -> bool:
    """Whether docker takes the URL for a git repository: it is cloned, while another URL is fetched."""
    return context.startswith(_GIT) or (context.startswith(_WEB) and _GIT_PATH.search(context) is not None)
