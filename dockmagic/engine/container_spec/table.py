"""RunOptions: all options of `create` and `run`, each with its flag, its place in the body and its help.

In Python they are named as docker's long flags with underscores, but for env, labels, ports and volumes, which hold
several of what the flag says once.
"""

from typing import TypedDict

from dockmagic.engine.container_spec.place_options import NetworkOptions, StorageOptions
from dockmagic.engine.container_spec.process_options import ContainerOptions, HealthOptions, ProcessOptions
from dockmagic.engine.container_spec.resource_options import ResourceOptions, SecurityOptions

__all__ = ["RunOptions"]


class RunOptions(
    ContainerOptions,
    ProcessOptions,
    NetworkOptions,
    StorageOptions,
    ResourceOptions,
    SecurityOptions,
    HealthOptions,
    TypedDict,  # which makes its bases known to `declared.keywords` before Python 3.12
    total=False,
):
    """What `create` and `run` take as **options."""
