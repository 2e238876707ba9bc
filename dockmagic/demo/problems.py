"""What the engine refuses, with its status and its own words, which are those of moby/moby."""

from __future__ import annotations

__all__ = ["Problem", "bad_request", "conflict", "forbidden", "no_such_container", "no_such_image", "not_done"]


class Problem(Exception):
    """A request that fails: the reply's status and the `message` of its body."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


def bad_request(message: str) -> Problem:
    """400: a parameter cannot be right."""
    return Problem(400, message)


def forbidden(message: str) -> Problem:
    """403: what nobody may do."""
    return Problem(403, message)


def conflict(message: str) -> Problem:
    """409: an object's state, or a name in use, forbids it."""
    return Problem(409, message)


def no_such_container(name: str) -> Problem:
    """404 for a container."""
    return Problem(404, f"No such container: {name}")


def no_such_image(name: str) -> Problem:
    """404 for an image."""
    return Problem(404, f"No such image: {name}")


def not_done(what: str) -> Problem:
    """501: what the demo does not do, and says so instead of pretending."""
    return Problem(501, f"the demo engine does not do this: {what}")
