"""A pull, push, load, save or import as HTML: a line per layer, with its state and bytes. Pure."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from dockmagic.frames.human_size import human_size
from dockmagic.text import single_line

if TYPE_CHECKING:
    from dockmagic.feeds.transfer_progress import Part, Progress

__all__ = ["transfer_html"]

_VERBS = {
    "pull": ("pulling", "pulled"),
    "push": ("pushing", "pushed"),
    "load": ("loading", "loaded"),
    "save": ("saving", "saved"),
    "import": ("importing", "imported"),
}
_ENDED = ("Pull complete", "Already exists", "Pushed", "Layer already exists", "Mounted from")
_BAR = 9  # characters

PARTS = 60
"""Layers that are shown, the last ones where there are more: a pull of every tag can have hundreds."""

_FAINT = "color:var(--jp-ui-font-color2,#666)"
_DONE = "color:var(--jp-success-color1,#388e3c)"
_FAILED = "color:var(--jp-error-color1,#d32f2f)"
_BOX = (
    "font-family:var(--jp-code-font-family,monospace);font-size:var(--jp-code-font-size,13px);line-height:1.5;"
    "color:var(--jp-ui-font-color1,inherit);max-width:100ch"
)


def transfer_html(progress: Progress, *, title: str, verb: str, seconds: float, over: bool, note: str) -> str:
    """The whole view. `seconds` since it began; `over` when nothing more comes; `note` what came of it, or ""."""
    doing, done = _VERBS.get(verb, (verb, verb))
    state = doing if not over else done if note else f"not {done}"
    facts = [
        state,
        f"{int(seconds) // 60:02d}:{int(seconds) % 60:02d}",
        note if over else "interrupt the kernel to stop",
    ]
    head = f"<b>{_text(title)}</b> <span style='{_FAINT}'>{_text(' · '.join(filter(None, facts)))}</span>"
    newest = list(progress.parts.items())[-PARTS:]
    left_out = len(progress.parts) - len(newest)
    first = f"<div style='{_FAINT}'>{left_out} earlier ones</div>" if left_out else ""
    lines = first + "".join(_line(name, part, ended=bool(note)) for name, part in newest)
    error = f"<div style='{_FAILED}'>{_text(progress.error)}</div>" if progress.error else ""
    if over and note and lines:
        return f"<div style='{_BOX}'><details><summary>{head}</summary>{lines}</details></div>"
    return f"<div style='{_BOX}'><div>{head}</div>{lines}{error}</div>"


def _line(name: str, part: Part, *, ended: bool) -> str:
    """A layer: a mark where nothing more will come of it, its name, the engine's word, and its bytes."""
    over = ended or part.status.startswith(_ENDED)
    return (
        "<div style='display:flex;gap:1ch'>"
        f"<span style='{_DONE if over else _FAINT}'>{'✓' if over else '·'}</span>"
        f"<span style='overflow:hidden;text-overflow:ellipsis;white-space:nowrap'>{_text(name)}</span>"
        f"<span style='flex:1;{_FAINT}'>{_text(part.status if name != part.status else '')}</span>"
        f"<span style='{_FAINT};white-space:nowrap'>{'' if over and not ended else _bytes(part)}</span></div>"
    )


def _bytes(part: Part) -> str:
    """A bar of what has come of how much, if that is known."""
    if not part.total:
        return human_size(part.current) if part.current else ""
    filled = min(_BAR * part.current // part.total, _BAR)
    return f"{'█' * filled}{'░' * (_BAR - filled)} {human_size(part.current)} / {human_size(part.total)}"


def _text(text: str) -> str:
    return escape(single_line(text))
