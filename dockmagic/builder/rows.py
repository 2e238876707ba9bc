"""What a row of the table of build options says besides the option itself: where its value goes in the query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dockmagic.engine.container_spec.addresses import hosts
from dockmagic.engine.container_spec.values import flag, pairs, text, texts

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Query", "dictionary", "kept", "repeated", "repeated_hosts", "truth"]


@dataclass(frozen=True, slots=True)
class Query:
    """A value's name in the query of POST /build, and what makes its value."""

    name: str
    read: Callable[[Any], Any] = text
    classic: bool = False  # BuildKit takes no notice of it,
    until: tuple[int, int] | None = None  # or did not before this version of the API


def truth(value: Any) -> bool | None:
    """True; False is as if it had not been said."""
    return flag(value) or None


def kept(value: Any) -> str | None:
    """What is not to be removed; removing is what happens anyway."""
    return None if flag(value) else "0"


def repeated(value: Any) -> tuple[str, ...]:
    """Texts, each a parameter of its own."""
    return tuple(texts(value))


def repeated_hosts(value: Any) -> tuple[str, ...]:
    """NAME:ADDRESS texts, checked as docker does, each a parameter of its own."""
    return tuple(hosts(value))


def dictionary(value: Any) -> dict[str, str]:
    """NAME=VALUE texts or a dict; a name alone has an empty value."""
    return {name: said for name, _, said in (each.partition("=") for each in pairs(value))}
