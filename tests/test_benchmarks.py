"""The benchmarks tell what they measured: goals, verdicts, the page. What they measure is not tested here."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from benchmarks import mark_engine, page, report
from benchmarks.catalogue import TASKS
from benchmarks.peer_frames import containers_frame, essence_of, images_frame
from benchmarks.process import SubjectFailed, SubjectProcess
from benchmarks.rounds import Run, measure
from benchmarks.task import Goal, Setting, Subject, Task
from benchmarks.verdict import verdicts
from dockmagic.frames.containers import CONTAINERS
from dockmagic.frames.images import IMAGES, image_rows
from dockmagic.frames.schema import to_frame

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.task import Place

BENCHMARKS = Path(page.__file__).parent


def measured(*goals: Goal, **samples: list[dict[str, float]]) -> Run:
    """A run in which the subjects, named as the keywords, gave these samples."""
    task = Task(
        name="some",
        title="{size} things",
        person="Nothing.",
        module=__name__,
        prepare=mark_engine.prepare,
        essence=mark_engine.essence,
        subjects=(),
        goals=goals,
    )
    given = {
        name: [{"wall": 1.0, "cpu": 1.0, "memory": 1.0, **each} for each in taken] for name, taken in samples.items()
    }
    return Run(task, 1, 1, samples=given, versions={name: {"python": "3", "libraries": {}} for name in given})


def of(run: Run) -> list[tuple[float | None, bool | None]]:
    """Value and verdict of each goal."""
    return [(each.value, each.met) for each in verdicts(run)]


def test_a_ratio_is_one_of_medians() -> None:
    """One slow round of three changes nothing."""
    run = measured(
        Goal("wall", 0.5, of="other"),
        dockmagic=[{"wall": 1.0}, {"wall": 9.0}, {"wall": 1.0}],
        other=[{"wall": 2.0}, {"wall": 2.0}, {"wall": 90.0}],
    )
    assert of(run) == [(0.5, True)]


def test_of_several_others_the_best_one_counts() -> None:
    """And a goal says which one that was."""
    run = measured(
        Goal("cpu", 1.0, of=("slow", "quick")), dockmagic=[{"cpu": 3.0}], slow=[{"cpu": 9.0}], quick=[{"cpu": 2.0}]
    )
    assert of(run) == [(1.5, False)]
    assert "against quick" in verdicts(run)[0].says


def test_a_figure_without_another_is_held_at_its_worst() -> None:
    """An event that is lost in one round is lost; memory that was once taken counts, also before the first round."""
    run = measured(
        Goal("lost", 0, unit="events"), Goal("memory", 16), dockmagic=[{"lost": 0}, {"lost": 1}, {"lost": 0}]
    )
    run.first = {"dockmagic": [{"memory": 17.0}]}
    assert of(run) == [(1, False), (17.0, False)]


def test_a_goal_of_what_was_not_measured_is_not_met_and_not_missed() -> None:
    """A subject too slow for this size, say."""
    assert of(measured(Goal("wall", 1.0, of="absent"), dockmagic=[{}])) == [(None, None)]


def test_a_goal_may_be_per_row_and_of_another_measure() -> None:
    """Ten times as many rows; growth of what another one holds."""
    run = measured(
        Goal("wall", 2.0, of="tenth", factor=0.1),
        Goal("memory", 4.5, of="tenth", of_measure="body"),
        dockmagic=[{"wall": 15.0, "memory": 90.0}],
        tenth=[{"wall": 1.0, "body": 30.0}],
    )
    assert of(run) == [(1.5, True), (3.0, True)]


def test_every_file_of_a_task_is_in_the_catalogue() -> None:
    """Under the name of its file."""
    files = {path.stem.removeprefix("mark_").replace("_", "-") for path in BENCHMARKS.glob("mark_*.py")}
    assert set(TASKS) == files


@pytest.mark.parametrize("task", TASKS.values(), ids=list(TASKS))
def test_goals_are_about_subjects_and_sizes_that_there_are(task: Task) -> None:
    """A goal with a wrong name would never be missed."""
    names = {subject.name for subject in task.subjects}
    for goal in task.goals:
        others = (goal.of,) if isinstance(goal.of, str) else goal.of
        assert {goal.subject, *others} <= names
        assert goal.size is None or goal.size in task.sizes
        assert goal.size is not None or len(task.sizes) == 1
    assert len(names) == len(task.subjects)
    assert len({subject.function.__name__ for subject in task.subjects}) == len(task.subjects)


def test_the_page_has_the_figures_of_the_run() -> None:
    """And nothing that was not measured."""
    run = measured(Goal("wall", 0.5, of="other"), dockmagic=[{"wall": 0.0123}], other=[{"wall": 0.0246}])
    header = {"machine": "a machine"}
    written = page.page(orjson.loads(report.as_json(header, [run])))
    assert "| **dockmagic** | 12.3 ms | 1x |" in written
    assert "| other | 24.6 ms | 2x |" in written
    assert "| some | time, against other | 0.50x | 0.50x | yes |" in written
    assert "- machine: a machine" in written
    assert "- quiet: others had 0% of the processors at most" in written


def test_the_page_says_why_a_goal_was_missed() -> None:
    """And what it would take."""
    goal = Goal("wall", 0.4, of="other", profile="Most of it is the engine's.")
    run = measured(goal, dockmagic=[{"wall": 0.0123}], other=[{"wall": 0.0246}])
    written = page.page(orjson.loads(report.as_json({}, [run])))
    assert "- **some, time, against other: 0.50x of 0.40x allowed.** Most of it is the engine's.\n" in written


def test_the_page_says_that_the_machine_was_busy() -> None:
    """Of what others did before the tasks: what is measured makes a load of its own."""
    run = measured(dockmagic=[{"wall": 0.0123}])
    run.busy = 0.3
    assert "- quiet: **others had 30% of the processors" in page.page(orjson.loads(report.as_json({}, [run])))


def test_a_subject_runs_in_a_process_of_its_own_and_tells_what_it_took() -> None:
    """Wall time, processor time and growth, of as many calls as it is asked for; and with which libraries."""
    task = TASKS["engine"]
    with SubjectProcess(task, task.subjects[0], {}) as process:
        sample = process.sample(3)
        assert process.versions["libraries"]["dockmagic"]
    assert sample["wall"] > 0
    assert {"cpu", "memory", "children_memory"} <= sample.keys()
    assert sample["answer"] == {}


def fails(_: Place) -> Iterator[Any]:
    """What a subject does that cannot get ready."""
    raise ValueError("not today")
    yield


def fails_once(place: Place) -> Iterator[Any]:
    """What a subject does whose first engine locks up."""
    file = Path(place["file"])
    if not file.exists():
        file.touch()
        raise ValueError("not this one")
    yield lambda: 5


def hangs(_: Place) -> Iterator[Any]:
    """What a subject does whose engine answers no more."""
    yield lambda: time.sleep(1000)


TASK = Task(
    name="failing",
    title="",
    person="",
    module="tests.test_benchmarks",
    prepare=mark_engine.prepare,
    essence=mark_engine.essence,
    subjects=(Subject("fails", fails), Subject("hangs", hangs), Subject("fails once", fails_once)),
)


def test_a_subject_that_fails_says_why() -> None:
    """With its traceback: it happened in another process."""
    with (
        pytest.raises(SubjectFailed, match=r"(?s)fails: Traceback.*ValueError: not today"),
        SubjectProcess(TASK, TASK.subjects[0], {}),
    ):
        pass


def test_a_subject_that_hangs_is_ended() -> None:
    """Engines lock up now and then; the tasks that follow are measured all the same."""
    with (
        pytest.raises(SubjectFailed, match=r"hangs: no answer in 1 s"),
        SubjectProcess(TASK, TASK.subjects[1], {}, patience=1.0) as process,
    ):
        process.sample(1)


def test_an_engine_that_locks_up_is_replaced(tmp_path: Path) -> None:
    """Where engines are known for it; the report tells."""
    prepared = []

    @contextmanager
    def prepare(size: int) -> Iterator[Setting]:
        prepared.append(size)
        yield Setting({"file": str(tmp_path / "file")})

    task = replace(TASK, prepare=prepare, essence=lambda answer: {"answer": answer}, subjects=TASK.subjects[2:])
    with pytest.raises(SubjectFailed, match="not this one"):
        measure(task, 1, rounds=2, quick=False)
    (tmp_path / "file").unlink()
    run = measure(replace(task, engines=2), 1, rounds=2, quick=False)
    assert [len(samples) for samples in run.samples.values()] == [2]
    assert len(prepared) == 3
    assert "an engine locked up, and another took its place: ValueError: not this one" in report.table(run)


def test_other_clients_make_the_same_frames() -> None:
    """To the dtype of each column: a comparison to a frame compares the same work."""
    container = {
        "Id": "1f" * 32,
        "Names": ["/web"],
        "Image": "bb:1",
        "ImageID": "sha256:" + "2e" * 32,
        "Command": "sh",
        "Created": 1_700_000_000,
        "State": "exited",
        "Status": "Exited (3) 2 hours ago",
        "Ports": [{"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"}],
        "Labels": {"com.docker.compose.project": "shop", "a": "b"},
        "NetworkSettings": {"Networks": {"web": {}, "db": {}}},
        "Mounts": [{"Source": "/tmp"}],
        "SizeRw": 5,
    }
    image = {
        "Id": "sha256:" + "2e" * 32,
        "RepoTags": ["shop/web:1"],
        "RepoDigests": None,
        "Created": 1_700_000_000,
        "Size": 5,
        "Containers": -1,
        "Labels": None,
    }
    assert essence_of(containers_frame([container])) == essence_of(to_frame([container], CONTAINERS))
    assert essence_of(images_frame([image])) == essence_of(to_frame(image_rows([image]), IMAGES))
