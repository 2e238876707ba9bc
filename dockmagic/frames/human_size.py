"""Bytes as docker writes them for people: 813.5 MB."""

from __future__ import annotations

__all__ = ["human_size"]

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB")


def human_size(size: int) -> str:
    """Four digits and a decimal unit, with a blank between them. Source: `HumanSize` of docker/go-units."""
    number, unit = float(size), 0
    while number >= 1000 and unit < len(_UNITS) - 1:  # noqa: PLR2004 - decimal units
        number, unit = number / 1000, unit + 1
    return f"{number:.4g} {_UNITS[unit]}"
