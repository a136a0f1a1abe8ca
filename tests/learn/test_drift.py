"""Once a week: unknown words, shifted scores, calibration, and what no section takes."""

import json
from pathlib import Path
from typing import Any

import pytest

from classifiers.types import Document, Example
from config.schema import ClassifierSettings, DatabaseSettings, Settings, SurveySettings
from pipeline.learn import train as training
from pipeline.learn.drift import measure_drift
from pipeline.learn.drift_report import DriftReport, newest_drift, save_drift
from pipeline.learn.promotion import Comparison
from pipeline.learn.retrain import retrain_if_due
from pipeline.learn.weekly_drift import weekly_drift
from pipeline.publish.digest.week import Week
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services, open_services
from tests.support.learning import (
    DAY,
    START,
    call,
    decide,
    decisions,
    opener,
    settle,
    small_taxonomy_file,
    store_papers,
)
from tests.support.texts import approved, document, outside, rejected

NOW = START + 100 * DAY
_THINGS = ("roses", "coffee", "smoke", "leather", "soap", "cedar", "honey", "salt")


def smells(count: int) -> list[Document]:
    """Papers near the survey's words about a subject that no section has."""
    return [
        document(
            f"smell-{n}",
            f"Olfactory synthesis of {_THINGS[n % 8]} with a multimodal large language model",
            "We study text to image and video generation with olfactory sensors: an odour "
            f"dispenser releases molecules of {_THINGS[n % 8]} while a diffusion model draws. "
            "Scent tokens align odour, molecules and video generation.",
        )
        for n in range(count)
    ]


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    settle(tmp_path)
    assert call(tmp_path, "train", now=START + 90 * DAY).exit_code == 0
    return tmp_path


def _services(folder: Path, **classifier: Any) -> Services:
    settings = Settings(
        survey=SurveySettings(taxonomy=small_taxonomy_file(folder)),
        database=DatabaseSettings(path=folder / "var" / "survey.duckdb"),
        classifier=ClassifierSettings(
            models=folder / "var" / "models", reports=folder / "var" / "reports", **classifier
        ),
        now=NOW,
    )
    return open_services(settings)


def test_quiet_week_is_reported_as_quiet(survey: Path) -> None:
    store_papers(opener(survey), outside(60, start=700), seen_at=NOW - 2 * DAY)
    found = json.loads(call(survey, "drift", "--json", now=NOW).stdout)
    assert found["week"] == "2026-W16"
    assert found["papers"] == 60
    assert found["missing_terms"] == []
    assert found["notable"] == []


def test_a_missing_section_raises_an_alarm_with_terms_and_papers(survey: Path) -> None:
    open_store = opener(survey)
    stream = [*outside(60, start=700), *(e.document for e in approved(10, start=700))]
    store_papers(open_store, stream, seen_at=NOW - 9 * DAY)
    strange = [Example(paper, in_scope=False) for paper in smells(12)]
    decide(open_store, strange, first=NOW - 5 * DAY, step=DAY / 50, seen_at=NOW - 6 * DAY)
    ended = call(survey, "drift", now=NOW)
    assert ended.exit_code == 0, ended.output
    assert "a section may be missing" in ended.output
    assert "molecules" in ended.output
    found = newest_drift(survey / "var" / "reports")
    assert found is not None
    assert {"odour", "olfactory", "molecules"} & {term for term, _ in found.missing_terms}
    assert len(found.missing_examples) == 5
    assert all("Olfactory" in paper.title for paper in found.missing_examples)
    assert "a section may be missing" in call(survey, "status", now=NOW).output
    doctor = call(survey, "doctor", now=NOW)
    assert "drift: 2026-W16: a section may be missing" in doctor.output


def test_calibration_is_looked_at_on_decisions_new_to_the_model(survey: Path) -> None:
    # said with certainty, and every time the reviewer says the opposite
    wrong = [
        *(Example(e.document, in_scope=False) for e in approved(8, start=700)),
        *(
            Example(e.document, in_scope=True, sections=("agents",))
            for e in rejected(30, start=700)
        ),
    ]
    decide(opener(survey), wrong, first=NOW - 5 * DAY, step=DAY / 100, seen_at=NOW - 6 * DAY)
    found = json.loads(call(survey, "drift", "--json", now=NOW).stdout)
    assert found["decided"] == 62
    assert found["calibration_error"] > 0.15
    assert any("miss the newest 62 decisions" in said for said in found["notable"])


