"""Evaluations, replays and second looks are the same on every executor, with real workers."""

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from classifiers.kept.registry import ModelRegistry
from classifiers.measure.evaluation import LeakError
from config.runtime_schema import RuntimeSettings
from config.taxonomy import Taxonomy
from pipeline.learn.cross_fit import cross_fit
from pipeline.learn.evaluation.measure import measure
from pipeline.learn.evaluation.replay import replay_orders
from pipeline.learn.examples import TrainingSet, load_training_set
from pipeline.runtime.blocks import mapped_parts
from pipeline.runtime.executors import WorkersLostError
from pipeline.runtime.json_text import as_json
from pipeline.runtime.record import Run
from tests.support.learning import DAY, START, call, decide, decisions, opener, settle
from tests.support.services import ShownProgress, make_services

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("workers")]

INLINE = RuntimeSettings()
ONE = RuntimeSettings(executor="processes", workers=1)
TWO = RuntimeSettings(executor="processes", workers=2)
DASK = RuntimeSettings(executor="dask", workers=2)
DASK_ONE = RuntimeSettings(executor="dask", workers=1)
WORKERS = pytest.mark.parametrize("runtime", [ONE, TWO, DASK], ids=["one process", "two", "dask"])


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A survey whose model in use learned from the first half of its decisions."""
    folder = tmp_path_factory.mktemp("survey")
    open_store = settle(folder, decided=60)
    assert call(folder, "train", now=START + 70 * DAY).exit_code == 0
    decide(open_store, decisions(60, start=300), first=START + 80 * DAY)
    return folder


@pytest.fixture(scope="module")
def examples(survey: Path, taxonomy: Taxonomy) -> TrainingSet:
    return load_training_set(opener(survey), taxonomy, background=100)


def evaluation(survey: Path, examples: TrainingSet, taxonomy: Taxonomy, on: RuntimeSettings) -> str:
    models = ModelRegistry(survey / "var" / "models")
    return as_json(
        measure(examples, taxonomy, Run(), survey="T", models=models, seed=0, runtime=on)
    )


@pytest.fixture(scope="module")
def inline(survey: Path, examples: TrainingSet, taxonomy: Taxonomy) -> str:
    return evaluation(survey, examples, taxonomy, INLINE)


@WORKERS
def test_evaluation_is_the_same_on_every_executor(
    survey: Path, examples: TrainingSet, taxonomy: Taxonomy, inline: str, runtime: RuntimeSettings
) -> None:
    assert evaluation(survey, examples, taxonomy, runtime) == inline
    assert '"model in use"' in inline
    assert inline.count('"decisions": 0') == 5


def replayed(examples: TrainingSet, taxonomy: Taxonomy, runtime: RuntimeSettings) -> str:
    """Replay without the measured time, which is never the same."""
    shown = ShownProgress()
    found = replay_orders(examples, taxonomy, Run(shown), runtime=runtime)
    assert shown.descriptions[-1] == "replaying: asreview-elas-u4, random first"
    return as_json([replace(each, seconds_per_step=0.0) for each in found])


@pytest.fixture(scope="module")
def replayed_inline(examples: TrainingSet, taxonomy: Taxonomy) -> str:
    return replayed(examples, taxonomy, INLINE)


@WORKERS
def test_replays_are_the_same_on_every_executor(
    examples: TrainingSet, taxonomy: Taxonomy, replayed_inline: str, runtime: RuntimeSettings
) -> None:
    assert replayed(examples, taxonomy, runtime) == replayed_inline


def second_look(survey: Path, taxonomy: Taxonomy, runtime: RuntimeSettings) -> str:
    services = make_services(opener(survey), START + 200 * DAY, taxonomy=taxonomy, runtime=runtime)
    report = cross_fit(services, Run())
    with services.open_store() as store:
        scores = store.second_looks.scores()
    assert len(scores) == report.decisions > 100
    return as_json(scores)


@pytest.fixture(scope="module")
def second_look_inline(survey: Path, taxonomy: Taxonomy) -> str:
    return second_look(survey, taxonomy, INLINE)


@WORKERS
def test_second_look_is_the_same_on_every_executor(
    survey: Path, taxonomy: Taxonomy, second_look_inline: str, runtime: RuntimeSettings
) -> None:
    assert second_look(survey, taxonomy, runtime) == second_look_inline


def _process(common: str, number: int) -> tuple[int, str, int]:
    return os.getpid(), common, number


@pytest.mark.parametrize("runtime", [INLINE, TWO, DASK], ids=["inline", "processes", "dask"])
def test_parts_come_in_order_from_the_workers(runtime: RuntimeSettings) -> None:
    with mapped_parts(runtime, _process, "common", [(number,) for number in range(9)]) as found:
        results = list(found)
    assert [each[1:] for each in results] == [("common", number) for number in range(9)]
    assert (os.getpid() in {each[0] for each in results}) == (runtime is INLINE)


def _refuse(_common: object, name: str) -> None:
    raise LeakError(f"{name} is refused.", hint="Leave it out.")


@pytest.mark.parametrize("runtime", [INLINE, ONE, DASK_ONE], ids=["inline", "processes", "dask"])
def test_error_of_a_part_is_the_error_of_the_study(runtime: RuntimeSettings) -> None:
    with (
        pytest.raises(LeakError, match=r"^2603 is refused\. Leave it out\.$"),
        mapped_parts(runtime, _refuse, None, [("2603",)]) as found,
    ):
        next(found)


def _end_process(_common: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("runtime", [ONE, DASK_ONE], ids=["processes", "dask"])
def test_lost_worker_ends_the_study_with_the_remedy(runtime: RuntimeSettings) -> None:
    with (
        pytest.raises(WorkersLostError, match="Run the command again"),
        mapped_parts(runtime, _end_process, None, [()]) as found,
    ):
        next(found)
