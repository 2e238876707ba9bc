"""What can go wrong, as one tree; httpx errors are mapped onto it in `dockmagic.engine.failures`.

    DockMagicError                everything below
    ├── UsageError                an argument cannot be right; no request was made (also a ValueError)
    ├── ContextChanged            a file of a build's context became another while it was sent
    ├── NotConnected              there is no engine to ask: none chosen, or the last choice failed
    ├── EngineUnreachable         no answer at that address: no socket, refused, no permission, TLS, ssh
    │   └── InsecureConnection    refused: plain TCP to another host, where everybody on the way would be root
    ├── EngineTimeout             the engine took longer than the limit
    ├── ProtocolError             what answered does not speak the Docker Engine API, or stopped in the middle
    ├── BuildError                a build failed; has `.steps`, `.log` and `.exit_code`
    ├── WaitFailed                what was waited for cannot come any more: it ended, was removed, has no healthcheck
    │   └── WaitTimeout           it did not come in time (also a TimeoutError)
    ├── VersionMismatch           the engine's API versions and ours do not overlap
    └── APIError                  the engine's own complaint; has `.status`
        ├── BadRequest            400
        ├── NotFound              404
        ├── Conflict              409
        └── EngineFault           500 and above
            ├── PullError         an image was not fetched from its registry (NotFound: the registry does not have it)
            └── PushError         an image was not sent to its registry (NotFound: the engine does not have it)

`Interrupted` is the KeyboardInterrupt of a magic, `EngineWarning` the category of what an engine or a context warns of.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "APIError",
    "BadRequest",
    "BuildError",
    "Conflict",
    "ContextChanged",
    "DockMagicError",
    "EngineFault",
    "EngineTimeout",
    "EngineUnreachable",
    "EngineWarning",
    "InsecureConnection",
    "Interrupted",
    "NotConnected",
    "NotFound",
    "ProtocolError",
    "PullError",
    "PushError",
    "UsageError",
    "VersionMismatch",
    "WaitFailed",
    "WaitTimeout",
    "warn",
]


class DockMagicError(Exception):
    """Base of every error here: `message` says what happened and to what, `hint` what to do next ("" if nothing).

    `frame` has the rows of what was done before, where a command acts on several objects; else it is None.
    """

    frame: pd.DataFrame | None = None

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  {self.hint}" if self.hint else self.message

    def __reduce__(self) -> tuple[Any, ...]:
        """Its attributes are kept where it is pickled or copied: Python would call the class with the message alone."""
        return _made_again, (type(self), self.args), self.__dict__

    def _render_traceback_(self) -> list[str]:
        """IPython's hook: the cell fails with these two lines instead of a traceback."""
        lines = [f"{type(self).__name__}: {self.message}"]
        return [*lines, f"  {self.hint}"] if self.hint else lines


class UsageError(DockMagicError, ValueError):
    """An argument that cannot be right, found before any request was made."""


class ContextChanged(DockMagicError):
    """A file of a build's context became another while it was sent. What was sent of it was not built."""


class NotConnected(DockMagicError):
    """There is no engine to ask: none was chosen, or the last choice failed."""


class EngineUnreachable(DockMagicError):
    """Nothing usable answers at the engine's address."""


class InsecureConnection(EngineUnreachable):
    """Refused before anything was sent: plain TCP to a host that is not this one."""


class EngineTimeout(DockMagicError):
    """The engine did not answer within the limit. Whether it carried the request out is unknown."""


class ProtocolError(DockMagicError):
    """What answered is not a Docker Engine, or a reply was cut short."""


class VersionMismatch(DockMagicError):
    """The engine's range of API versions and dockmagic's do not overlap."""


class WaitFailed(DockMagicError):
    """What was waited for cannot come any more, of one container at least. `frame` has a row of each."""


class WaitTimeout(WaitFailed, TimeoutError):
    """What was waited for did not come in time, of one container at least. `frame` has a row of each."""


class BuildError(DockMagicError):
    """A step of a build failed, or the builder as a whole.

    `steps` is the frame of `build(..., steps=True)`, `log` all that the steps wrote, `exit_code` that of the process
    that failed, None where none did.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        steps: pd.DataFrame | None = None,
        log: str = "",
        exit_code: int | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.steps = steps
        self.log = log
        self.exit_code = exit_code


class APIError(DockMagicError):
    """The engine refused or failed: `status` is the HTTP status, `message` names the engine's own words."""

    def __init__(self, message: str, *, status: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.status = status


class BadRequest(APIError):
    """400: the engine does not accept a parameter."""


class NotFound(APIError):
    """404: no such container, image, volume, network or endpoint."""


class Conflict(APIError):
    """409: the object's state or a name in use forbids it."""


class EngineFault(APIError):
    """500 and above: the engine failed while doing it."""


class PullError(EngineFault):
    """The engine could not fetch an image: the registry does not answer, or does not accept who asks.

    `status` is the reply's, 500 where the error came among the progress. What a registry does not have is NotFound.
    """


class PushError(EngineFault):
    """The engine could not send an image: the registry does not answer, or does not accept who asks.

    `status` as of PullError. What the engine does not have is NotFound.
    """


class EngineWarning(UserWarning):
    """A warning of the engine (of a container's creation, say) or about the connection to it."""


class Interrupted(KeyboardInterrupt):
    """A KeyboardInterrupt while the engine was asked, shown in two lines.

    `frame` has the rows of what was done before, of `total` objects, where a command acts on several, and of what was
    sampled before; else it is None.
    """

    def __init__(self, frame: pd.DataFrame | None = None, *, total: int = 0) -> None:
        super().__init__("the command was interrupted")
        self.frame = frame
        self.total = total

    def _render_traceback_(self) -> list[str]:
        hint = "What the engine was asked to do may still happen."
        if self.frame is None:
            return ["KeyboardInterrupt: the command was interrupted", f"  {hint}"]
        if not self.total:
            return ["KeyboardInterrupt: the command was interrupted", "  What there is so far: sys.last_value.frame"]
        done = int(self.frame["ok"].sum()) if "ok" in self.frame else len(self.frame)
        said = f"KeyboardInterrupt: the command was interrupted after {done} of {self.total}"
        return [said, f"  {hint} What was done: sys.last_value.frame"]


def _made_again(kind: type[DockMagicError], args: tuple[Any, ...]) -> DockMagicError:
    error = kind.__new__(kind, *args)
    error.args = args  # an OSError, as TimeoutError is one, has none yet
    return error


def warn(message: str) -> None:
    """Warn every time, not once per line of code: each connection and each container has its own warnings."""
    warnings.warn_explicit(message, EngineWarning, filename="dockmagic", lineno=1, registry=None)
