"""A build as HTML: a line per step, with its state, time and bytes, and what it wrote behind it. Pure.

Its size has a limit, whatever the steps write: it is sent several times a second, and saved in the notebook.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from dockmagic.feeds.build_lines import step_title
from dockmagic.frames.human_size import human_size
from dockmagic.text import log_line, shown

if TYPE_CHECKING:
    from dockmagic.feeds.build_progress import Outcome, Progress, Step, Transfer

__all__ = ["build_html", "human_seconds"]

RUNNING_LINES = 5
FAILED_LINES = 20
KEPT_LINES = 200
STEPS = 200
"""The last ones of more."""

_LOGS = 400_000  # characters of all logs together
_LINE = 1000  # characters of one line, a name or a warning
_WARNINGS = 20
_MARKS = {"waiting": "·", "running": "▸", "done": "✓", "cached": "✓", "failed": "✗", "canceled": "-"}
# Readable on white and on black, where a page knows no colours of Jupyter's theme.
_COLOURS = {
    "done": "var(--jp-success-color1,#2e8540)",
    "cached": "var(--jp-success-color1,#2e8540)",
    "running": "var(--jp-brand-color1,#1f7ad1)",
    "failed": "var(--jp-error-color1,#e0383e)",
}
_FAINT = "color:var(--jp-ui-font-color2,#767676)"
_BOX = (
    "font-family:var(--jp-code-font-family,monospace);font-size:var(--jp-code-font-size,13px);line-height:1.5;"
    "color:var(--jp-ui-font-color1,inherit);max-width:120ch"
)
_LOG = (
    "margin:0 0 4px 2ch;padding:2px 1ch;white-space:pre-wrap;overflow-wrap:anywhere;max-height:24em;overflow:auto;"
    "font:inherit;border:0;border-left:2px solid var(--jp-border-color1,#bbb);background:none;"
    "color:var(--jp-ui-font-color1,inherit)"
)
_ELLIPSIS = "flex:1;min-width:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap"


def build_html(
    progress: Progress, *, title: str, builder: str, seconds: float, outcome: Outcome | None = None, note: str = ""
) -> str:
    """The whole view, `seconds` after the build began. `outcome` is None while it runs; `note` says what came of it."""
    facts = [f"{'building' if outcome is None else outcome} with {builder}", human_seconds(seconds)]
    cached = sum(step.status == "cached" for step in progress.steps.values())
    if outcome is None:
        facts.append("interrupt the kernel to stop")
    elif cached:
        facts.append(f"{cached} of {len(progress.steps)} steps from the cache")
    if outcome == "built":
        facts.append(note)
    head = f"<div><b>{_text(title)}</b> <span style='{_FAINT}'>{_text(' · '.join(filter(None, facts)))}</span></div>"
    steps = list(progress.steps.items())
    hidden = len(steps) - STEPS
    more = f"<div style='{_FAINT}'>… {hidden} earlier steps</div>" if hidden > 0 else ""
    share = _LOGS // max(min(len(steps), STEPS), 1)
    body = "".join(_step(key, step, progress, over=outcome is not None, share=share) for key, step in steps[-STEPS:])
    warnings = "".join(f"<div>Warning: {_text(each)}</div>" for each in progress.warnings[:_WARNINGS])
    alone = outcome == "failed" and not progress.failed  # a step that failed says so itself
    why = f"<div style='color:{_COLOURS['failed']}'>{_text(note)}</div>" if alone else ""
    return f"<div style='{_BOX}'>{head}{more}{body}{warnings}{why}</div>"


def human_seconds(seconds: float) -> str:
    """0.3 s, 12 s, 3 min 5 s."""
    if seconds < 10:  # noqa: PLR2004 - where a tenth matters
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _step(key: str, step: Step, progress: Progress, *, over: bool, share: int) -> str:
    status = "canceled" if over and step.status == "running" else step.status
    unfolded = status in {"running", "failed"}
    count = FAILED_LINES if status == "failed" else RUNNING_LINES if unfolded else KEPT_LINES
    lines = progress.lines(key, last=count) if over or unfolded else []
    lines = lines if lines and log_line(lines[-1][-_LINE:]) else lines[:-1]  # the classic builder ends with a colour
    said = "" if unfolded or not lines else f"log of {len(lines)} line{'' if len(lines) == 1 else 's'}   "
    if said and len(lines) == KEPT_LINES:
        said = f"last {KEPT_LINES} lines   "
    colour = f"color:{_COLOURS[status]}" if status in _COLOURS else _FAINT
    name = _text(step_title(step))
    line = (
        f"<span style='display:flex;gap:1ch'><span style='{colour}'>{_MARKS[status]}</span>"
        f"<span style='{_ELLIPSIS}' title='{name}'>{name}</span>"
        f"<span style='{_FAINT};white-space:pre'>{said}{_right(step, status)}</span></span>"
    )
    if not lines:
        return f"<div>{line}</div>"
    log = _log(lines, share)
    if unfolded:
        return f"<div>{line}</div>{log}"
    return f"<details><summary style='list-style:none;cursor:pointer'>{line}</summary>{log}</details>"


def _right(step: Step, status: str) -> str:
    """What stands at the end of a step's line: its bytes, and its time or its state."""
    if status in {"cached", "failed", "canceled", "waiting"}:
        return status
    moved = _bytes(list(step.transfers.values()), running=status == "running")
    taken = human_seconds(step.seconds) if step.seconds is not None and status == "done" else ""
    return "   ".join(filter(None, (moved, taken)))


def _bytes(transfers: list[Transfer], *, running: bool) -> str:
    """What has come, while it does with a bar of how much there is, if that is known."""
    current = sum(max(each.current, 0) for each in transfers)
    total = sum(max(each.total, 0) for each in transfers)
    if not running or not total:
        return human_size(current) if current else ""
    filled = min(9 * current // total, 9)
    return f"{'█' * filled}{'░' * (9 - filled)} {human_size(current)} / {human_size(total)}"


def _log(lines: list[str], share: int) -> str:
    """The lines, of which the last ones fit into `share` characters; the first of them always is shown."""
    kept: list[str] = []
    for line in reversed(lines):
        text = log_line(line[-64 * _LINE :])[:_LINE]
        share -= len(text) + 1
        if share < 0 and kept:
            break
        kept.append(text)
    return f"<pre style='{_LOG}'>{escape(chr(10).join(reversed(kept)))}</pre>"


def _text(text: str) -> str:
    return escape(shown(text, length=_LINE))
