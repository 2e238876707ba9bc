"""What POST /build is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

from dockmagic.demo.references import Reference  # noqa: TC001 - a field's type

__all__ = ["BuildOptions"]


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """What the query of POST /build asks for."""

    tags: tuple[Reference, ...] = ()
    dockerfile: str = "Dockerfile"
    target: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    args: dict[str, str] = field(default_factory=dict)
    no_cache: bool = False
    pull: bool = False
    quiet: bool = False
