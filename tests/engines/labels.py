"""Removes what a test has made, known by the label that the test gave it."""

import json
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote, urlencode

from tests.engines.http import Reply, request

_GONE = {HTTPStatus.OK, HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND}


def remove_labelled(socket_path: str | Path, mark: str) -> None:
    """Remove the containers, networks, volumes and images that carry the label `mark` ("key=value").

    Raises:
        RuntimeError: the engine refused to remove one of them.
    """
    query = urlencode({"filters": json.dumps({"label": [mark]}), "all": "1"})
    for kind, listed, key, options in (
        ("containers", "containers/json", "Id", "?force=1&v=1"),
        ("networks", "networks", "Id", ""),
        ("volumes", "volumes", "Name", "?force=1"),
        ("images", "images/json", "Id", "?force=1"),
    ):
        found = request(socket_path, "GET", f"/{listed}?{query}").json()
        waiting = list((found["Volumes"] or []) if kind == "volumes" else found)
        tries = len(waiting)
        while waiting:
            item = waiting.pop(0)
            reply = _remove(socket_path, f"/{kind}/{quote(item[key], safe='')}", options)
            if b"dependent child images" in reply.body and tries:  # those first
                tries -= 1
                waiting.append(item)
            elif reply.status not in _GONE:
                raise RuntimeError(f"{kind} {item[key]} was not removed: {reply.status} {reply.body!r}")


def _remove(socket_path: str | Path, path: str, options: str) -> Reply:
    reply = request(socket_path, "DELETE", path + options)
    if reply.status == HTTPStatus.CONFLICT and path.startswith("/containers/"):
        # Somebody else's removal is under way, such as that of --rm: wait for its end.
        reply = request(socket_path, "POST", f"{path}/wait?condition=removed")
    return reply
