from __future__ import annotations

import pytest

from dockmagic.builder.dockerignore import Ignore, read_patterns
from dockmagic.errors import UsageError


@pytest.mark.parametrize(
    ("text", "patterns"),
    [
        ("", []),
        ("a\n\n  \nb", ["a", "b"]),
        ("a\r\nb\r\n", ["a", "b"]),
        ("# a comment\na", ["a"]),
        (" # no comment", ["# no comment"]),
        ("a # no comment", ["a # no comment"]),
        ("\ufeff# a comment\na", ["a"]),
        ("\ufeffa\n\ufeffb", ["a", "\ufeffb"]),
        ("  a b\t\n\u3000c\x85", ["a b", "c"]),
        ("/a/b", ["a/b"]),
        ("//a", ["a"]),
        ("a/", ["a"]),
        ("!a/", ["!a"]),
        ("! /a", ["!a"]),
        ("a/./b//c/../d", ["a/b/d"]),
        ("./a", ["a"]),
        ("../a", ["../a"]),
        (".\n/\n..", [".", "/", ".."]),
        ("!.", ["!."]),
        ("a\x0bb\x1cc\x1c", ["a\x0bb\x1cc\x1c"]),
    ],
)
def test_lines_become_patterns_as_docker_reads_them(text: str, patterns: list[str]) -> None:
    """Comments, blanks, the mark at a file's beginning, and paths that mean the same."""
    assert read_patterns(text) == patterns


@pytest.mark.parametrize(
    "pattern", ["[", "a[b", "[]a]", "[a-]", "[-a]", "a\\", "[z-a]", "\\q*", "[[:foo:]]", "!", "!/"]
)
def test_a_pattern_that_docker_refuses_is_named_with_its_line(pattern: str) -> None:
    """Whatever else is in the file."""
    with pytest.raises(UsageError, match=r"^web\.dockerignore, line 3: .+\n  .+"):
        read_patterns(f"# first\na\n{pattern}\nb", name="web.dockerignore")
    with pytest.raises(UsageError):
        Ignore(["a", pattern])


@pytest.mark.parametrize(
    ("pattern", "excluded", "left"),
    [
        ("a", ["a", "a/b", "a/b/c"], ["b", "b/a", "aa", "A"]),
        ("a/b", ["a/b", "a/b/c"], ["a", "b", "a/bb", "c/a/b"]),
        ("*", ["a", ".a", "a/b"], []),
        ("*.txt", ["a.txt", ".txt"], ["a.txt2", "atxt", "a/b.txt"]),
        ("*/b", ["a/b", "a/b/c"], ["b", "a/c/b"]),
        ("a?", ["ab", "a."], ["a", "abc", "x/ab"]),
        ("?", ["é", "a"], ["ab"]),
        ("**", ["a", "a/b", ".a"], []),
        ("**/a", ["a", "b/a", "b/c/a", "b/a/c"], ["ba", "ab"]),
        ("**a", ["a", "ba", "b/ba"], ["ab"]),
        ("a/**", ["a/b", "a/b/c"], ["a", "ab/c"]),
        ("a/**/b", ["a/b", "a/c/b", "a/c/d/b"], ["a", "a/c", "a/cb"]),
        ("**/*.py", ["a.py", "a/b.py"], ["a.pyc"]),
        ("[a-c]", ["a", "b", "c"], ["d", "-"]),
        ("[^a-c]", ["d", "é"], ["a", "dd"]),
        ("[!a]", ["!", "a"], ["b"]),
        ("[a\\]]", ["]", "a"], ["\\"]),
        ("[[:digit:]]", ["1"], ["d", "a"]),
        ("\\*", ["*"], ["a", "\\*"]),
        ("\\[a\\]", ["[a]"], ["a"]),
        ("a.b", ["a.b"], ["aab"]),
        ("a.*", ["a.b"], ["aab"]),
        ("(a)+$", ["(a)+$"], ["a"]),
        ("(a)+$*", ["(a)+$b"], ["a", "aab"]),
        ("a|b*", ["a|b", "b", "ab", "axx"], ["c"]),
        ("x{2}*", ["xx", "xxa"], ["x{2}", "x"]),
        ("{a}*", ["{a}b"], ["ab"]),
        ("é*", ["é", "éa"], ["e"]),
        ("/", [], ["a"]),
        (".", [], ["a", ".a"]),
        ("../a", [], ["a"]),
    ],
)
def test_a_pattern_excludes_a_path_and_all_below_it(pattern: str, excluded: list[str], left: list[str]) -> None:
    """Go's filepath.Match with ** for any number of directories, and the oddities of docker's way to get there."""
    ignore = Ignore([pattern])
    assert [path for path in excluded + left if ignore.excludes(path)] == excluded


