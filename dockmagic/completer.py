"""Completion of our own command lines: flags, and the names of what there is."""

from __future__ import annotations

import os
import re
import threading
import time
from contextlib import closing, nullcontext
from typing import TYPE_CHECKING, Any

from IPython.core.completer import SimpleCompletion, context_matcher

from dockmagic import registry
from dockmagic.errors import DockMagicError
from dockmagic.magic_options import all_parameters, extra_parameters
from dockmagic.options import Option, next_parameter
from dockmagic.text import single_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from dockmagic.engine.client import Engine
    from dockmagic.registry import Command

__all__ = ["IDENTIFIER", "Names", "candidates", "matcher"]

IDENTIFIER = "dockmagic.arguments"
BUDGET = 0.3  # seconds that a person waits for names; the kernel does nothing else meanwhile
FRESH = 2.0  # seconds that names are remembered: a few keystrokes

_OURS = ("auto", "demo")  # what %dconnect connects to besides contexts
_HELP = "help"  # %dhelp, which is not a command
_LINE = re.compile(r"^\s*(?:[\w.\s,]+=\s*)?%d(\w+)\s+(.*)$", re.DOTALL)


def matcher(magics: Any) -> Callable[[Any], dict[str, Any]]:
    """A matcher for IPython's completer, which answers for our own magics only, also in `df = %dps ...`.

    Whatever goes wrong, it has nothing to offer: a completion is no place for an error.
    """
    names = Names(lambda: _engine(magics))

    @context_matcher(identifier=IDENTIFIER, priority=100)  # type: ignore[untyped-decorator]
    def complete(context: Any) -> dict[str, Any]:
        line = _LINE.match(context.text_until_cursor)
        if line is None or line[1] not in {*registry.first_words(), _HELP}:
            return {"completions": []}
        *before, fragment = re.split(r"\s+", line[2])
        try:
            found = candidates(line[1], before, fragment, names)
        except (DockMagicError, OSError):
            found = []
        completions = [SimpleCompletion(text, type="docker") for text in found if text.startswith(fragment)]
        # the whole word is ours, be there a dash, a slash or a colon in it, and nobody else's (jedi's, say)
        return {"completions": completions, "matched_fragment": fragment, "suppress": True, "ordered": True}

    return complete  # type: ignore[no-any-return]


def _engine(magics: Any) -> AbstractContextManager[Engine]:
    """The notebook's engine; where none is connected yet one for this request alone: a TAB chooses nothing."""
    if magics.at_hand is not None:
        return nullcontext(magics.at_hand)
    connect = registry.load("connect")
    return closing(magics.opened(connect, {"timeout": BUDGET}))


def candidates(word: str, before: list[str], fragment: str, names: Names) -> list[str]:
    """What could stand at the cursor: behind `%dword` and the words `before` it, beginning with `fragment`."""
    if word == _HELP:
        return _explained(before)
    if word not in registry.COMMANDS and not before:
        return sorted(name.partition(" ")[2] for name in registry.names_under(word))
    command, tokens = registry.find(word, before)
    wanted = next_parameter(command, tokens, extra=extra_parameters(command))
    if wanted is not None and isinstance(wanted.declared, Option):
        return names.of(wanted.declared.complete)
    if fragment.startswith("-"):
        return _flags(command)
    if wanted is None or {"-H", "--host", "--context"} & set(tokens):  # another engine's names are not known here
        return []
    kind = wanted.declared.complete
    chosen = tokens[tokens.index("--type") + 1 :][:1] if kind == "object" and "--type" in tokens else []
    return names.of(chosen[0] if chosen else kind)


def _explained(before: list[str]) -> list[str]:
    """What %dhelp explains: a command's first word, or its second one."""
    if not before:
        return sorted(registry.first_words())
    names = registry.names_under(registry.bare(before[0])) if len(before) == 1 else []
    return sorted(filter(None, (name.partition(" ")[2] for name in names)))


def _flags(command: Command) -> list[str]:
    declared = [each.declared for each in all_parameters(command)]
    return sorted({"--help", *(option.long for option in declared if isinstance(option, Option))})


class Names:
    """The names of what there is, by kind; remembered for a moment, and never waited for longer than the budget."""

    def __init__(self, engine: Callable[[], AbstractContextManager[Engine]]) -> None:
        self._engine = engine
        self._known: dict[str, tuple[float, list[str]]] = {}

    def of(self, kind: str) -> list[str]:
        """The names of a kind: container, image, network, volume, object (all of them), context, engine; else none."""
        if kind in {"context", "engine"}:
            return [*_contexts(), *(_OURS if kind == "engine" else ())]
        if kind == "object":
            return [name for each in _LISTS for name in self.of(each)]
        if kind not in _LISTS:
            return []
        fetched, known = self._known.get(kind, (-FRESH, []))
        if time.monotonic() - fetched < FRESH:
            return known
        found: list[list[str]] = []
        worker = threading.Thread(target=self._fetch, args=(kind, found), name="dockmagic-complete", daemon=True)
        worker.start()
        worker.join(BUDGET)  # it ends by itself: its request has the same limit
        names = found[0] if found else []
        self._known[kind] = (time.monotonic(), names)
        return names

    def _fetch(self, kind: str, found: list[list[str]]) -> None:
        path, read = _LISTS[kind]
        try:
            with self._engine() as engine:
                names = set(read(engine.get(path, timeout=BUDGET)))
            found.append(sorted(name for name in names if name == single_line(name)))  # what can be typed
        except (DockMagicError, OSError, TypeError, AttributeError, KeyError):
            return  # no engine, or one that answers nonsense: then there are no names


def _containers(reply: Any) -> list[str]:
    return [name.removeprefix("/") for each in reply for name in each["Names"]]


def _images(reply: Any) -> list[str]:
    return [tag for each in reply for tag in each["RepoTags"] or [] if tag != "<none>:<none>"]


def _networks(reply: Any) -> list[str]:
    return [each["Name"] for each in reply]


def _volumes(reply: Any) -> list[str]:
    return [each["Name"] for each in reply["Volumes"] or []]


_LISTS: dict[str, tuple[str, Callable[[Any], list[str]]]] = {
    "container": ("/containers/json?all=true", _containers),
    "image": ("/images/json", _images),
    "network": ("/networks", _networks),
    "volume": ("/volumes", _volumes),
}


def _contexts() -> list[str]:
    from dockmagic.engine.config_file import read_config  # noqa: PLC0415 - not before it is needed
    from dockmagic.engine.context_rows import list_contexts  # noqa: PLC0415

    return [row.name for row in list_contexts(read_config(os.environ), os.environ)]
