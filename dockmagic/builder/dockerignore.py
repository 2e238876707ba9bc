"""The patterns of a .dockerignore file, matched as docker matches them. Pure.

Docker has two clients that read the same patterns: the classic builder's, and BuildKit's. They differ in one thing,
`Ignore(wildcard_exceptions=...)`. https://docs.docker.com/build/concepts/context/#dockerignore-files
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, TypeAlias

from dockmagic.builder.pattern import BLANKS, cleaned, parsed
from dockmagic.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from dockmagic.builder.pattern import Pattern

__all__ = ["Ignore", "Matched", "read_patterns"]

Matched: TypeAlias = tuple[bool, ...]
"""What is known of a directory when one looks at what is in it: which groups of patterns match it."""


def read_patterns(text: str, *, name: str = ".dockerignore") -> list[str]:
    """The patterns in the text of a .dockerignore file, in its order, as docker writes them for a builder.

    Comments and empty lines are gone, paths are the shortest that mean the same, and one leading slash is taken away.
    Raises UsageError for a pattern that docker refuses: it names the line, and the file by its `name`.
    """
    patterns: list[str] = []
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        stripped = line.strip(BLANKS)
        if line.startswith("#") or not stripped:
            continue
        exception = stripped.startswith("!")
        path = stripped.removeprefix("!").strip(BLANKS)
        if path:
            path = cleaned(path)
            path = path[1:] if path.startswith("/") and path != "/" else path
        pattern = "!" + path if exception else path
        try:
            parsed(pattern)
        except UsageError as error:
            raise UsageError(f"{name}, line {number}: {error.message}", hint=error.hint) from None
        patterns.append(pattern)
    return patterns


class Ignore:
    """Patterns that exclude paths, and exceptions among them that take paths back in: the last that matches decides.

    A path is given relative to the root, with slashes. What matches a directory matches all below it.

    `wildcard_exceptions` is where the two clients differ. With it, as BuildKit's, an excluded directory is looked into
    wherever an exception could match below; without, as the classic one, only where an exception's text begins with
    the directory's path: with `*` and `!**/*.md` nothing below a directory is then found.

    What is in `keep` is never excluded, whatever the patterns say.

    Raises UsageError for a pattern that docker refuses.
    """

    def __init__(
        self, patterns: Iterable[str], *, wildcard_exceptions: bool = True, keep: Collection[str] = ()
    ) -> None:
        found = [pattern for text in patterns if (pattern := parsed(text))]
        # Of neighbours of one kind it does not matter which one matches: they are compared at once.
        groups = [(exception, list(group)) for exception, group in groupby(found, key=lambda each: each.exception)]
        self._groups = [(exception, _matcher(group)) for exception, group in groups]
        self._exceptions = [pattern for pattern in found if pattern.exception]
        self._exclusions = [pattern for pattern in found if not pattern.exception]
        self._wildcard_exceptions = wildcard_exceptions
        self._keep = frozenset(keep)
        self.start: Matched = (False,) * len(groups)
        """What is known of the root: nothing matches it."""

    def excludes(self, path: str) -> bool:
        """Whether `path` is excluded, by itself or with a directory that it is in."""
        parts = path.split("/")
        paths = ["/".join(parts[:number]) for number in range(len(parts), 0, -1)]
        excluded = False
        for exception, matches in self._groups:
            if excluded == exception and any(map(matches, paths)):
                excluded = not exception
        return excluded and path not in self._keep

    def excludes_in(self, path: str, above: Matched) -> bool:
        """Whether `path` is excluded, in a directory of which `above` is known: much faster in a walk.

        This is how docker's own walks decide. A directory's match with an exception that was not asked for, because
        nothing excluded the directory, is not known below it; `excludes` would ask.
        """
        excluded = False
        for (exception, matches), known in zip(self._groups, above, strict=True):
            if known or (excluded == exception and matches(path)):
                excluded = not exception
        return excluded and path not in self._keep

    def enter(self, directory: str, above: Matched) -> tuple[bool, Matched]:
        """Whether `directory` is excluded, and what is known of it for `excludes_in` and `enter`."""
        excluded, found = False, []
        for (exception, matches), known in zip(self._groups, above, strict=True):
            match = known or (excluded == exception and bool(matches(directory)))
            if match:
                excluded = not exception
            found.append(match)
        return excluded, tuple(found)

    def may_include_below(self, directory: str) -> bool:
        """Whether it makes sense to look into `directory` though it is excluded: an exception may match below it."""
        inside = directory + "/"
        if any(path.startswith(inside) for path in self._keep):
            return True
        if self._wildcard_exceptions:
            return _may_match_below(inside, self._exceptions)
        return any((pattern.text + "/").startswith(inside) for pattern in self._exceptions)

    def may_exclude_below(self, directory: str) -> bool:
        """Whether anything below `directory`, which is not excluded, may be."""
        return _may_match_below(directory + "/", self._exclusions)


def _may_match_below(inside: str, patterns: Sequence[Pattern]) -> bool:
    return any(
        pattern.start.startswith(inside) or (pattern.kind != "exact" and inside.startswith(pattern.start))
        for pattern in patterns
    )


def _matcher(patterns: Sequence[Pattern]) -> Callable[[str], object]:
    """A function that tells whether one of `patterns` matches a path."""
    exact = {pattern.text for pattern in patterns if pattern.kind == "exact"}
    starts = tuple(pattern.text[:-2] for pattern in patterns if pattern.kind == "prefix")
    ends = tuple(pattern.text[2:] for pattern in patterns if pattern.kind == "suffix")
    exact |= {end[1:] for end in ends if end.startswith("/")}  # **/a matches a
    expressions = [pattern.expression for pattern in patterns if pattern.kind == "expression"]
    match = re.compile("|".join(f"(?:{each})" for each in expressions), re.ASCII).match if expressions else None

    def matches(path: str) -> object:
        return path in exact or path.startswith(starts) or path.endswith(ends) or (match and match(path))

    return matches
