"""What is in a directory and everything below it, in docker's order, without what is ignored."""

from __future__ import annotations

import os
import stat
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from dockmagic.builder.dockerignore import Ignore
from dockmagic.errors import UsageError
from dockmagic.text import shown_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockmagic.builder.dockerignore import Matched

__all__ = ["Entry", "check", "walk"]

_NAME = attrgetter("name")
_READABLE_BY_ALL = 0o444
_EFFECTIVE = os.access in os.supports_effective_ids
_KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


class Entry(NamedTuple):
    """A file, directory or symbolic link, as it was when the walk came by."""

    path: str  # below the root, with slashes; bytes that are no UTF-8 as os.fsdecode gives them
    mode: int  # kind and permissions, as of stat
    size: int  # bytes of a regular file, else 0
    modified: int  # nanoseconds since 1970
    inode: tuple[int, int] | None  # device and number of what has several names and is no directory, else None


class _Known(NamedTuple):
    """What is known of a directory that is being walked."""

    ignored: Matched
    included: Matched


class _Choice(NamedTuple):
    """Which entries are wanted."""

    ignore: Ignore
    include: Ignore | None

    def file(self, path: str, above: _Known) -> bool:
        """Whether the file `path` is wanted, in a directory of which `above` is known."""
        if self.ignore.excludes_in(path, above.ignored):
            return False
        return self.include is None or self.include.excludes_in(path, above.included)

    def directory(self, path: str, above: _Known) -> tuple[bool, _Known | None]:
        """Whether the directory `path` is wanted, and what is known of it, None if nothing below it is wanted."""
        excluded, ignored = self.ignore.enter(path, above.ignored)
        if excluded and not self.ignore.may_include_below(path):
            return False, None
        if self.include is None:
            return not excluded, _Known(ignored, ())
        wanted, included = self.include.enter(path, above.included)
        if not wanted and not self.include.may_exclude_below(path):
            return False, None
        return wanted and not excluded, _Known(ignored, included)


def walk(
    root: str, *, ignore: Ignore | None = None, include: Ignore | None = None, parents: bool = False
) -> Iterator[Entry]:
    """Each entry below the directory `root`: a directory before what is in it, names in the order of their bytes.

    `ignore` leaves out what it excludes. Where `include` is given, only what its patterns match is left: written as an
    Ignore, it "excludes" what is wanted. A directory that is left out is looked into only if something below it may be
    wanted; with `parents` it is itself given, before the first of that.

    Raises UsageError for what cannot be read, and names it.
    """
    choice = _Choice(ignore or Ignore(()), include)
    known = _Known(choice.ignore.start, include.start if include else ())
    stack = [("", _listed(root, ""), known)]
    pending: list[Entry] = []  # directories left out, on the way to where the walk is
    while stack:
        prefix, entries, above = stack[-1]
        for entry in entries:
            path = prefix + entry.name
            if not entry.is_dir(follow_symlinks=False):
                if choice.file(path, above):
                    yield from pending
                    pending.clear()
                    yield _entry(path, entry)
                continue
            wanted, below = choice.directory(path, above)
            if wanted:
                yield from pending
                pending.clear()
                yield _entry(path, entry)
            elif parents and below:
                pending.append(_entry(path, entry))
            if below:
                stack.append((path + "/", _listed(root, path, left_out=not wanted), below))
                break
        else:
            stack.pop()
            if pending and pending[-1].path + "/" == prefix:
                pending.pop()


def check(root: str, entry: Entry) -> None:
    """Raise UsageError for what cannot be sent to a builder: devices, sockets, pipes, and files that cannot be read.

    Docker's own client leaves sockets out and sends the others, of which no image can be made that anybody wants.
    """
    kind = stat.S_IFMT(entry.mode)
    if kind in _KINDS:
        raise _refused(entry.path, f"is {_KINDS[kind]}, which cannot be sent to a builder")
    if kind != stat.S_IFREG or entry.mode & _READABLE_BY_ALL == _READABLE_BY_ALL:
        return  # nobody need be asked about what everybody may read
    if not os.access(os.path.join(root, entry.path), os.R_OK, effective_ids=_EFFECTIVE):  # noqa: PTH118 - a hot path
        raise _refused(entry.path, "cannot be read: permission denied")


def _listed(root: str, directory: str, *, left_out: bool = False) -> Iterator[os.DirEntry[str]]:
    """The entries of a directory in order. One that is left out need not be readable."""
    try:
        with os.scandir(os.path.join(root, directory)) as found:  # noqa: PTH118 - a hot path
            entries = sorted(found, key=_NAME)
    except PermissionError:
        if left_out:
            return iter(())
        raise _refused(directory or root, "cannot be listed: permission denied") from None
    except OSError as error:
        raise _refused(directory or root, f"cannot be listed: {error.strerror}") from error
    if not all(entry.name.isascii() for entry in entries):
        entries.sort(key=lambda entry: os.fsencode(entry.name))
    return iter(entries)


def _entry(path: str, entry: os.DirEntry[str]) -> Entry:
    try:
        found = entry.stat(follow_symlinks=False)
    except OSError as error:
        raise _refused(path, f"cannot be looked at: {error.strerror}") from error
    mode = found.st_mode
    several = found.st_nlink > 1 and not stat.S_ISDIR(mode)
    return Entry(
        path,
        mode,
        found.st_size if stat.S_ISREG(mode) else 0,
        found.st_mtime_ns,
        (found.st_dev, found.st_ino) if several else None,
    )


def _refused(path: str, what: str) -> UsageError:
    return UsageError(f"the build context: {shown_path(path)} {what}", hint="Take it out, or name it in .dockerignore.")
