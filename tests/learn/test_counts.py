"""The same work leaves the same counts in `runs`, whatever command did it."""

import json
from pathlib import Path

import pytest

from config.schema import ClassifierSettings, DatabaseSettings, Settings, SurveySettings
from pipeline.learn.classify import classify
from pipeline.learn.retrain import retrain_if_due
from pipeline.learn.train import train
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services, open_services
from tests.support.learning import DAY, START, call, settle, small_taxonomy_file


@pytest.fixture
def services(tmp_path: Path) -> Services:
    """Return services of a survey with decisions and without a model."""
    settle(tmp_path)
    folder = tmp_path / "var"
    return open_services(
        Settings(
            survey=SurveySettings(taxonomy=small_taxonomy_file(tmp_path)),
            database=DatabaseSettings(path=folder / "survey.duckdb"),
            classifier=ClassifierSettings(models=folder / "models", retrain_after=1),
            now=START + 100 * DAY,
        )
    )


def test_train_and_retrain_count_alike(services: Services) -> None:
    trained, retrained = Run(), Run()
    assert retrain_if_due(services, retrained) is not None
    train(services, trained)
    assert trained.counts == retrained.counts
    assert trained.counts.keys() == {"trained", "approved", "rejected", "promoted"}


def test_classify_counts_also_when_nothing_is_new(tmp_path: Path, services: Services) -> None:
    first, again = Run(), Run()
    classify(services, first)
    classify(services, again)
    assert first.counts["classified"] > 0
    assert again.counts == {"classified": 0, "returned": 0}
    assert call(tmp_path, "classify").exit_code == 0
    [run] = json.loads(call(tmp_path, "status", "--json").stdout)["runs"]
    assert run["counts"] == {"classified": 0, "returned": 0}
