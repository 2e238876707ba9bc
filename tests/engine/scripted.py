"""A scripted peer: a server on a real socket whose every byte is the test's choice."""

from __future__ import annotations

import contextlib
import shutil
import socket
import ssl
import struct
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import httpx

from dockmagic.engine.contexts import TLS
from dockmagic.engine.dial import Dialer
from dockmagic.engine.endpoint import Endpoint
from dockmagic.engine.transport import EngineTransport

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind: TypeAlias = Literal["unix", "tcp", "tls"]
Script: TypeAlias = Callable[["Peer"], None]

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
PATIENCE = 20.0
"""Seconds after which something that must happen has not happened."""
PROMPT = 5.0
"""Seconds within which happens what happens at once, however busy the machine is; benchmarks/ tell how long."""


class Gone(Exception):
    """The client closed the connection in the middle of a request: the script ends here, and that is no failure."""


@dataclass(frozen=True)
class Request:
    """What a client sent."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


class Peer:
    """The server's end of one connection."""

    def __init__(self, sock: socket.socket, number: int) -> None:
        self.sock = sock
        self.number = number
        self._rest = b""

    def read(self, size: int = 65536) -> bytes:
        """Some bytes, b"" at the end, however the client ended it."""
        data, self._rest = self._rest, b""
        with contextlib.suppress(OSError):
            return data or self.sock.recv(size)
        return b""

    def head(self) -> bytes:
        """A request up to the blank line behind its headers."""
        return self._until(b"\r\n\r\n")

    def request(self) -> Request:
        """One request with its whole body."""
        first, *lines = self.head().decode("latin-1").split("\r\n")[:-2]
        method, target, _ = first.split(" ")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        chunked = headers.get("transfer-encoding") == "chunked"
        body = b"".join(self._chunks()) if chunked else self.exactly(int(headers.get("content-length", "0")))
        return Request(method, target, headers, body)

    def exactly(self, size: int) -> bytes:
        """`size` bytes."""
        data = b""
        while len(data) < size:
            if not (more := self.read()):
                raise Gone
            data += more
        self._rest = data[size:] + self._rest
        return data[:size]

    def until_end(self) -> bytes:
        """Everything until the client ends the connection."""
        return b"".join(iter(self.read, b""))

    def send(self, data: bytes, *, piecewise: bool = False) -> None:
        """Send all of `data`; `piecewise` each byte for itself."""
        for piece in (data[i : i + 1] for i in range(len(data))) if piecewise else [data]:
            self.sock.sendall(piece)

    def answer(self, *replies: bytes) -> None:
        """Read a request and send a reply, once for each of `replies`."""
        for reply in replies:
            self.request()
            self.send(reply)

    def cut(self) -> None:
        """Close without a word; over TLS that is an end without close_notify."""
        if isinstance(self.sock, ssl.SSLSocket):
            self.sock = plain(self.sock)
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()

    def reset(self) -> None:
        """Close so that the client sees a reset (TCP)."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def close(self) -> None:
        """Close as a well-behaved server does, over TLS with close_notify."""
        if isinstance(self.sock, ssl.SSLSocket):
            with contextlib.suppress(OSError, ValueError):
                self.sock.settimeout(0)
                self.sock.unwrap()
        self.cut()

    def _until(self, mark: bytes) -> bytes:
        data = b""
        while mark not in data:
            if not (more := self.read()):
                raise Gone
            data += more
        found, mark, rest = data.partition(mark)
        self._rest = rest + self._rest
        return found + mark

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self._until(b"\r\n"), 16):
            yield self.exactly(size)
            self.exactly(2)
        self.exactly(2)


def plain(sock: ssl.SSLSocket) -> socket.socket:
    """The socket below a TLS one."""
    return socket.socket(fileno=sock.detach())


class Server:
    """Accepts connections and runs a script for each: the first for the first one, the last for all that follow."""

    def __init__(
        self, scripts: tuple[Script, ...], *, kind: Kind, tls: Path | None, context: ssl.SSLContext | None, backlog: int
    ) -> None:
        self.kind = kind
        self.tls = tls
        self.peers: list[Peer] = []
        self.failures: list[BaseException] = []
        self._scripts = scripts
        self._context = context or (server_context(tls) if kind == "tls" and tls else None)
        self._threads: list[threading.Thread] = []
        self._directory = Path(tempfile.mkdtemp(dir="/tmp", prefix="dm-"))  # short: a unix path has 107 bytes
        self.path = str(self._directory / "s")
        self._listener = self._listen(backlog)

    def _listen(self, backlog: int) -> socket.socket:
        listener = socket.socket(socket.AF_UNIX if self.kind == "unix" else socket.AF_INET)
        listener.bind(self.path if self.kind == "unix" else ("127.0.0.1", 0))
        listener.listen(backlog)
        return listener

    @property
    def port(self) -> int:
        """The TCP port that it listens on."""
        number: int = self._listener.getsockname()[1]
        return number

    @property
    def connections(self) -> int:
        """How many were accepted so far."""
        return len(self.peers)

    def start(self) -> None:
        """Begin to accept."""
        self._start(self._accept)

    def _start(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, name="scripted", daemon=True)
        thread.start()
        self._threads.append(thread)

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            if self.kind != "unix":
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            peer = Peer(sock, len(self.peers))
            self.peers.append(peer)
            self._start(self._serve, peer)

    def _serve(self, peer: Peer) -> None:
        try:
            if self._context is not None:
                peer.sock = self._context.wrap_socket(peer.sock, server_side=True, suppress_ragged_eofs=False)
            self._scripts[min(peer.number, len(self._scripts) - 1)](peer)
        except (OSError, Gone):
            pass  # the client went away
        except BaseException as error:  # noqa: BLE001 - raised where the test can see it
            self.failures.append(error)
        finally:
            peer.close()

    def close(self) -> None:
        """End everything, and raise what a script raised."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._threads[0].join(PATIENCE)  # before the peers: it may just be accepting one more
        self._listener.close()
        for peer in self.peers:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(peer.sock, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(PATIENCE)
        shutil.rmtree(self._directory)
        if self.failures:
            raise self.failures[0]


def server_context(tls: Path, *, version: ssl.TLSVersion | None = None, tickets: int = 2) -> ssl.SSLContext:
    """A TLS server as an engine is one: it demands a client certificate of its own authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls / "server-cert.pem", tls / "server-key.pem")
    context.load_verify_locations(tls / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    context.num_tickets = tickets
    if version is not None:
        context.minimum_version = context.maximum_version = version
    return context


@contextlib.contextmanager
def serving(
    *scripts: Script,
    kind: Kind = "unix",
    tls: Path | None = None,
    context: ssl.SSLContext | None = None,
    backlog: int = 128,
) -> Iterator[Server]:
    """A running server. `tls` is a directory as DOCKER_CERT_PATH, used by kind "tls"."""
    server = Server(scripts, kind=kind, tls=tls, context=context, backlog=backlog)
    server.start()
    try:
        yield server
    finally:
        server.close()


def answering(*replies: bytes) -> Script:
    """A script that answers as many requests as there are replies, and then leaves the connection open."""

    def script(peer: Peer) -> None:
        peer.answer(*replies)
        peer.until_end()

    return script


def always(reply: bytes = OK) -> Script:
    """A script that gives each request the same reply."""

    def script(peer: Peer) -> None:
        while True:
            peer.answer(reply)

    return script


def tls_of(directory: Path) -> TLS:
    """What a client needs of `directory`."""
    return TLS(ca=directory / "ca.pem", cert=directory / "cert.pem", key=directory / "key.pem")


def unix_endpoint(path: str) -> Endpoint:
    """The endpoint of a unix socket."""
    return Endpoint(host=f"unix://{path}", scheme="unix", path=path, source="a test says so")


def tcp_endpoint(port: int, *, tls: TLS | None = None, hostname: str = "127.0.0.1") -> Endpoint:
    """The endpoint of a TCP port of this machine."""
    host = f"tcp://{hostname}:{port}"
    return Endpoint(host=host, scheme="tcp", hostname=hostname, port=port, tls=tls, source="a test says so")


def endpoint_of(server: Server) -> Endpoint:
    """Where `server` is, with the certificates that it wants."""
    if server.kind == "unix":
        return unix_endpoint(server.path)
    return tcp_endpoint(server.port, tls=tls_of(server.tls) if server.kind == "tls" and server.tls else None)


def client_of(where: Server | Endpoint, **options: Any) -> httpx.Client:
    """An httpx client over our transport."""
    endpoint = endpoint_of(where) if isinstance(where, Server) else where
    options = {"timeout": PATIENCE, **options}
    return httpx.Client(transport=EngineTransport(Dialer(endpoint)), base_url="http://docker", **options)


def typical_seconds(server: Server) -> float:
    """How long a request takes here and now, connecting included: random moments are chosen by it."""
    start = time.monotonic()
    for _ in range(10):
        with client_of(server) as client:
            client.get("/")
    return (time.monotonic() - start) / 10


def open_files() -> set[str]:
    """The file descriptors of this process, by number and what they are."""
    found = set()
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            found.add(f"{entry.name} {entry.readlink()}")
    return found


def eventually(condition: Callable[[], bool]) -> bool:
    """Whether `condition` becomes true; for what another process or the kernel does in its own time."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.002)
    return True