def test_new_words_are_noticed(survey: Path) -> None:
    store_papers(opener(survey), outside(60, start=700), seen_at=NOW - 20 * DAY)
    foreign = [
        document(f"new-{n}", f"Zibbelquark {n}", "Frobnitz grelka wumpf parda silu. " * 3)
        for n in range(60)
    ]
    store_papers(opener(survey), foreign, seen_at=NOW - DAY)
    found = json.loads(call(survey, "drift", "--json", now=NOW).stdout)
    assert found["unknown_terms"] > 0.9
    assert found["unknown_before"] < 0.2
    assert any("unknown to the model" in said for said in found["notable"])


def test_nothing_is_judged_before_fifty_decisions(tmp_path: Path) -> None:
    open_store = settle(tmp_path, decided=49)
    assert call(tmp_path, "train", now=START + 90 * DAY).exit_code == 0
    store_papers(open_store, outside(60, start=700), seen_at=NOW - 20 * DAY)
    foreign = [document(f"new-{n}", f"Zibbelquark {n}", "Frobnitz grelka. " * 3) for n in range(60)]
    store_papers(open_store, foreign, seen_at=NOW - DAY)
    found = json.loads(call(tmp_path, "drift", "--json", now=NOW).stdout)
    assert found["unknown_terms"] > 0.9
    assert (found["human"], found["notable"]) == (49, [])
    assert (
        "verdict  not judged before 50 decisions, 49 so far"
        in call(tmp_path, "drift", now=NOW).stdout
    )
    assert "2026-W16:" not in call(tmp_path, "status", now=NOW).stdout
    decide(open_store, decisions(1, start=900), first=NOW - DAY)
    assert json.loads(call(tmp_path, "drift", "--json", now=NOW).stdout)["notable"]


def test_nothing_is_said_of_what_is_not_known(survey: Path) -> None:
    ended = call(survey, "drift", "--json", now=NOW)
    found = json.loads(ended.stdout)
    assert {found[name] for name in ("unknown_terms", "score_shift", "calibration_error")} == {None}
    said = call(survey, "drift", now=NOW).stdout
    assert "verdict  not known, because too few papers and decisions are new" in said
    assert "2026-W16:" not in call(survey, "status", now=NOW).stdout


def test_without_a_model_nothing_can_drift(tmp_path: Path) -> None:
    settle(tmp_path)
    ended = call(tmp_path, "drift")
    assert ended.exit_code == 1
    assert "No model was trained yet" in ended.output


def test_the_first_run_of_a_week_looks_and_the_others_do_not(survey: Path) -> None:
    run, opened = Run(), _services(survey)
    first = weekly_drift(opened, run)
    assert first is not None
    assert first.week == str(Week.of(NOW))
    assert weekly_drift(opened, run) is None
    assert measure_drift(opened, run) == first
    (survey / "var" / "reports" / f"drift-{first.week}.json").unlink()
    for path in (survey / "var" / "models").glob("*"):
        if path.is_file():
            path.unlink()
    assert weekly_drift(opened, run) is None


def test_a_run_trains_anew_when_enough_is_new(survey: Path) -> None:
    run = Run()
    decide(opener(survey), decisions(10, start=700), first=NOW - 5 * DAY)
    assert retrain_if_due(_services(survey), run) is None
    assert retrain_if_due(_services(survey, retrain_after=11), run) is None
    trained = retrain_if_due(_services(survey, retrain_after=10), run)
    assert trained is not None
    assert (run.counts["trained"], run.counts["promoted"]) == (1, 1)
    assert retrain_if_due(_services(survey, retrain_after=1), run) is None


def test_a_lost_contest_is_not_repeated_in_every_run(
    survey: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def worse(*args: object, **named: object) -> Comparison:
        return Comparison("worse", not_worse=False)

    monkeypatch.setattr(training, "compete", worse)
    run = Run()
    decide(opener(survey), decisions(10, start=700), first=NOW - 5 * DAY)
    assert retrain_if_due(_services(survey, retrain_after=10), run) is not None
    assert (run.counts["trained"], run.counts["promoted"]) == (1, 0)
    assert retrain_if_due(_services(survey, retrain_after=10), run) is None


def test_a_run_with_too_little_to_learn_from_goes_on(tmp_path: Path) -> None:
    opener_ = opener(tmp_path)
    decide(opener_, decisions(10), first=START)
    assert retrain_if_due(_services(tmp_path, retrain_after=1), Run()) is None


def test_reports_of_another_version_are_passed_over(tmp_path: Path) -> None:
    report = DriftReport(
        "2026-W10", "m", "2026-03-03T00:00:00+00:00", 3, 0.1, None, None, None, 0, 0, (), (), ()
    )
    save_drift(tmp_path, report)
    (tmp_path / "drift-2026-W11.json").write_text('{"week": "2026-W11"}')
    assert newest_drift(tmp_path) == report
    assert newest_drift(tmp_path / "none") is None
