"""A story that unfolds: a web service becomes unhealthy, a job fails, images pile up."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dockmagic.demo.build import build
from dockmagic.demo.build_context import Context, File
from dockmagic.demo.build_options import BuildOptions
from dockmagic.demo.clock import SECOND
from dockmagic.demo.creation import create_container
from dockmagic.demo.identities import digest_of
from dockmagic.demo.lifecycle import finish, start
from dockmagic.demo.logs import STDERR
from dockmagic.demo.networks import create_network
from dockmagic.demo.problems import Problem, conflict
from dockmagic.demo.references import parse_reference
from dockmagic.demo.stats import become

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockmagic.demo.containers import Container
    from dockmagic.demo.world import World

__all__ = ["Story", "tell"]

_DOCKERFILE = "FROM python:3.13\nWORKDIR /app\nCOPY . /app\nRUN pip install -r requirements.txt\nCMD python app.py\n"
_NETWORK = "shop"
_PROJECT = "com.docker.compose.project"
_SERVICE = "com.docker.compose.service"


class Story:
    """The story of the shop. It goes on in the world's own time; what a person removes meanwhile stays removed."""

    WEB_FAILS, WEB_RECOVERS, JOB_EVERY, BUILD_EVERY = 20.0, 120.0, 25.0, 30.0
    """Seconds until, or between, what happens."""
    SO_FAR = 44.5
    """Seconds of it that lie behind whoever comes first: the web service is ill by then, and a job has failed."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._jobs = 0
        self._builds = 0

    def begin(self) -> None:
        """Start the services, and plan what is to happen to them."""
        create_network(self.world, {"Name": _NETWORK, "Labels": {_PROJECT: "shop"}})
        self._service(
            "db",
            "postgres:17",
            Env=["POSTGRES_PASSWORD=demo"],
            HostConfig={"Binds": ["shop-data:/var/lib/postgresql/data"]},
        )
        self._service("cache", "redis:7")
        self._service(
            "web", "nginx", Healthcheck=_CHECK, HostConfig={"PortBindings": {"80/tcp": [{"HostPort": "8080"}]}}
        )
        self._after(self.WEB_FAILS, self._web_fails)
        self._after(self.WEB_RECOVERS, self._web_recovers)
        self._after(8.0, self._job)
        self._after(4.0, self._build)

    def _service(self, name: str, image: str, **more: Any) -> None:
        host = {**more.pop("HostConfig", {}), "NetworkMode": _NETWORK, "RestartPolicy": {"Name": "unless-stopped"}}
        labels = {_PROJECT: "shop", _SERVICE: name}
        body = {"Image": image, "Labels": labels, "HostConfig": host, **more}
        start(self.world, create_container(self.world, body, name=f"shop-{name}-1"))

    def _after(self, seconds: float, action: Callable[[], None]) -> None:
        self.world.timeline.after(seconds, action)

    def _found(self, name: str) -> Container | None:
        try:
            return self.world.containers.find(name)
        except Problem:  # a person has removed it
            return None

    def _web_fails(self) -> None:
        """The service gets slow and its checks fail; it says why."""
        web = self._found("shop-web-1")
        if web is None or web.health is None:
            return
        web.health.failing = "curl: (28) Operation timed out after 2001 milliseconds with 0 bytes received"
        become(self.world, web, load=20.0)
        self._complain(0)

    def _complain(self, count: int) -> None:
        web = self._found("shop-web-1")
        if web is None or web.status != "running" or web.health is None or not web.health.failing:
            return
        line = f"*{400 + count} upstream timed out (110: Connection timed out) while reading response header"
        web.log.write(self.world.timeline.now, STDERR, f"{_stamp(self.world)} [error] 29#29: {line}\n")
        self._after(2.0, lambda: self._complain(count + 1))

    def _web_recovers(self) -> None:
        """Its restart policy would not help, somebody restarts it: it is well again, until the next time."""
        web = self._found("shop-web-1")
        if web is not None and web.health is not None and web.health.failing and web.status == "running":
            finish(self.world, web, 0)
        self._after(self.WEB_FAILS + self.WEB_RECOVERS, self._web_fails)
        self._after(2 * self.WEB_RECOVERS, self._web_recovers)

    def _job(self) -> None:
        """A nightly job, told faster: every other one fails."""
        self._jobs += 1
        labels = {_PROJECT: "shop", _SERVICE: "report"}
        failing = self._jobs % 2 == 1
        end = "echo 'KeyError: price' >&2; exit 3" if failing else "echo done"
        script = f"echo reading orders; sleep 2; echo 'writing report {self._jobs}'; sleep 1; {end}"
        body = {"Image": "python:3.13", "Cmd": ["sh", "-c", script], "Labels": labels}
        with suppress(Problem):  # the image was removed, or a person took the name: then there is no report
            start(self.world, create_container(self.world, body, name=f"shop-report-{self._jobs}"))
        self._after(self.JOB_EVERY, self._job)

    def _build(self) -> None:
        """Somebody builds the shop again: the name moves on, the image before stays without one."""
        self._builds += 1
        files = {
            "app.py": File(48_000 + self._builds, digest_of("app", self._builds)),
            "requirements.txt": File(90, "r"),
        }
        options = BuildOptions(tags=(parse_reference("shop/app"),))
        for _ in build(self.world, Context(files, _DOCKERFILE), options):
            pass  # nobody reads its progress
        self._after(self.BUILD_EVERY, self._build)


def tell(world: World) -> Story:
    """Begin the story: `Story.SO_FAR` ago, or now where something has happened already.

    Raises Problem where a container or a network of the shop has the name of one that is there, and begins nothing.
    """
    for name in (f"shop-{service}-1" for service in ("db", "cache", "web")):
        world.containers.check_name(name)
    if any(network.name == _NETWORK for network in world.networks.values()):
        raise conflict(f"network with name {_NETWORK} already exists")
    story = Story(world)
    world.timeline.before(0.0 if world.events.any else Story.SO_FAR, story.begin)
    world.timeline.run()
    return story


def _stamp(world: World) -> str:
    return f"{datetime.fromtimestamp(world.timeline.now // SECOND, UTC):%Y/%m/%d %H:%M:%S}"


_CHECK = {
    "Test": ["CMD-SHELL", "curl -fsS -m 2 http://localhost/health"],
    "Interval": 5 * SECOND,
    "Timeout": 2 * SECOND,
    "Retries": 3,
}
