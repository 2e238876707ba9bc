"""--health-* and --no-healthcheck: how the engine asks the container whether it is well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.engine.container_spec.numbers import nanoseconds, whole
from dockmagic.engine.container_spec.values import flag, named, text, texts
from dockmagic.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dockmagic.engine.container_spec.values import Here

__all__ = ["health"]

_START_INTERVAL = (1, 44)


def _probe(value: Any) -> list[str]:
    """A text is for the container's shell, a list a program and its arguments."""
    if isinstance(value, (list, tuple)):
        return ["CMD", *texts(value)]
    return ["CMD-SHELL", text(value)] if text(value) else []


def _times(value: Any) -> int:
    number = whole(value)
    if number < 0:
        raise UsageError("is not negative")
    return number


_SETTINGS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "health_cmd": ("Test", _probe),
    "health_interval": ("Interval", nanoseconds),
    "health_timeout": ("Timeout", nanoseconds),
    "health_start_period": ("StartPeriod", nanoseconds),
    "health_start_interval": ("StartInterval", nanoseconds),
    "health_retries": ("Retries", _times),
}


def health(options: Mapping[str, Any], here: Here) -> dict[str, Any]:
    """The settings that are not 0, or the word that there is no check."""
    found = {}
    for option, (member, read) in _SETTINGS.items():
        with named("--" + option.replace("_", "-")):
            if option in options and (value := read(options[option])):
                found[member] = value
    if "StartInterval" in found and here.older_than(_START_INTERVAL):
        raise UsageError("--health-start-interval wants an engine of API 1.44 (Docker 25)")
    with named("--no-healthcheck"):
        if flag(options.get("no_healthcheck", False)):
            if found:
                raise UsageError("does not go with --health-*")
            return {"Healthcheck": {"Test": ["NONE"]}}
    return {"Healthcheck": found} if found else {}
