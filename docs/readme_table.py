"""README's table of commands, made from their declarations: `make readme` writes it, a test compares."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dockmagic.absent import ABSENT
from dockmagic.groups import GROUPS, OURS
from dockmagic.help import columns, subject, typed
from dockmagic.registry import load

if TYPE_CHECKING:
    from dockmagic.registry import Command

README = Path(__file__).resolve().parent.parent / "README.md"
BEGIN = "<!-- made by make readme -->\n"
END = "<!-- end of what make readme made -->"
MOST = 4  # columns that are named; the reference has all


def table() -> str:
    """The commands, a table for each group of %dhelp: docker's command, the magic, the frame."""
    return "\n".join([*(_group(title, names) for title, names in GROUPS.items()), _absent()])


def _group(title: str, names: tuple[str, ...]) -> str:
    lines = [
        f"**{title}**",
        "",
        "| docker | dockmagic | what it does | frame |",
        "|---|---|---|---|",
        *map(_row, names),
    ]
    return "\n".join([*lines, ""])


def _absent() -> str:
    words = ", ".join(f"`{word}`" for word in ABSENT)
    return f"What docker has besides is not here (`%dcp` and so on say what there is instead): {words}.\n"


def _row(name: str) -> str:
    command = load(name)
    docker = "" if name in OURS else _code(f"docker {name}")
    return f"| {docker} | {_code(typed(command))} | {subject(command)} | {_frame(command)} |"


def _frame(command: Command) -> str:
    """The names of the first columns; nothing for what gives no frame, or none of ours."""
    names = [column.name for column in columns(command)]
    return _code(", ".join([*names[:MOST], *(["…"] if len(names) > MOST else [])])) if names else ""


def _code(text: str) -> str:
    """Text as code in a table, where a bar ends the cell."""
    return "`" + text.replace("|", "\\|") + "`"


def renewed(text: str) -> str:
    """README with the table as it is now. Raises ValueError where the two comments that it stands between are not."""
    before, begun, rest = text.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not begun or not ended:
        raise ValueError(f"README has no {BEGIN.strip()} or no {END}")
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    README.write_text(renewed(README.read_text(encoding="utf-8")), encoding="utf-8")
