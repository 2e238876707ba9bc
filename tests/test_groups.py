"""The groups of commands, against the commands and against docker."""

from __future__ import annotations

import subprocess

from dockmagic.groups import GROUPS, OURS
from dockmagic.help import overview, typed
from dockmagic.registry import COMMANDS, load
from tests.conftest import require
from tests.engines.programs import find, missing


def test_only_those_that_docker_has_not_are_called_ours() -> None:
    """As docker's own lists of commands say."""
    require(missing("docker"))
    families = {name.partition(" ")[0] for name in COMMANDS if " " in name}
    known = _listed() | {f"{family} {word}" for family in families for word in _listed(family)}
    assert sorted(set(COMMANDS) - known) == sorted(OURS)


def test_dhelp_has_a_line_for_each_command_under_the_title_of_its_group() -> None:
    """One reads down a group and finds what there is."""
    paragraphs = overview().split("\n\n")
    assert [paragraph.partition(":\n")[0] for paragraph in paragraphs[:-1]] == list(GROUPS)
    for paragraph, names in zip(paragraphs, GROUPS.values(), strict=False):
        for line, name in zip(paragraph.splitlines()[1:], names, strict=True):
            written = typed(load(name))
            assert line.startswith(f"  {written}   ")
            assert line.removeprefix(f"  {written}").strip()


def _listed(*family: str) -> set[str]:
    """The commands that `docker --help`, or `docker FAMILY --help`, lists."""
    text = subprocess.run([find("docker"), *family, "--help"], check=True, capture_output=True, text=True, timeout=60)
    lines = [line.split() for line in text.stdout.splitlines() if line.startswith("  ") and not line.startswith("   ")]
    return {words[0].rstrip("*") for words in lines if words[0][0] != "-"}
