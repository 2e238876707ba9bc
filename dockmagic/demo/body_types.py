"""What type each member of a body has: a member of another type is refused, as the engine does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from dockmagic.demo.problems import bad_request

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CONNECTION", "CONTAINER", "EXEC", "NETWORK", "UPDATE", "VOLUME", "Shape", "check_types"]

Shape: TypeAlias = Any
"""A type; [shape] for a list of it; {"*": shape} for any member; {"Name": shape, ...} for those that are named."""

_TEXTS: Shape = [str]
_LABELS: Shape = {"*": str}
_SET: Shape = {"*": {}}
_POLICY: Shape = {"Name": str, "MaximumRetryCount": int}
_ENDPOINT: Shape = {"Aliases": _TEXTS, "IPAMConfig": {"IPv4Address": str}}
_COMMAND: Shape = (list, str)

_HOST: Shape = {
    "Binds": _TEXTS,
    "NetworkMode": str,
    "PortBindings": {"*": [{"HostIp": str, "HostPort": str}]},
    "RestartPolicy": _POLICY,
    "Mounts": [{"Type": str, "Source": str, "Target": str, "ReadOnly": bool}],
    "Memory": int,
    "NanoCpus": int,
    "AutoRemove": bool,
    "PublishAllPorts": bool,
}
CONTAINER: Shape = {
    "Image": str,
    "Cmd": _COMMAND,
    "Entrypoint": _COMMAND,
    "Env": _TEXTS,
    "Labels": _LABELS,
    "ExposedPorts": _SET,
    "Volumes": _SET,
    "Hostname": str,
    "User": str,
    "WorkingDir": str,
    "StopSignal": str,
    "StopTimeout": int,
    "Tty": bool,
    "OpenStdin": bool,
    "Healthcheck": {"Test": _TEXTS, "Interval": int, "Timeout": int, "Retries": int, "StartPeriod": int},
    "HostConfig": _HOST,
    "NetworkingConfig": {"EndpointsConfig": {"*": _ENDPOINT}},
}
EXEC: Shape = {"Cmd": _TEXTS, "Env": _TEXTS, "User": str, "WorkingDir": str, "Tty": bool}
NETWORK: Shape = {
    "Name": str,
    "Driver": str,
    "Labels": _LABELS,
    "Options": _LABELS,
    "IPAM": {"Config": [{"Subnet": str, "Gateway": str}]},
}
CONNECTION: Shape = {"Container": str, "EndpointConfig": _ENDPOINT, "Force": bool}
VOLUME: Shape = {"Name": str, "Driver": str, "Labels": _LABELS, "DriverOpts": _LABELS}
UPDATE: Shape = {"RestartPolicy": _POLICY, "Memory": int, "NanoCpus": int}


def check_types(value: Any, shape: Shape, where: str = "") -> None:
    """Raise Problem where a member is of another type; null is as if it were not there.

    In a list it becomes the type's empty value, as Go reads it.
    """
    if value is None:
        return
    if isinstance(shape, list):
        _demand(isinstance(value, list), where)
        value[:] = [({} if isinstance(shape[0], dict) else "") if each is None else each for each in value]
        for each in value:
            check_types(each, shape[0], where)
    elif isinstance(shape, dict):
        _demand(isinstance(value, dict), where)
        _check_members(value, shape, where)
    else:
        wrong = not isinstance(value, shape) or (isinstance(value, bool) and shape is int)
        _demand(not wrong, where)


def _check_members(value: Mapping[str, Any], shape: Mapping[str, Shape], where: str) -> None:
    for name, member in value.items():
        wanted = shape.get(name, shape.get("*"))
        if wanted is not None:
            check_types(member, wanted, f"{where}.{name}")


def _demand(right: bool, where: str) -> None:  # noqa: FBT001 - it is what is demanded
    if not right:
        raise bad_request(f"invalid JSON: json: cannot unmarshal into Go struct field {where.lstrip('.')}")
