"""Who wants to hear of something: functions that are called with each new thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Listeners"]

T = TypeVar("T")


class Listeners(Generic[T]):
    """Functions of one argument. They are called in the thread that publishes, and may leave while they are."""

    def __init__(self) -> None:
        self._functions: dict[int, Callable[[T], None]] = {}
        self._next = 0

    def __len__(self) -> int:
        return len(self._functions)

    def join(self, function: Callable[[T], None]) -> Callable[[], None]:
        """Call `function` with everything from now on, until what is returned is called."""
        number, self._next = self._next, self._next + 1
        self._functions[number] = function

        def leave() -> None:
            self._functions.pop(number, None)

        return leave

    def publish(self, item: T) -> None:
        """Tell everybody."""
        for function in list(self._functions.values()):
            function(item)
