"""/exec: commands in containers that run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.demo import body_types
from dockmagic.demo.call import Hijack, Reply
from dockmagic.demo.execs import create_exec, exec_json, find_exec, start_exec
from dockmagic.demo.inbox import Inbox
from dockmagic.demo.logs import Line, Wanted
from dockmagic.demo.routes_streams import relay
from dockmagic.demo.routing import route

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable

    from dockmagic.demo.call import Call

__all__ = ["created", "inspected", "resized", "started"]


@route("POST", "/containers/{name}/exec")
def created(call: Call) -> Reply:
    """Make an exec."""
    made = create_exec(call.world, call.world.containers.find(call.name), call.json(body_types.EXEC))
    return Reply(201, {"Id": made.id})


@route("GET", "/exec/{name}/json")
def inspected(call: Call) -> dict[str, Any]:
    """How far an exec is."""
    return exec_json(find_exec(call.world, call.name))


@route("POST", "/exec/{name}/resize")
def resized(call: Call) -> Reply:
    """The size of its terminal, which nothing here has."""
    find_exec(call.world, call.name)
    return Reply(200)


@route("POST", "/exec/{name}/start")
def started(call: Call) -> Hijack | Reply:
    """Play an exec: its output over the connection, or nothing where it is detached."""
    known, body = find_exec(call.world, call.name), call.json()
    if body.get("Detach"):
        start_exec(call.world, known)
        return Reply(200)
    wanted = Wanted(
        stdout=bool(known.config.get("AttachStdout")), stderr=bool(known.config.get("AttachStderr")), tty=known.tty
    )
    inbox = Inbox[Line]()
    inbox.listen(known.log.listeners)
    inbox.end_with(known.ends)
    start_exec(call.world, known)
    machine = known.machine

    def typed(data: bytes) -> None:
        if machine is not None:
            machine.typed.add(data)

    async def talk(reader: asyncio.StreamReader, send: Callable[[bytes], Awaitable[None]]) -> None:
        with inbox:
            await relay(inbox, wanted, reader, send, typed=typed)

    return Hijack(talk, call.stream_type(tty=known.tty))
