"""What a person meant by a name that does not exist, for each kind of object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import dockmagic
from dockmagic.engine.missing import missing_container, missing_image, missing_network, missing_volume
from dockmagic.errors import NotFound
from tests.commands.scripted_engine import engine_that_says

if TYPE_CHECKING:
    from tests.conftest import DockerCli
    from tests.engines.dockerd import Dockerd

ENGINE_SAID = NotFound("No such thing", status=404)


@pytest.fixture
def things(docker_cli: DockerCli, label: str) -> None:
    """Make one of each kind."""
    docker_cli("create", "--label", label, "--name", "dmt-wharf", "bb:1")
    docker_cli("volume", "create", "--label", label, "dmt-wharf-data")
    docker_cli("network", "create", "--label", label, "dmt-wharf-net")


@pytest.mark.parametrize(
    ("missing", "name", "said", "command"),
    [
        (missing_container, "dmt-warf", ("container", "dmt-wharf"), "ps -a"),
        (missing_volume, "dmt-wharfdata", ("volume", "dmt-wharf-data"), "volume ls"),
        (missing_network, "dmt-warf-net", ("network", "dmt-wharf-net"), "network ls"),
        (missing_image, "bb:2", ("image", "bb:1"), "images"),
    ],
)
def test_the_nearest_name_is_told_and_how_to_see_them_all(
    engine_process: Dockerd,
    docker_cli: DockerCli,
    things: None,
    missing: Any,
    name: str,
    said: tuple[str, str],
    command: str,
) -> None:
    """With the engine's own error as the cause."""
    with dockmagic.connect(engine_process.host) as engine:
        error = missing(engine, name, ENGINE_SAID)
    kind, meant = said
    count = len(set(docker_cli(*command.split(), "-q").split()))
    assert error.message == f'no {kind} "{name}" on {engine_process.host.removeprefix("unix://")}'
    assert error.hint == f"Did you mean {meant}?  %d{command} lists {'it' if count == 1 else f'all {count}'}."
    assert (error.status, error.__cause__) == (404, ENGINE_SAID)


def test_the_latest_tag_need_not_be_typed() -> None:
    """As everywhere in docker; what has no name is no suggestion."""
    images = [{"RepoTags": ["lab:5000/web:latest"]}, {"RepoTags": ["<none>:<none>"]}, {"RepoTags": None}]
    with engine_that_says(images) as (engine, _):
        error = missing_image(engine, "lab:5000/wbe", ENGINE_SAID)
        assert error.hint == "Did you mean lab:5000/web?  %dimages lists all 3."
        assert missing_image(engine, "<none>:<non>", ENGINE_SAID).hint == "%dimages lists all 3."


def test_where_there_is_nothing_no_list_is_offered() -> None:
    """All 0 would be a strange thing to list."""
    with engine_that_says([]) as (engine, _):
        assert missing_container(engine, "web", ENGINE_SAID).hint == "There are no containers at all."


@pytest.mark.parametrize("missing", [missing_container, missing_image, missing_network, missing_volume])
def test_without_a_list_the_engines_own_error_stays(missing: Any) -> None:
    """What went wrong first is what matters."""
    with engine_that_says({"message": "out of order"}, status="500 Internal Server Error") as (engine, asked):
        assert missing(engine, "web", ENGINE_SAID) is ENGINE_SAID
    assert len(asked) == 1


@pytest.mark.parametrize("missing", [missing_container, missing_image, missing_network])
def test_names_of_another_type_are_passed_over(missing: Any) -> None:
    """What an engine sends is not to be trusted."""
    row = {"Names": [5, None, "/web"], "RepoTags": [5, None, "web"], "Name": 5}
    with engine_that_says([row, {}, {"Names": "web", "RepoTags": 5}]) as (engine, _):
        assert missing(engine, "nothing like it", ENGINE_SAID).hint.endswith(" lists all 3.")


def test_a_name_is_shown_without_what_is_hidden_in_it() -> None:
    """Names of volumes come from whoever made them."""
    with engine_that_says({"Volumes": [{"Name": "data\x1b[31m"}]}) as (engine, _):
        error = missing_volume(engine, "data\x1b[31", ENGINE_SAID)
    assert "\x1b" not in str(error)
    assert "Did you mean data [31m?" in error.hint
