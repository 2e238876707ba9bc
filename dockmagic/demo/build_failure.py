"""What ends a build on its way: the reply was 200 by then, so it is told in the stream."""

from __future__ import annotations

from typing import Any

__all__ = ["BuildFailed"]


class BuildFailed(Exception):
    """A step failed, in the builder's words; `code` is that of a command."""

    def __init__(self, message: str, code: int | None = None) -> None:
        super().__init__(message)
        self.code = code

    def as_json(self) -> dict[str, Any]:
        """The last message of the stream."""
        detail: dict[str, Any] = {"message": str(self)} | ({"code": self.code} if self.code else {})
        return {"errorDetail": detail, "error": str(self)}
