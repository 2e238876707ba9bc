"""A front end that is none: it keeps what widgets send it, and answers as a page would."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import comm
from comm.base_comm import BaseComm

if TYPE_CHECKING:
    import pytest

__all__ = ["FrontEnd"]


class FrontEnd:
    """What the widgets that are made while it is there send.

    Attributes:
        states: the states that were sent, the first one of each widget too.
        said: the messages that were sent besides.
        times: when each message came, of time.monotonic().
        closed: the ids of the widgets that were closed.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.states: list[dict[str, Any]] = []
        self.said: list[dict[str, Any]] = []
        self.times: list[float] = []
        self.closed: list[str] = []
        front_end = self

        class Comm(BaseComm):
            def publish_msg(self, msg_type: str, data: Any = None, *_: Any, **__: Any) -> None:
                front_end.take(msg_type, data or {}, self.comm_id)

        monkeypatch.setattr(comm, "create_comm", Comm)  # which comm documents as the place for one's own

    def take(self, kind: str, data: dict[str, Any], identity: str) -> None:
        """Note a message of a kernel."""
        self.times.append(time.monotonic())
        if kind == "comm_close":
            self.closed.append(identity)
        elif data.get("method") == "custom":
            self.said.append(data["content"])
        elif "state" in data:
            self.states.append(data["state"])

    def say(self, widget: Any, content: Any) -> None:
        """Send a message to a widget, as its page does."""
        widget.comm.handle_msg({"content": {"data": {"method": "custom", "content": content}}, "buffers": []})

    def close(self, widget: Any) -> None:
        """Close a widget in the page."""
        widget.comm.handle_close({"content": {"data": {}}})
