"""Random directories and random patterns, made of few names so that they often meet."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from hypothesis import strategies as st

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("a", "b", "ab", ".a", "a.b", "b c", "é", "[a]", "x{2}", "(b)", "A")
LONG = "long" * 40
BYTES = os.fsdecode(b"\xff\xfe")
_TIME = 1_600_000_000


class File(NamedTuple):
    """A regular file to make."""

    content: bytes
    mode: int
    nanoseconds: int  # of its time, behind the second


class Link(NamedTuple):
    """A symbolic link to make."""

    target: str


class Again(NamedTuple):
    """Another name of the first regular file that there is; an empty file if there is none."""


Node: TypeAlias = "File | Link | Again | dict[str, Node]"
Tree: TypeAlias = dict[str, Node]


def trees() -> st.SearchStrategy[Tree]:
    """What is in a directory: files, links, second names and directories."""
    names = st.sampled_from([*NAMES, LONG, BYTES])
    files = st.builds(
        File,
        st.sampled_from([b"", b"x", b"y" * 511, b"z" * 1024]),
        st.sampled_from([0o644, 0o600, 0o755, 0o4755, 0o2750, 0o1777, 0o000]),
        st.integers(0, 999_999_999),
    )
    links = st.builds(Link, st.sampled_from(["a", "../b", "/é", LONG, BYTES, "nowhere"]))
    leaves: st.SearchStrategy[Node] = st.one_of(files, files, links, st.builds(Again))
    nodes = st.recursive(leaves, lambda below: st.dictionaries(names, below, max_size=4), max_leaves=12)
    return st.dictionaries(names, nodes, min_size=1, max_size=5)


def plant(tree: Tree, directory: Path) -> None:
    """Make `tree` below `directory`, which exists."""
    seen: list[Path] = []
    _plant(tree, directory, seen)


def _plant(tree: Tree, directory: Path, seen: list[Path]) -> None:
    for name, node in tree.items():
        path = directory / name
        if isinstance(node, dict):
            path.mkdir()
            _plant(node, path, seen)
        elif isinstance(node, Link):
            path.symlink_to(node.target)
        elif isinstance(node, Again) and seen:
            path.hardlink_to(seen[0])
            continue  # its time is the file's
        else:
            path.write_bytes(node.content if isinstance(node, File) else b"")
            path.chmod(node.mode if isinstance(node, File) else 0o644)
            seen.append(path)
        nanoseconds = node.nanoseconds if isinstance(node, File) else 0
        os.utime(path, ns=(_TIME * 10**9, _TIME * 10**9 + nanoseconds), follow_symlinks=False)


def patterns(*, exceptions: bool = True) -> st.SearchStrategy[list[str]]:
    """Lines of a .dockerignore, all of them valid; without `exceptions` such as docker 20.10 reads them too."""
    parts = ["*", "**", "?", "a*", "*b", "a?", "[ab]", "[^a]", "[a-c]*", "\\[a\\]", "\\a", ".", "..", "[!b]", "", "a**"]
    strange = ["[a]", "x{2}", "(b)", "x{2}*", "a|b*", "(b)*", "[[:alpha:]]", "**b", "***", "^a*", "[*]", "{", "a+", "$"]
    plain = [name for name in NAMES if name.isalnum() or "." in name or " " in name]
    names = st.sampled_from([*plain, *parts, *(strange if exceptions else ())])
    paths = st.lists(names, min_size=1, max_size=3).map("/".join)
    around = st.sampled_from(
        ["{}", "{}", "{}", "/{}", "{}/", "  {} ", "#{}", "./{}", *(["!{}", "!{}", "! /{}"] * exceptions)]
    )
    lines = st.builds(lambda form, path: form.replace("{}", path), around, paths)
    return st.lists(lines, max_size=6)