@pytest.mark.parametrize(
    ("patterns", "path", "excluded"),
    [
        (["*", "!a"], "a", False),
        (["!a", "*"], "a", True),
        (["*", "!a", "a"], "a", True),
        (["a", "!a/b"], "a/b", False),
        (["a", "!a/b"], "a/c", True),
        (["a", "!a/b"], "a/b/c", False),
        (["*", "!**/*.md", "a/b.md"], "a/b.md", True),
        (["*", "!**/*.md", "a/b.md"], "a/c.md", False),
        (["!a"], "a", False),
        (["a", "!!a"], "a", True),
        (["a*", "!\\!a"], "a", True),
    ],
)
def test_the_last_pattern_that_matches_decides(patterns: list[str], path: str, *, excluded: bool) -> None:
    """An exception takes back in what stands above it."""
    assert Ignore(patterns).excludes(path) is excluded


@pytest.mark.parametrize("path", ["a", "b/c", "é/ü.md"])
def test_no_patterns_exclude_nothing(path: str) -> None:
    """Nor do blanks."""
    assert not Ignore([]).excludes(path)
    assert not Ignore(["", " "]).excludes(path)


@pytest.mark.parametrize(
    ("exception", "looked_into", "passed_over"),
    [
        ("!a/b/c", ["a", "a/b"], ["b", "a/b/c", "ab", "a/c"]),
        ("!a/*/c", ["a", "a/b", "a/b/c"], ["b", "ab"]),
        ("!a/**", ["a", "a/b"], ["b"]),
        ("!**/c", ["a", "a/b"], []),
        ("!*.md", ["a", "a/b"], []),
        ("!a\\[1]/b", ["a[1]"], ["b"]),
    ],
)
def test_an_excluded_directory_is_looked_into_if_an_exception_may_match_below(
    exception: str, looked_into: list[str], passed_over: list[str]
) -> None:
    """As BuildKit's client does: by what a matching path has to begin with."""
    ignore = Ignore(["**", exception])
    assert [path for path in looked_into + passed_over if ignore.may_include_below(path)] == looked_into


def test_the_classic_client_looks_for_exceptions_by_their_text() -> None:
    """A wildcard is then no way into an excluded directory."""
    ignore = Ignore(["*", "!a/b", "!**/c", "!d*/e"], wildcard_exceptions=False)
    assert [path for path in ("a", "b", "c", "d", "d*") if ignore.may_include_below(path)] == ["a", "d*"]


def test_a_directory_is_said_to_hold_excluded_files_if_a_pattern_may_match_below() -> None:
    """For those who walk by patterns of what is wanted."""
    ignore = Ignore(["a/b", "!c/d"])
    assert [path for path in ("a", "b", "c") if ignore.may_exclude_below(path)] == ["a"]


@pytest.mark.parametrize("wildcard_exceptions", [True, False])
def test_what_is_to_be_kept_is_kept_whatever_the_patterns_say(*, wildcard_exceptions: bool) -> None:
    """And the directories on the way to it are looked into, though they are excluded."""
    ignore = Ignore(["**"], keep=["a[1]/Dockerfile"], wildcard_exceptions=wildcard_exceptions)
    excluded, known = ignore.enter("a[1]", ignore.start)
    assert excluded
    assert ignore.may_include_below("a[1]")
    assert not ignore.excludes_in("a[1]/Dockerfile", known)
    assert not ignore.excludes("a[1]/Dockerfile")
    assert ignore.excludes_in("a[1]/b", known)
