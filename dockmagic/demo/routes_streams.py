"""What goes on: logs, stats, events, attach."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from dockmagic.demo.call import Hijack, Stream
from dockmagic.demo.clock import SECOND
from dockmagic.demo.containers import record
from dockmagic.demo.events import EVENT_FILTERS, matches, moment, window
from dockmagic.demo.inbox import Inbox
from dockmagic.demo.logs import Line, Wanted, encode
from dockmagic.demo.problems import bad_request
from dockmagic.demo.routing import route
from dockmagic.demo.stats import sample
from dockmagic.demo.steps import Typed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from typing import Any

    from dockmagic.demo.call import Call
    from dockmagic.demo.containers import Container
    from dockmagic.demo.filters import Filters
    from dockmagic.demo.world import World

__all__ = ["attach", "events", "logs", "relay", "stats"]


@route("GET", "/containers/{name}/logs")
def logs(call: Call) -> Stream:
    """`docker logs`."""
    if not (call.flag("stdout") or call.flag("stderr")):
        raise bad_request("Bad parameters: you must choose at least one stream")
    container = call.world.containers.find(call.name)
    wanted = Wanted(
        stdout=call.flag("stdout"),
        stderr=call.flag("stderr"),
        timestamps=call.flag("timestamps"),
        tty=container.tty,
        since=moment(call.text("since")) or 0,
        until=moment(call.text("until")),
    )
    tail = call.text("tail", "all")
    number = int(tail) if tail.isdigit() else None
    chunks = _lines(container, wanted, number, follow=call.flag("follow"))
    return Stream(chunks, call.stream_type(tty=container.tty))


async def _lines(container: Container, wanted: Wanted, tail: int | None, *, follow: bool) -> AsyncIterator[bytes]:
    with Inbox[Line]() as inbox:
        inbox.listen(container.log.listeners)
        inbox.end_with(container.exits, unless=lambda: container.running)
        past = b"".join(encode(line, wanted) for line in container.log.read(wanted, tail))
        if past:
            yield past
        if not follow or not container.running:
            return
        async for line in inbox:
            if wanted.has(line):
                yield encode(line, wanted)


@route("GET", "/containers/{name}/stats")
def stats(call: Call) -> Stream | dict[str, Any]:
    """`docker stats`: once (with or without the sample before), or each second."""
    container = call.world.containers.find(call.name)
    if call.flag("stream", default=True):
        return Stream(_samples(call.world, container))
    before = None if call.flag("one-shot") else max(call.world.timeline.now - SECOND, container.started)
    return sample(call.world, container, previous=before)


async def _samples(world: World, container: Container) -> AsyncIterator[bytes]:
    previous = None
    while not container.removed:
        yield json.dumps(sample(world, container, previous=previous)).encode() + b"\n"
        previous = world.timeline.now
        await asyncio.sleep(1)


@route("GET", "/events")
def events(call: Call) -> Stream:
    """`docker events`. Filters that nobody knows are passed over, as the engine does."""
    since, until = window(call.text("since"), call.text("until"))
    filters = call.filters({*EVENT_FILTERS, *_unknown(call)})
    return Stream(_messages(call.world, filters, since, until))


def _unknown(call: Call) -> set[str]:
    try:
        return set(json.loads(call.text("filters") or "{}"))
    except (ValueError, TypeError):
        return set()


async def _messages(world: World, filters: Filters, since: int | None, until: int | None) -> AsyncIterator[bytes]:
    with Inbox[dict[str, object]]() as inbox:
        inbox.listen(world.events.listeners)
        for message in world.events.between(since, until):
            if matches(message, filters):
                yield json.dumps(message).encode() + b"\n"
        if until is not None:
            if until <= world.timeline.now:
                return
            timer = world.timeline.after((until - world.timeline.now) / SECOND, inbox.end)
            timer.due = until
        async for message in inbox:
            if matches(message, filters):
                yield json.dumps(message).encode() + b"\n"


@route("POST", "/containers/{name}/attach")
def attach(call: Call) -> Hijack:
    """`docker attach`: what it writes from now on, with `logs` also what it has written."""
    container = call.world.containers.find(call.name)
    wanted = Wanted(stdout=call.flag("stdout"), stderr=call.flag("stderr"), tty=container.tty)
    record(call.world, "attach", container)
    past = call.flag("logs")
    follow = call.flag("stream")

    if call.flag("stdin") and not container.running:
        container.typed = Typed()

    def typed(data: bytes) -> None:
        """A terminal's end is somebody who looks away."""
        if call.flag("stdin") and (data or (container.config.get("StdinOnce") and not container.tty)):
            container.typed.add(data)

    async def talk(reader: asyncio.StreamReader, send: Callable[[bytes], Awaitable[None]]) -> None:
        with Inbox[Line]() as inbox:
            inbox.listen(container.log.listeners)
            inbox.end_with(container.exits)
            inbox.end_with(container.removals)
            if past:
                await send(b"".join(encode(line, wanted) for line in container.log.read(wanted)))
            if follow:
                await relay(inbox, wanted, reader, send, typed=typed)

    return Hijack(talk, call.stream_type(tty=container.tty))


async def relay(
    inbox: Inbox[Line],
    wanted: Wanted,
    reader: asyncio.StreamReader,
    send: Callable[[bytes], Awaitable[None]],
    *,
    typed: Callable[[bytes], None],
) -> None:
    """Send lines until the inbox ends; `typed` hears what the other side types, and nothing at its end."""
    drain = asyncio.ensure_future(_hear(reader, typed))
    try:
        async for line in inbox:
            if wanted.has(line):
                await send(encode(line, wanted))
    finally:
        drain.cancel()


async def _hear(reader: asyncio.StreamReader, typed: Callable[[bytes], None]) -> None:
    while data := await reader.read(65536):
        typed(data)
    typed(b"")
