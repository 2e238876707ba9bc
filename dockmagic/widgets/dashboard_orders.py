"""What a person orders in a dashboard: containers started and removed, logs shown, room made."""

from __future__ import annotations

import threading
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

from dockmagic.errors import DockMagicError
from dockmagic.feeds.dashboard_model import WORDS, offer, outcome
from dockmagic.frames.records import records
from dockmagic.text import shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.widgets.dashboard_doing import Doing
    from dockmagic.widgets.dashboard_logs import LogsPane
    from dockmagic.widgets.dashboard_page import Page
    from dockmagic.widgets.dashboard_worker import Worker

__all__ = ["Orders"]

_PRUNED = ("kind", "id", "name", "size", "created")
_MESSAGES = 20
_LENGTH = 400
_NAMED = 3


class Orders:
    """Takes messages of a front end. Each is answered at once; what it orders is done by the worker.

    What is under way, and what came of it, stands in the page's sections: `notes` by container, `messages` (those that
    are errors until they are dismissed) and `prune`; logs open in their pane.
    """

    def __init__(
        self, doing: Doing, page: Page, worker: Worker, walking: threading.Lock, logs: LogsPane | None = None
    ) -> None:
        """`walking` is held while a prune is looked at: see `Disk`. `logs`: where logs open, None for nowhere."""
        self._doing = doing
        self._page = page
        self._worker = worker
        self._walking = walking
        self._logs = logs
        self._lock = threading.Lock()
        self._notes: dict[str, dict[str, str]] = {}
        self._messages: dict[str, dict[str, str]] = {}
        self._numbers = count(1)

    def take(self, message: Mapping[str, Any]) -> None:
        """What a front end sends; what makes no sense is passed over."""
        kind, ids = message.get("kind"), self._known(message.get("ids"))
        prune = message.get("prune")
        if kind == "act" and message.get("act") in self._doing.acts and ids:
            self._act(str(message["act"]), ids)
        elif kind == "logs" and ids and self._logs is not None:
            self._follow(self._logs, ids)
        elif kind == "prune" and prune in self._doing.prunes:
            self._look(str(prune))
        elif kind == "prune-do":
            self._prune()
        elif kind == "prune-cancel":
            self._page.put(prune=None)
        elif kind == "dismiss":
            self._dismiss(str(message.get("id")))

    def _known(self, ids: Any) -> list[str]:
        """The ids of containers among `ids`, each once."""
        rows = self._page.rows
        return [each for each in dict.fromkeys(map(str, ids)) if each in rows] if isinstance(ids, list) else []

    def _act(self, act: str, ids: list[str]) -> None:
        doing, done = WORDS[act]
        names = {each: str(self._page.rows[each]["name"]) for each in ids}
        self._note({each: {"text": f"{doing}…", "kind": "busy"} for each in ids})

        def job(engine: Engine) -> None:
            try:
                frame = self._doing.acts[act](engine, ids)
            except DockMagicError as error:
                if error.frame is None or len(error.frame) != len(ids):
                    raise
                frame = error.frame
            self._acted(frame, done, names)

        self._worker.do(job, failed=partial(self._not_acted, done, names))

    def _acted(self, frame: pd.DataFrame, done: str, names: Mapping[str, str]) -> None:
        rows = {row["name"]: row for row in records(frame, ("name", "ok", "changed", "error", "seconds"))}
        good = [each for each in names if each in rows and rows[each]["ok"]]
        notes = {
            each: {"text": outcome(rows[each], done), "kind": "done" if rows[each]["ok"] else "error"}
            for each in names
            if each in rows
        }
        self._note(notes)
        if good:
            self._say(f"{done.capitalize()} {_listed([names[each] for each in good])}.", kind="done")
        for each in names:
            if each not in good:
                said = str(rows.get(each, {}).get("error") or "the engine did not say why")
                self._say(f"{names[each]} was not {done}: {said}", kind="error")

    def _not_acted(self, done: str, names: Mapping[str, str], said: str) -> None:
        """The engine went away, or something worse."""
        self._note({each: {"text": f"not {done}", "kind": "error"} for each in names})
        self._say(f"{_listed(list(names.values()))} not {done}: {said}", kind="error")

    def _look(self, prune: str) -> None:
        self._page.put(prune={"kind": prune, "state": "looking"})
        self._worker.do(partial(self._show, prune, note=""), failed=self._prune_failed)

    def _show(self, prune: str, engine: Engine, *, note: str) -> None:
        offered = self._offered(prune, engine)
        self._page.put(prune={**offered, "state": "asking", "changed": note})

    def _offered(self, prune: str, engine: Engine) -> dict[str, Any]:
        said: list[str] = []
        with self._walking:
            frame = self._doing.prunes[prune](engine, force=False, tell=said.append)
        return offer(prune, records(frame, _PRUNED), said=" ".join(said))

    def _prune(self) -> None:
        """Remove what was shown. If it is something else by now, that is shown instead, and nothing removed."""
        shown_now = self._page.section("prune")
        if not shown_now or shown_now.get("state") != "asking" or not shown_now.get("question"):
            return
        prune = str(shown_now["kind"])
        self._page.put(prune={**shown_now, "state": "removing"})

        def job(engine: Engine) -> None:
            if _keys(self._offered(prune, engine)) != _keys(shown_now):
                self._show(prune, engine, note="This has changed since you looked; nothing has been removed.")
                return
            said: list[str] = []
            with self._walking:
                self._doing.prunes[prune](engine, force=True, tell=said.append)
            self._page.put(prune=None)
            self._say(" ".join(said), kind="done")

        self._worker.do(job, failed=self._prune_failed)

    def _prune_failed(self, said: str) -> None:
        self._page.put(prune=None)
        self._say(f"The clean-up failed: {said}", kind="error")

    def _follow(self, logs: LogsPane, ids: list[str]) -> None:
        title = _listed([str(self._page.rows[each]["name"]) for each in ids])

        def failed(said: str) -> None:
            self._say(f"Logs of {title}: {said}", kind="error")

        self._worker.do(lambda engine: logs.open(engine, ids), failed=failed)

    def _note(self, notes: Mapping[str, dict[str, str]]) -> None:
        with self._lock:
            there = self._page.rows
            self._notes = {each: note for each, note in {**self._notes, **notes}.items() if each in there}
            self._page.put(notes=self._notes)

    def _say(self, text: str, *, kind: str) -> None:
        with self._lock:
            number = str(next(self._numbers))
            kept = {**self._messages, number: {"id": number, "kind": kind, "text": shown(text, length=_LENGTH)}}
            last = [each for each in kept.values() if each["kind"] == "done"][-1:]
            errors = [each for each in kept.values() if each["kind"] == "error"][-_MESSAGES:]
            self._messages = {each["id"]: each for each in (*errors, *last)}
            self._page.put(messages=list(self._messages.values()))

    def _dismiss(self, number: str) -> None:
        with self._lock:
            self._messages = {each: said for each, said in self._messages.items() if each != number}
            if not any(said["kind"] == "error" for said in self._messages.values()):
                self._notes = {each: note for each, note in self._notes.items() if note["kind"] != "error"}
            self._page.put(messages=list(self._messages.values()), notes=self._notes)


def _keys(offered: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    return sorted((row["kind"], row["id"], row["name"]) for row in offered["rows"])


def _listed(names: Sequence[str]) -> str:
    """web, db and 3 more."""
    if len(names) <= _NAMED:
        return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more"
