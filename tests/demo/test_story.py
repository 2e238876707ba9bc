"""The story: what happens to the shop, in a time that the test moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockmagic.demo.clock import SECOND
from dockmagic.demo.lifecycle import ask_to_stop, remove, start
from dockmagic.demo.stats import sample
from dockmagic.demo.story import Story, tell
from tests.demo.worlds import StillWorld

if TYPE_CHECKING:
    from dockmagic.demo.containers import Container


@pytest.fixture
def world() -> StillWorld:
    """Return a world in which the story has begun."""
    world = StillWorld()
    world.events.record("daemon", "reload", "here", {})  # something has happened: the story begins now
    tell(world)
    return world


def test_it_began_before_the_first_who_looks() -> None:
    """In an engine in which nothing has happened: the web service is ill, a job has failed, and it goes on."""
    world = StillWorld()
    now = world.clock.now()
    tell(world)
    web, job = (world.containers.find(name) for name in ("shop-web-1", "shop-report-1"))
    assert web.health is not None
    assert (web.health.status, job.exit_code) == ("unhealthy", 3)
    assert now - web.started == Story.SO_FAR * SECOND
    times = [message["timeNano"] for message in world.events.between(0, None)]
    assert times == sorted(times)
    assert times[-1] <= now
    world.move(Story.WEB_RECOVERS - Story.SO_FAR + 10)
    assert web.health.status == "healthy"


def test_whoever_restarts_the_web_service_has_mended_it(world: StillWorld) -> None:
    """It is as busy as before, and complains no more; what it had worked is told as one line without a jump."""
    web = world.containers.find("shop-web-1")
    assert web.health is not None
    world.move(Story.WEB_FAILS - 0.5)
    before = worked(world, web)
    world.move(1.0)
    assert 0 < worked(world, web) - before < SECOND
    world.move(20)
    assert (web.health.status, web.load) == ("unhealthy", 20.0)
    ask_to_stop(world, web, seconds=None)
    world.move(1)
    start(world, web)
    written = len(world.written(web))
    world.move(10)
    assert (web.health.status, web.load) == ("healthy", 1.0)
    assert not any("timed out" in text for _, text in world.written(web)[written:])
    begun = web.started
    world.move(Story.WEB_RECOVERS - Story.WEB_FAILS)  # beyond the moment when somebody would have restarted it
    assert (web.status, web.started) == ("running", begun)


def worked(world: StillWorld, container: Container) -> int:
    """Nanoseconds of processors so far."""
    total: int = sample(world, container)["cpu_stats"]["cpu_usage"]["total_usage"]
    return total


def test_it_begins_with_three_services_in_a_network(world: StillWorld) -> None:
    """The database, the cache and the web server, as docker compose would label them."""
    names = {container.name: container.status for container in world.containers}
    assert names == {"shop-db-1": "running", "shop-cache-1": "running", "shop-web-1": "running"}
    assert {container.labels["com.docker.compose.project"] for container in world.containers} == {"shop"}
    assert any(network.name == "shop" and len(network.endpoints) == 3 for network in world.networks.values())
    assert "shop-data" in world.volumes


def test_the_web_service_becomes_unhealthy_and_well_again(world: StillWorld) -> None:
    """It says why in its log, and what happened when is in the events."""
    web = world.containers.find("shop-web-1")
    assert web.health is not None
    world.move(Story.WEB_FAILS - 1)
    assert web.health.status == "healthy"
    world.move(25)
    assert web.health.status == "unhealthy"
    assert any("upstream timed out" in text for _, text in world.written(web))
    assert "curl: (28)" in web.health.log[-1]["Output"]
    world.move(Story.WEB_RECOVERS - Story.WEB_FAILS)
    assert (web.status, web.health.status) == ("running", "healthy")
    statuses = [action for action in world.actions() if action.startswith("health_status")]
    assert statuses == ["health_status: healthy", "health_status: unhealthy", "health_status: healthy"]


def test_every_other_job_fails(world: StillWorld) -> None:
    """With a code, and with the reason on stderr."""
    world.move(2 * Story.JOB_EVERY + 15)
    jobs = [container for container in world.containers if container.name.startswith("shop-report")]
    assert [(job.status, job.exit_code) for job in jobs] == [("exited", 3), ("exited", 0), ("exited", 3)]
    assert (2, "KeyError: price\n") in world.written(jobs[0])


def test_images_pile_up(world: StillWorld) -> None:
    """The newest has the name, those before have lost it."""
    before = len(world.images.by_id)
    world.move(3 * Story.BUILD_EVERY + 5)
    assert world.images.find("shop/app").id in world.images.by_id
    nameless = [image for image in world.images.by_id.values() if not world.images.names_of(image)]
    assert len(world.images.by_id) > before + 4
    assert len(nameless) > 3


def test_who_interferes_does_not_stop_it(world: StillWorld) -> None:
    """Services that a person has removed, and images too, are simply gone."""
    for container in world.containers:
        remove(world, container, force=True, volumes=True)
    world.images.tags.clear()
    world.images.by_id.clear()
    world.move(400)
    assert world.containers.names.keys() <= {f"shop-report-{number}" for number in range(40)}


def test_an_hour_of_it_stays_small(world: StillWorld) -> None:
    """Time passes quickly, and the ring of events keeps 256."""
    world.move(3600)
    assert len(world.events.between(0, None)) == 256
    assert world.containers.find("shop-web-1").status == "running"
