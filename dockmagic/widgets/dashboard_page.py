"""What the front ends of a dashboard show, as JSON: each change is sent once, and what there is can be asked for."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Any, TypeAlias

from dockmagic.feeds.dashboard_model import changes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["SAMPLES", "Page"]

_Json: TypeAlias = dict[str, Any]

SAMPLES = 30
"""Samples of a container in a sparkline."""


class Page:
    """Sections of JSON, and the rows of containers with their samples. Safe to share between threads.

    `send` gets a patch for each change: its number `seq`, so that a front end which missed one notices and asks for the
    whole; `sections` that are new as a whole; `rows` and ids `gone`, and the `order` if it is another one; `samples` by
    id.
    """

    def __init__(self, send: Callable[[_Json], object]) -> None:
        self._send = send
        self._lock = threading.RLock()  # `send` may ask for the whole
        self._seq = 0
        self._sections: _Json = {}
        self._rows: dict[str, _Json] = {}
        self._samples: dict[str, deque[Sequence[float | None]]] = {}

    @property
    def rows(self) -> Mapping[str, _Json]:
        """The containers by id, in their order. Replaced as a whole, never changed."""
        return self._rows

    def section(self, name: str) -> Any:
        """What was put there last; None for nothing."""
        return self._sections.get(name)

    def put(self, **sections: Any) -> None:
        """Show these; what is shown already is not sent."""
        with self._lock:
            fresh = {name: value for name, value in sections.items() if self._sections.get(name) != value}
            self._sections |= fresh
            if fresh:
                self._patch({"sections": fresh})

    def put_rows(self, rows: dict[str, _Json]) -> None:
        """Show these containers, in this order."""
        with self._lock:
            patch = changes(self._rows, rows)
            if list(self._rows) != list(rows):
                patch["order"] = list(rows)
            self._rows = rows
            for identity in patch["gone"]:
                self._samples.pop(identity, None)
            if patch["rows"] or patch["gone"] or "order" in patch:
                self._patch(patch)

    def add_samples(self, samples: Mapping[str, Sequence[float | None]]) -> None:
        """Add to each container's line: percent of a processor, and bytes of memory."""
        with self._lock:
            known = {identity: sample for identity, sample in samples.items() if identity in self._rows}
            for identity, sample in known.items():
                self._samples.setdefault(identity, deque(maxlen=SAMPLES)).append(sample)
            if known:
                self._patch({"samples": known})

    def whole(self) -> _Json:
        """All that is shown now."""
        with self._lock:
            return {
                "seq": self._seq,
                "sections": dict(self._sections),
                "rows": dict(self._rows),
                "order": list(self._rows),
                "samples": {identity: list(line) for identity, line in self._samples.items()},
            }

    def _patch(self, patch: _Json) -> None:
        """Send it. The next one waits for that, so that they come in the order of their numbers."""
        self._seq += 1
        self._send({"seq": self._seq, **patch})
