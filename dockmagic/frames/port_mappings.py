"""The columns of `port`: one published port on one address of the host per row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.frames.schema import Column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockmagic.frames.schema import Row, Schema

__all__ = ["PORT_MAPPINGS", "port_rows"]

_HIGHEST = 65535

PORT_MAPPINGS: Schema = (
    Column("container_port", "container_port", "Int64", "the port inside"),
    Column("protocol", "protocol", "str", "tcp, udp or sctp"),
    Column("host_ip", "host_ip", "str", "address of the host: 0.0.0.0 and :: are all it has"),
    Column("host_port", "host_port", "Int64", "the port on the host"),
)


def port_rows(container: Row) -> list[dict[str, Any]]:
    """What an inspected container publishes, sorted by port, protocol and address; what it only exposes is left out."""
    return sorted(_rows(container), key=_key)


def _rows(container: Row) -> Iterator[dict[str, Any]]:
    settings = container.get("NetworkSettings")
    ports = settings.get("Ports") if isinstance(settings, dict) else None
    for port, bindings in ports.items() if isinstance(ports, dict) else ():
        number, _, protocol = port.partition("/")
        for binding in bindings if isinstance(bindings, list) else ():
            if isinstance(binding, dict):
                yield {
                    "container_port": _number(number),
                    "protocol": protocol or None,
                    "host_ip": binding.get("HostIp"),
                    "host_port": _number(binding.get("HostPort")),
                }


def _number(text: Any) -> int | None:
    """The port that the engine wrote as text."""
    is_number = isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= len(str(_HIGHEST))
    return int(text) if is_number else None


def _key(row: dict[str, Any]) -> tuple[int, str, bool, str, int]:
    address = str(row["host_ip"])
    return row["container_port"] or 0, str(row["protocol"]), ":" in address, address, row["host_port"] or 0
