"""Commands that have a script: echo, sleep, ls, ps, env and a few more."""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dockmagic.demo.paths import absolute, children
from dockmagic.demo.steps import FOREVER, STDERR, Wait, Write
from dockmagic.demo.typed import read_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dockmagic.demo.steps import Machine, Steps

__all__ = ["played"]

_FOLDERS = {
    "/": ("bin", "dev", "etc", "home", "lib", "proc", "root", "run", "sys", "tmp", "usr", "var"),
    "/etc": ("group", "hostname", "hosts", "os-release", "passwd", "resolv.conf"),
    "/root": (),
    "/tmp": (),  # noqa: S108 - a name in a pretended file system
    "/home": (),
}
_PASSWD = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"  # noqa: S105 - no secret in it
_SILENT = frozenset(("[", "chmod", "chown", "cp", "grep", "ln", "mkdir", "mv", "rm", "tee", "test", "wc"))
"""What writes nothing worth telling."""
_SIZES = {"": 1, "c": 1, "w": 2, "b": 512, "k": 1024, "K": 1024, "M": 1024**2, "G": 1024**3}
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def played(name: str, words: Sequence[str], machine: Machine) -> Steps:
    """The script of a command: nothing and exit code 0 where nobody has written one."""
    script = _COMMANDS.get(name)
    if script is None:
        machine.guessed = machine.guessed or name not in _SILENT
        yield Wait(0)
        return 0
    return (yield from script(list(words), machine))


def _echo(words: list[str], _: Machine) -> Steps:
    end = "\n"
    while words and words[0] in {"-n", "-e", "-ne", "-en"}:
        end = "" if "n" in words.pop(0) else end
    yield Write(" ".join(words) + end)
    return 0


def _printf(words: list[str], _: Machine) -> Steps:
    text = words[0] if words else ""
    for value in words[1:]:
        before, found, after = re.split(r"(%[sd])", text, maxsplit=1) if re.search("%[sd]", text) else (text, "", "")
        text = before + (value if found else "") + after
    yield Write(text.replace("\\n", "\n").replace("\\t", "\t"))
    return 0


def _sleep(words: list[str], _: Machine) -> Steps:
    seconds = 0.0
    for word in words:
        if word in {"infinity", "inf"}:
            seconds = FOREVER
            continue
        found = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)([smhd]?)", word)
        if found is None:
            yield Write(f"sleep: invalid number '{word}'\n", STDERR)
            return 1
        seconds += float(found[1]) * _UNITS.get(found[2], 1)
    yield Wait(seconds)
    return 0


def _true(_: list[str], __: Machine) -> Steps:
    yield Wait(0)
    return 0


def _false(_: list[str], __: Machine) -> Steps:
    yield Wait(0)
    return 1


def _exit(words: list[str], _: Machine) -> Steps:
    yield Wait(0)
    with contextlib.suppress(ValueError, IndexError):
        return int(words[0]) % 256
    return 0


def _ls(words: list[str], machine: Machine) -> Steps:
    paths = [word for word in words if not word.startswith("-")] or [machine.workdir]
    code = 0
    for path in paths:
        place = absolute(path, machine.workdir)
        entries = sorted({*_FOLDERS.get(place, ()), *children(machine.files, place)})
        if place in machine.files:
            yield Write(f"{path}\n")
        elif entries:
            yield Write("".join(f"{entry}\n" for entry in entries))
        elif place not in _FOLDERS:
            yield Write(f"ls: {path}: No such file or directory\n", STDERR)
            code = 1
    return code


def _cat(words: list[str], machine: Machine) -> Steps:
    files = {
        "/etc/os-release": machine.release,
        "/etc/hostname": f"{machine.hostname}\n",
        "/etc/hosts": f"127.0.0.1\tlocalhost\n172.17.0.2\t{machine.hostname}\n",
        "/etc/passwd": _PASSWD,
    }
    code = 0
    for path in words:
        if files.get(path):
            yield Write(files[path])
        elif absolute(path, machine.workdir) in machine.files:
            yield Wait(0)  # that it is there is known, and not what is in it
        else:
            yield Write(f"cat: can't open '{path}': No such file or directory\n", STDERR)
            code = 1
    if not words:
        yield Wait(0)
        while (line := (yield from read_line(machine))) is not None:
            yield Write(line)
    return code


