"""A dashboard as a static table, for where no front end draws it: saved notebooks, GitHub, nbviewer. Pure."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from dockmagic.frames.human_size import human_size

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["dashboard_html"]

ROWS = 100
_HEAD = ("name", "image", "state", "health", "ports")


def dashboard_html(whole: Mapping[str, Any], *, state: str) -> str:
    """The engine's line, the counts, and the containers."""
    lines = "".join(f"<div>{escape(line)}</div>" for line in _lines(whole, state))
    head = "".join(f"<th style='text-align:left'>{name}</th>" for name in _HEAD)
    found = list(whole["rows"].values())
    rows = "".join(f"<tr>{''.join(map(_cell, _cells(row)))}</tr>" for row in found[:ROWS])
    more = f"<div>… and {len(found) - ROWS} more</div>" if len(found) > ROWS else ""
    return f"<div>{lines}<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{more}</div>"


def _cell(text: str) -> str:
    return f"<td style='text-align:left'>{escape(text)}</td>"


def _cells(row: Mapping[str, Any]) -> list[str]:
    state = f"{row['state']} {row['exit_code']}" if row["exit_code"] is not None else row["state"]
    return [row["name"], row["image"], state, row["health"], ", ".join(row["ports"])]


def _lines(whole: Mapping[str, Any], state: str) -> list[str]:
    """What the engine is, and how many containers there are."""
    sections = whole["sections"]
    engine, counts = sections.get("engine") or {}, sections.get("counts") or {}
    version = f"Docker {engine['version']}" if engine.get("version") else ""
    memory = human_size(engine["memory"]) if engine.get("memory") else ""
    first = [engine.get("name") or engine.get("host") or "", version, f"API {engine.get('api', '')}", memory]
    second = [f"{counts[key]} {key}" for key in ("running", "paused", "stopped") if key in counts]
    return [" · ".join(filter(None, [*first, state])), " · ".join(second)]
