"""The frames of dockmagic's columns and dtypes, as somebody who knows pandas writes them for another client's answers.

A list per column, its dtype given, no json_normalize: the task's check says that they equal dockmagic's.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["containers_frame", "essence_of", "frame_of_cli", "images_frame", "log_frame"]

_STATES = ["created", "running", "paused", "restarting", "removing", "exited", "dead"]
_HEALTHS = ["starting", "healthy", "unhealthy"]
_EXIT_CODE = re.compile(r"(?:Exited|Restarting) \((-?\d+)\)")
_HEALTH = re.compile(r"\((?:health: )?(starting|healthy|unhealthy)\)$")


def containers_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """The columns of `ps`, of GET /containers/json."""
    labels = [row["Labels"] or {} for row in rows]
    statuses = [row["Status"] for row in rows]
    return pd.DataFrame(
        {
            "id": pd.array([row["Id"][:12] for row in rows], dtype="str"),
            "name": pd.array([row["Names"][0].removeprefix("/") for row in rows], dtype="str"),
            "image": pd.array([row["Image"] for row in rows], dtype="str"),
            "command": pd.array([row["Command"] for row in rows], dtype="str"),
            "created": pd.to_datetime([row["Created"] for row in rows], unit="s", utc=True).as_unit("us"),
            "state": pd.Categorical([row["State"] for row in rows], categories=_STATES),
            "status": pd.array(statuses, dtype="str"),
            "health": pd.Categorical([_found(_HEALTH.search(each)) for each in statuses], categories=_HEALTHS),
            "exit_code": pd.array([_number(_EXIT_CODE.match(each)) for each in statuses], dtype="Int64"),
            "ports": [[_port(port) for port in row["Ports"]] for row in rows],
            "networks": [sorted(row["NetworkSettings"]["Networks"]) for row in rows],
            "mounts": [[mount.get("Name") or mount["Source"] for mount in row["Mounts"]] for row in rows],
            "labels": labels,
            "project": pd.array([each.get("com.docker.compose.project") for each in labels], dtype="str"),
            "service": pd.array([each.get("com.docker.compose.service") for each in labels], dtype="str"),
            "size_rw": pd.array([row.get("SizeRw") for row in rows], dtype="Int64"),
            "size_root_fs": pd.array([row.get("SizeRootFs") for row in rows], dtype="Int64"),
            "image_id": pd.array([row["ImageID"].partition(":")[2][:12] for row in rows], dtype="str"),
        }
    )


def frame_of_cli(printed: bytes) -> pd.DataFrame:
    """The same of `docker ps --no-trunc --format '{{json .}}'`, which does not tell the image's id."""
    rows = [json.loads(line) for line in printed.splitlines()]
    for row in rows:
        row["Id"], row["Names"], row["ImageID"] = row["ID"], [row["Names"]], ""
        row["Command"] = row["Command"].strip('"')
        row["Labels"] = dict(label.split("=", 1) for label in filter(None, row["Labels"].split(",")))
        row["Created"] = pd.Timestamp(row["CreatedAt"].rpartition(" ")[0]).timestamp()  # ends with the zone's name
        row["NetworkSettings"] = {"Networks": list(filter(None, row["Networks"].split(",")))}
        row["Mounts"] = [{"Source": each} for each in filter(None, row["Mounts"].split(","))]
        row["Ports"] = []
    return containers_frame(rows).drop(columns="image_id")


def images_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """The columns of `images`, of GET /images/json: one row per reference; here each image has one tag, no digest."""
    names = [(row["RepoTags"] or ["<none>:<none>"])[0].rpartition(":") for row in rows]
    return pd.DataFrame(
        {
            "repository": pd.array([name if name != "<none>" else None for name, _, _ in names], dtype="str"),
            "tag": pd.array([tag if tag != "<none>" else None for _, _, tag in names], dtype="str"),
            "id": pd.array([row["Id"].partition(":")[2][:12] for row in rows], dtype="str"),
            "created": pd.to_datetime([row["Created"] for row in rows], unit="s", utc=True).as_unit("us"),
            "size": pd.array([row["Size"] for row in rows], dtype="Int64"),
            "digest": pd.array([None for _ in rows], dtype="str"),
            "containers": pd.array([_known(row["Containers"]) for row in rows], dtype="Int64"),
            "dangling": [not row["RepoTags"] for row in rows],
            "labels": [row["Labels"] or {} for row in rows],
        }
    )


def log_frame(name: str, rows: Iterable[tuple[str, str | None, str]]) -> pd.DataFrame:
    """The columns of `logs`, of (stamp, stream or None where a client does not tell it, line)."""
    stamps, streams, lines = zip(*rows, strict=True)
    return pd.DataFrame(
        {
            "time": pd.to_datetime(list(stamps), format="ISO8601", utc=True).as_unit("ns"),
            "name": pd.array([name] * len(lines), dtype="str"),
            "stream": pd.Categorical(streams, categories=["stdout", "stderr"]),
            "line": pd.array(lines, dtype="str"),
        }
    )


def essence_of(answer: Any) -> dict[str, Any]:
    """How many rows, and of a frame each column's dtype and a hash of its values; of other answers the number alone."""
    if not isinstance(answer, pd.DataFrame):
        return {"count": answer if isinstance(answer, int) else len(answer)}
    return {"count": len(answer), **{str(name): f"{answer[name].dtype} {_hash(answer[name])}" for name in answer}}


def _hash(column: pd.Series[Any]) -> str:
    values = [sorted(each.items()) if isinstance(each, dict) else each for each in column.astype(object)]
    return hashlib.sha256(repr(values).encode()).hexdigest()[:16]


def _found(match: re.Match[str] | None) -> str | None:
    return match[1] if match else None


def _number(match: re.Match[str] | None) -> int | None:
    return int(match[1]) if match else None


def _known(count: int) -> int | None:
    return None if count < 0 else count


def _port(port: dict[str, Any]) -> str:
    private = f"{port['PrivatePort']}/{port['Type']}"
    return f"{port['IP']}:{port['PublicPort']}->{private}" if port.get("PublicPort") else private
