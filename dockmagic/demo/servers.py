"""Servers: scripts that run on and write what such a server writes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from dockmagic.demo.identities import number_of
from dockmagic.demo.steps import FOREVER, STDERR, Wait, Write

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dockmagic.demo.steps import Machine, Steps

__all__ = ["Server", "find"]

_PATHS = ("/", "/", "/index.html", "/api/items", "/api/items/7", "/health", "/static/app.js", "/favicon.ico")


class Server(NamedTuple):
    """What a server plays, how it ends when it is told to (its exit code), and whether it keeps data."""

    play: Callable[[Machine], Steps]
    on_term: int | None = 0
    keeps: bool = True


def find(argv: Sequence[str]) -> Server | None:
    """The server that a command line starts, or None. Asked for its version it tells that."""
    name = argv[0]
    if name in _VERSIONS and {"-v", "-V", "--version"} & set(argv[1:2]):
        return Server(lambda _: _says(_VERSIONS[name]), on_term=None, keeps=False)
    if name.startswith("python") and "http.server" in argv:
        return Server(_python, on_term=None)
    if name == "httpd" and "-f" in argv:  # busybox's, which writes nothing
        return Server(_silent, on_term=None)
    return _SERVERS.get(name)


def _pause(machine: Machine, count: int) -> float:
    """Seconds until the next line: not regular, and always the same for the same container."""
    return 1.5 + number_of(machine.seed, "pause", count, below=45) / 10


def _request(machine: Machine, count: int) -> tuple[str, str, int, int]:
    """Address, path, status and size of a visitor's request."""
    path = _PATHS[number_of(machine.seed, "path", count, below=len(_PATHS))]
    status = 404 if path == "/favicon.ico" else 200
    size = 153 if status != 200 else 615 + number_of(machine.seed, "size", count, below=4000)  # noqa: PLR2004 - HTTP's
    return f"172.17.0.{1 + number_of(machine.seed, 'who', count, below=9)}", path, status, size


def _nginx(machine: Machine) -> Steps:
    started = _at(machine).strftime("%Y/%m/%d %H:%M:%S")
    yield Write("/docker-entrypoint.sh: Configuration complete; ready for start up\n")
    for line in ('using the "epoll" event method', "nginx/1.27.2", "start worker processes", "start worker process 29"):
        yield Write(f"{started} [notice] 1#1: {line}\n", STDERR)
    count = 0
    while True:
        yield Wait(_pause(machine, count))
        address, path, status, size = _request(machine, count)
        stamp = f"{_at(machine):%d/%b/%Y:%H:%M:%S +0000}"
        yield Write(f'{address} - - [{stamp}] "GET {path} HTTP/1.1" {status} {size} "-" "Mozilla/5.0" "-"\n')
        if status != 200:  # noqa: PLR2004 - HTTP's
            error = f'open() "/usr/share/nginx/html{path}" failed (2: No such file or directory)'
            yield Write(f"{_at(machine):%Y/%m/%d %H:%M:%S} [error] 29#29: *{count} {error}\n", STDERR)
        count += 1


def _apache(machine: Machine) -> Steps:
    yield Write("AH00558: httpd: Could not reliably determine the server's fully qualified domain name\n", STDERR)
    count = 0
    while True:
        yield Wait(_pause(machine, count))
        address, path, status, size = _request(machine, count)
        yield Write(f'{address} - - [{_at(machine):%d/%b/%Y:%H:%M:%S +0000}] "GET {path} HTTP/1.1" {status} {size}\n')
        count += 1


def _python(machine: Machine) -> Steps:
    count = 0
    while True:
        yield Wait(_pause(machine, count))
        address, path, status, _ = _request(machine, count)
        stamp = f"{_at(machine):%d/%b/%Y %H:%M:%S}"
        yield Write(f'{address} - - [{stamp}] "GET {path} HTTP/1.1" {status} -\n', STDERR)
        count += 1


def _postgres(machine: Machine) -> Steps:
    if not {"POSTGRES_PASSWORD", "POSTGRES_HOST_AUTH_METHOD"} & machine.env.keys():
        yield Write("Error: Database is uninitialized and superuser password is not specified.\n", STDERR)
        yield Write("       You must specify POSTGRES_PASSWORD to a non-empty value for the superuser.\n", STDERR)
        return 1
    yield Write("PostgreSQL init process complete; ready for start up.\n")
    yield Wait(0.4)
    for line in (
        "starting PostgreSQL 17.2 (Debian 17.2-1.pgdg120+1) on x86_64-pc-linux-gnu, 64-bit",
        'listening on IPv4 address "0.0.0.0", port 5432',
        "database system is ready to accept connections",
    ):
        yield Write(f"{_at(machine):%Y-%m-%d %H:%M:%S.000 UTC} [1] LOG:  {line}\n", STDERR)
    count = 0
    while True:
        yield Wait(20 + _pause(machine, count))
        written = 3 + number_of(machine.seed, "wal", count, below=60)
        line = f"checkpoint complete: wrote {written} buffers (0.0%); sync=0.004 s, total=0.{written:03d} s"
        yield Write(f"{_at(machine):%Y-%m-%d %H:%M:%S.000 UTC} [27] LOG:  {line}\n", STDERR)
        count += 1


def _redis(machine: Machine) -> Steps:
    started = f"{_at(machine):%d %b %Y %H:%M:%S.000}"
    for line in ("oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo", "Redis version=7.4.1, bits=64", "Server initialized"):
        yield Write(f"1:M {started} * {line}\n")
    yield Write(f"1:M {started} * Ready to accept connections tcp\n")
    count = 0
    while True:
        yield Wait(30 + _pause(machine, count))
        yield Write(f"1:M {_at(machine):%d %b %Y %H:%M:%S.000} * 100 changes in 300 seconds. Saving...\n")
        count += 1


def _says(text: str) -> Steps:
    yield Write(f"{text}\n")
    return 0


def _silent(_: Machine) -> Steps:
    while True:
        yield Wait(FOREVER)


def _at(machine: Machine) -> datetime:
    return datetime.fromtimestamp(machine.now // 1_000_000_000, UTC)


_VERSIONS = {
    "nginx": "nginx version: nginx/1.27.2",
    "postgres": "postgres (PostgreSQL) 17.2 (Debian 17.2-1.pgdg120+1)",
    "psql": "psql (PostgreSQL) 17.2 (Debian 17.2-1.pgdg120+1)",
    "python": "Python 3.13.1",
    "python3": "Python 3.13.1",
    "redis-cli": "redis-cli 7.4.1",
    "redis-server": "Redis server v=7.4.1 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64",
}
_SERVERS = {
    "nginx": Server(_nginx),
    "httpd-foreground": Server(_apache),
    "postgres": Server(_postgres),
    "redis-server": Server(_redis),
    "memcached": Server(_silent),
    "mongod": Server(_silent),
    "mysqld": Server(_silent),
    "registry": Server(_silent, on_term=2),
}