def _touch(words: list[str], machine: Machine) -> Steps:
    machine.files |= {absolute(word, machine.workdir) for word in words if not word.startswith("-")}
    yield Wait(0)
    return 0


def _dd(words: list[str], machine: Machine) -> Steps:
    """So many bytes in a file, and busybox's three lines."""
    given = dict(word.partition("=")[::2] for word in words)
    block = re.fullmatch(r"(\d{1,9})([cwbkKMG]?)", given.get("bs", "512"))
    count = given.get("count", "1")
    if block is None or not re.fullmatch(r"\d{1,9}", count):
        yield Write("dd: invalid number\n", STDERR)
        return 1
    size = int(block[1]) * _SIZES[block[2]] * int(count)
    if given.get("of") and given["of"] != "/dev/null":
        path = absolute(given["of"], machine.workdir)
        machine.files.add(path)
        machine.written[path] = size
    yield Write(f"{int(count)}+0 records in\n{int(count)}+0 records out\n", STDERR)
    yield Write(
        f"{size} bytes ({size / 1024**2:.1f}MB) copied, 0.004 seconds, {size / 1024**2 / 0.004:.1f}MB/s\n", STDERR
    )
    return 0


def _ps(_: list[str], machine: Machine) -> Steps:
    yield Write("PID   USER     TIME  COMMAND\n")
    yield Write(f"    1 {machine.user:<8} 0:00 {machine.main}\n   29 {machine.user:<8} 0:00 ps\n")
    return 0


def _env(_: list[str], machine: Machine) -> Steps:
    yield Write("".join(f"{name}={value}\n" for name, value in machine.env.items()))
    return 0


def _id(_: list[str], machine: Machine) -> Steps:
    number = 0 if machine.user == "root" else 1000
    yield Write(f"uid={number}({machine.user}) gid={number}({machine.user}) groups={number}({machine.user})\n")
    return 0


def _seq(words: list[str], _: Machine) -> Steps:
    with contextlib.suppress(ValueError, IndexError):
        first, last = (1, int(words[0])) if len(words) == 1 else (int(words[0]), int(words[-1]))
        yield Write("".join(f"{number}\n" for number in range(first, min(last, first + 10_000) + 1)))
        return 0
    return 1


def _hello(_: list[str], __: Machine) -> Steps:
    yield Write("\nHello from Docker!\nThis message shows that your installation appears to be working correctly.\n")
    yield Write("(It is the demo engine that says so: nothing was run.)\n\n")
    return 0


def _says(text: Callable[[Machine], str]) -> Callable[[list[str], Machine], Steps]:
    def script(_: list[str], machine: Machine) -> Steps:
        yield Write(text(machine) + "\n")
        return 0

    return script


def _forever(_: list[str], __: Machine) -> Steps:
    yield Wait(FOREVER)
    return 0


def _date(machine: Machine) -> str:
    return f"{datetime.fromtimestamp(machine.now // 1_000_000_000, UTC):%a %b %e %H:%M:%S UTC %Y}"


_COMMANDS: dict[str, Callable[[list[str], Machine], Steps]] = {
    ":": _true,
    "cat": _cat,
    "date": _says(_date),
    "dd": _dd,
    "echo": _echo,
    "env": _env,
    "exit": _exit,
    "false": _false,
    "hello": _hello,
    "hostname": _says(lambda machine: machine.hostname),
    "id": _id,
    "ls": _ls,
    "printenv": _env,
    "printf": _printf,
    "ps": _ps,
    "pwd": _says(lambda machine: machine.workdir),
    "seq": _seq,
    "sleep": _sleep,
    "tail": _forever,
    "top": _forever,
    "touch": _touch,
    "true": _true,
    "uname": _says(lambda _: "Linux"),
    "whoami": _says(lambda machine: machine.user),
    "yes": _forever,
}
