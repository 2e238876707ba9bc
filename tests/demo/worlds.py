"""A world whose time stands still until a test moves it: no thread, no socket, no waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.demo.clock import ManualClock
from dockmagic.demo.creation import create_container
from dockmagic.demo.lifecycle import start
from dockmagic.demo.population import begin
from dockmagic.demo.world import World

if TYPE_CHECKING:
    from dockmagic.demo.containers import Container

__all__ = ["StillWorld"]


class StillWorld(World):
    """A world with the demo's images, at the same moment and with the same ids each time."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        super().__init__(clock=self.clock, seed="test", pace=0)
        begin(self)

    def move(self, seconds: float) -> None:
        """Let time pass, and all that is due meanwhile happen."""
        self.clock.move(seconds)
        self.timeline.run()

    def run(self, *command: str, image: str = "busybox", name: str = "box", **body: Any) -> Container:
        """Create and start a container, and play what it does at once."""
        asked = {"Image": image, **({"Cmd": list(command)} if command else {}), **body}
        container = create_container(self, asked, name=name)
        start(self, container)
        self.timeline.run()
        return container

    def written(self, container: Container) -> list[tuple[int, str]]:
        """Stream and text of what it has written."""
        return [(line.stream, line.text.decode()) for line in container.log]

    def actions(self, kind: str = "container") -> list[str]:
        """What has happened, of one kind."""
        past = self.events.between(0, None)
        return [message["Action"] for message in past if message["Type"] == kind]
