"""wait: wait until containers do not run, for their exit codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from dockmagic.acting import Action, act_on_each
from dockmagic.engine.batch import WIDTH_OF_WAITS
from dockmagic.errors import ProtocolError
from dockmagic.options import Argument
from dockmagic.registry import command
from dockmagic.text import shown
from dockmagic.values import Names, object_names

if TYPE_CHECKING:
    import pandas as pd

    from dockmagic.engine.client import Engine

__all__ = ["wait"]

_WAIT = Action("wait", "waited for", width=WIDTH_OF_WAITS)


@command("wait", columns="actions.ACTIONS", example="%dwait job-1 job-2")
def wait(
    engine: Engine,
    container: Annotated[
        Names, Argument("CONTAINER", help="Names or ids of containers", many=True, complete="container")
    ],
) -> pd.DataFrame:
    """Wait until containers do not run, for up to 64 at once, one row each with its `exit_code`.

    `container` is a name, several, a frame's column or a frame with a column `id`. There is no limit on the wait; an
    interrupt ends it and changes nothing for the containers. One that could not be started has `ok` False, the engine's
    reason as `error`, and an exit code all the same; it is no exception. Raises UsageError for a name that cannot be
    one, before anything is waited for; what the engine says if there is none of them (NotFound), else the rows with
    `ok` False tell. API: POST /containers/{id}/wait.
    """
    from dockmagic.engine.containers import container_wait

    def act(engine: Engine, name: str) -> dict[str, Any]:
        ended = container_wait(engine, name)
        code, error = ended.get("StatusCode"), ended.get("Error")
        if not isinstance(code, int):
            raise ProtocolError("the engine says that it ended without telling its exit code")
        said = error.get("Message") if isinstance(error, dict) else None
        return {"exit_code": code} | ({"ok": False, "error": shown(str(said), length=1000)} if said else {})

    return act_on_each(engine, object_names(container, "a container"), _WAIT, act)
