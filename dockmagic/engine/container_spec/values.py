"""The plain values of options: text, flags, lists and NAME=VALUE pairs, as Python has them or as they are typed."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from dockmagic.errors import UsageError
from dockmagic.text import shown
from dockmagic.values import words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Here", "flag", "list_of", "map_of", "mapping_of", "named", "one_of", "pairs", "several", "text", "texts"]


class Here(NamedTuple):
    """What a value may refer to on this side, and what the other side understands."""

    environ: Mapping[str, str]
    version: Callable[[], str]
    """The version of the API that is spoken, asked for where it matters: to negotiate it is a request."""
    directory: str = ""
    """Where a path starts that begins with a dot; "" is the process's own."""
    proxies: Mapping[str, str] = MappingProxyType({})
    """Variables that every container gets, unless they are said."""

    def older_than(self, version: tuple[int, int]) -> bool:
        """Whether a version of the API came after the one that is spoken."""
        return tuple(map(int, self.version().split("."))) < version


@contextmanager
def named(flag: str) -> Iterator[None]:
    """Put the name of the flag in front of what a UsageError says: "wants a size" becomes "--memory wants a size"."""
    try:
        yield
    except UsageError as error:
        colon = "" if error.message.startswith(("wants ", "is ", "does ")) else ":"
        raise UsageError(f"{flag}{colon} {error.message}", hint=error.hint) from error


def text(value: Any) -> str:
    """One text; numbers and paths are written out. Raises UsageError for several, for a truth and for none."""
    found = [] if isinstance(value, bool) else words(value, "the value")
    if len(found) != 1:
        raise UsageError(f"wants one value, not {shown(repr(value))}")
    return found[0]


def texts(value: Any) -> list[str]:
    """Texts, of which one may stand alone."""
    if isinstance(value, bool):
        raise UsageError(f"wants text, not {value}")
    return words(value, "the value")


def several(value: Any) -> list[Any]:
    """The members of a list or tuple, or the one value that stands alone: a text or a dict."""
    return list(value) if isinstance(value, (list, tuple)) else [value]


def flag(value: Any) -> bool:
    """True or False, and nothing that only looks like it."""
    if not isinstance(value, bool):
        raise UsageError(f"is either True or False, not {shown(repr(value))}")
    return value


def one_of(*known: str) -> Callable[[Any], str]:
    """A reader of texts that are one of these."""

    def read(value: Any) -> str:
        found = text(value)
        if found not in known:
            raise UsageError(f"is one of {', '.join(known)}, not {shown(found)!r}")
        return found

    return read


def list_of(read: Callable[[str], Any]) -> Callable[[Any], list[Any]]:
    """A reader of lists whose members `read` reads."""
    return lambda value: [read(each) for each in texts(value)]


def map_of(check: Callable[[str], object]) -> Callable[[Any], dict[str, str]]:
    """A reader of NAME=VALUE pairs, each of which `check` accepts or refuses; of the same name the last one counts."""

    def read(value: Any) -> dict[str, str]:
        found = pairs(value)
        for each in found:
            check(each)
        return {name: said for name, _, said in (each.partition("=") for each in found)}

    return read


def mapping_of(value: Any) -> Any:
    """A Series with names as its index as a dict; anything else as it is, also a Series that is a list of texts."""
    is_series = hasattr(value, "items") and hasattr(value, "index") and not hasattr(value, "columns")  # without pandas
    return dict(value.items()) if is_series and all(isinstance(name, str) for name in value.index) else value


def pairs(value: Any) -> list[str]:
    """NAME=VALUE texts, also of a dict or a Series: its value None is the name alone, a truth is true or false."""
    value = mapping_of(value)
    if not isinstance(value, Mapping):
        return texts(value)
    return [text(name) if said is None else f"{text(name)}={_said(said)}" for name, said in value.items()]


def _said(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else text(value)
