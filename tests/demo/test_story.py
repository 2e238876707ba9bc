"""The story: what happens to the shop, in a time that the test moves."""

from __future__ import annotations

import pytest

from dockmagic.demo.lifecycle import remove
from dockmagic.demo.story import Story, tell
from tests.demo.worlds import StillWorld


@pytest.fixture
def world() -> StillWorld:
    """Return a world in which the story has begun."""
    world = StillWorld()
    tell(world)
    world.timeline.run()
    return world


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
    world.move(60)
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
