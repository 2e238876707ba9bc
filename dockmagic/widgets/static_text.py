"""The programs and styles of the views, which lie beside the code, in the wheel too."""

from __future__ import annotations

from pkgutil import get_data

__all__ = ["static_text"]


def static_text(*names: str) -> str:
    """The text of `static/NAME`, of several one behind the other. Raises FileNotFoundError."""
    return "\n".join(map(_text, names))


def _text(name: str) -> str:
    data = get_data("dockmagic.widgets", f"static/{name}")
    if data is None:
        raise FileNotFoundError(name)
    return data.decode()
