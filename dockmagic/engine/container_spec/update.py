"""UpdateOptions: what can be changed of a container that is there, and the body of POST /containers/{id}/update."""

from collections.abc import Mapping
from typing import Annotated, Any, TypedDict

from dockmagic.declared import Option, keywords
from dockmagic.engine.container_spec.body import known_options
from dockmagic.engine.container_spec.limits import restart
from dockmagic.engine.container_spec.resource_options import LimitOptions
from dockmagic.engine.container_spec.rows import At
from dockmagic.engine.container_spec.values import named
from dockmagic.errors import UsageError

__all__ = ["RestartOptions", "UpdateOptions", "update_body"]


class RestartOptions(TypedDict, total=False):
    """When it ends."""

    restart: Annotated[
        str,
        Option("--restart", help="no, always, unless-stopped, on-failure[:TIMES]", metavar="POLICY"),
        At("HostConfig.RestartPolicy", restart),
    ]


class UpdateOptions(
    LimitOptions,
    RestartOptions,
    TypedDict,  # which makes its bases known to `declared.keywords` before Python 3.12
    total=False,
):
    """What `update` takes as **options."""


def update_body(options: Mapping[str, Any]) -> dict[str, Any]:
    """What to send for `options`; 0 and "" leave a limit as it is, as with docker.

    Raises UsageError for what docker would refuse itself, and if nothing is said. Source: `runUpdate` of docker/cli.
    """
    said = known_options(options, table=UpdateOptions)
    if not said:
        raise UsageError("nothing is said to change: --memory 512m, --cpus 1.5, --restart always, ...")
    body = {}
    for parameter in keywords(UpdateOptions):
        option, place = parameter.declared, next(each for each in parameter.beside if isinstance(each, At))
        if isinstance(option, Option) and parameter.name in said:
            with named(option.long):
                body[place.path.removeprefix("HostConfig.")] = place.read(said[parameter.name])
    return {name: value for name, value in body.items() if value}
