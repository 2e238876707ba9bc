"""The flags that every prune has."""

from __future__ import annotations

from dockmagic.options import Option

__all__ = ["FILTER", "FORCE"]

FORCE = Option("--force", "-f", help="Do it: without, what would go is shown and nothing is removed")
FILTER = Option(
    "--filter",
    help="Only what matches: until=24h, label=a=b, label!=keep (repeatable)",
    metavar="KEY=VALUE",
    repeat=True,
)
"""It has no short form: -f is --force here, as in docker."""
