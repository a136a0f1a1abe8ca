"""The protocol of the classifier's study leaves out what it says it leaves out."""

import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from unittest.mock import Mock

import numpy as np
import pytest

from benchmarks import classifier_cuts, classifier_data, classifier_protocol
from benchmarks.asreview_package import AsreviewPackage
from benchmarks.classifier_cuts import (
    Cut,
    cut_at,
    older_cues,
    topic,
    topics,
    without_month,
    without_topic,
)
from benchmarks.classifier_data import Development
from benchmarks.classifier_study import Figures
from benchmarks.classifier_tables import ASREVIEW, OURS, PLAIN, Point, of_draws
from classifiers.identity import marks
from classifiers.types import Example
from config.taxonomy import Taxonomy, load_taxonomy
from tests.support.texts import approved, rejected, stream


def placed(examples: list[Example], *facets: tuple[str, str]) -> list[Example]:
    return [replace(example, sections=(), facets=facets) for example in examples]


def cues(taxonomy: Taxonomy) -> set[str]:
    of_labels = {cue for facet in taxonomy.facets for label in facet.labels for cue in label.cues}
    return of_labels | {cue for section in taxonomy.sections for cue in section.cues}


def test_only_cues_that_older_papers_show_are_kept() -> None:
    taxonomy = load_taxonomy()
    papers = approved(classifier_cuts.CUE_SEEN)
    kept = cues(older_cues(taxonomy, [*papers, *rejected()]))
    assert {"text to video", "jailbreak attacks"} <= kept < cues(taxonomy)
    assert "osworld" not in kept
    assert not cues(older_cues(taxonomy, rejected()))


def test_topic_left_out_keeps_the_list_and_other_topics() -> None:
    videos = placed(approved(2), ("task", "generation"), ("modality", "video"))
    agents = placed(approved(2, start=20), ("task", "agents"))
    listed = approved(2, start=40)
    assert [topic(each) for each in (videos[0], agents[0], listed[0])] == [
        "video generation",
        "agents",
        "",
    ]
    assert without_topic([*listed, *videos, *agents], "video generation") == [*listed, *agents]


def data_of(pools: dict[str, list[Example]]) -> Development:
    later = [example for pool in pools.values() for example in pool]
    return Development(
        taxonomy=load_taxonomy(),
        listed=approved(2, start=40),
        approvable=[],
        rejectable=[],
        stream=stream(),
        test=[example for example in later if example.in_scope],
        test_rejected=[example for example in later if not example.in_scope],
        pools=pools,
    )


def test_month_left_out_teaches_nothing() -> None:
    pools = {
        "2025-05": [*approved(2), *rejected(3)],
        "2025-06": [*approved(2, start=20), *rejected(3, start=20)],
    }
    rest, pool = without_month(data_of(pools), "2025-05")
    assert pool == pools["2025-05"]
    taught = [e.document for e in (*rest.approvable, *rest.rejectable)] + rest.stream
    assert marks(taught) == marks(e.document for e in pools["2025-06"])


def test_topics_need_enough_papers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classifier_cuts, "TOPIC_FEWEST", 8)
    agents = placed(approved(2), ("task", "agents"))
    surveys = placed(approved(1, start=20), ("task", "survey"))
    assert topics(data_of({"2025-05": [*agents, *surveys]})) == ["agents"]


def test_protocol_is_skipped_with_a_reason_without_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(classifier_data, "DATA", tmp_path / "none")
    assert classifier_protocol.main([]) == 0
    shown = capsys.readouterr()
    assert "Skipped" in shown.err
    assert str(tmp_path / "none") in shown.err
    assert shown.out == ""


@pytest.mark.slow
def test_papers_read_by_hand_are_never_trained_on(shared_data: Path) -> None:
    cut = cut_at("2025-10")
    read = marks(example.document for example in cut.read)
    assert len(cut.read) > 400
    known = marks(e.document for e in cut.data.decisions(3_000, 0)) | marks(cut.data.stream)
    assert read.isdisjoint(known)


class FakeCycle:
    """As much of ASReview's cycle as the rule uses: rows are lengths of titles."""

    classifier: "FakeCycle"

    def transform(self, rows: list[dict[str, str]]) -> np.ndarray:
        return np.asarray([[float(len(row["title"]))] for row in rows])

    def fit(self, rows: np.ndarray, verdicts: np.ndarray) -> None:
        self.mean = float(rows[verdicts == 1].mean())
        self.classifier = self

    def decision_function(self, rows: np.ndarray) -> np.ndarray:
        return -np.abs(rows[:, 0] - self.mean)


def test_asreview_itself_is_asked_like_the_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    modules: dict[str, dict[str, object]] = {
        "asreview.models.models": {"get_ai_config": lambda: {"value": "elas"}},
        "asreview.learner": {"ActiveLearningCycle": Mock(from_meta=lambda _: FakeCycle())},
        "pandas": {"DataFrame": lambda rows: rows},
    }
    for name, content in modules.items():
        module = ModuleType(name)
        vars(module).update(content)
        monkeypatch.setitem(sys.modules, name, module)
    pool = [*approved(1), *rejected(4)]
    rule = AsreviewPackage(pool, approved(2, start=20))
    assert not len(rule.chances(np.asarray([0]), np.asarray([True])))
    chances = rule.chances(np.asarray([7]), np.asarray([False]))
    assert len(chances) == len(pool)
    assert chances.argmax() in range(4)


def test_table_of_facets_has_mean_and_worst_cut(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second cut tests wrong labels only, so its share of right ones is 0."""
    right = placed(approved(6, start=60), ("task", "generation"), ("modality", "video"))
    wrong = placed(approved(6, start=60), ("task", "survey"), ("modality", "audio"))
    taxonomy = load_taxonomy()
    cuts = {
        "2025-05": Cut("2025-05", data_of({"2025-06": right}), taxonomy, []),
        "2025-07": Cut("2025-07", data_of({"2025-08": wrong}), taxonomy, []),
    }
    monkeypatch.setattr(classifier_protocol, "cut_at", cuts.__getitem__)
    monkeypatch.setattr(classifier_protocol, "COUNTS", (0,))
    classifier_protocol.facets(list(cuts))
    header, _, *rows = capsys.readouterr().out.splitlines()
    assert header.startswith("| facet | decisions | right | right, worst |")
    cells = {row.split(" | ")[0].strip("| "): row.split(" | ") for row in rows}
    assert set(cells) == {"modality", "task"}
    _, count, mean, worst, *_ = cells["task"]
    assert (count, worst) == ("0", "0.000")
    assert 0.0 < float(mean) <= 0.5


def test_draws_are_compared_with_the_better_baseline_of_the_same_draw(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The better baseline is another one in each draw; the errors of probabilities have none."""
    found: dict[Point, list[Figures]] = {
        (OURS, 300, "2025-05"): [{"read": 0.5, "ECE": 0.02}, {"read": 0.3, "ECE": 0.04}],
        (PLAIN, 300, "2025-05"): [{"read": 0.4, "ECE": 0.1}, {"read": 0.1, "ECE": 0.1}],
        (ASREVIEW, 300, "2025-05"): [{"read": 0.1}, {"read": 0.2}],
    }
    of_draws(found, "read", ["2025-05"])
    ours, *baselines = capsys.readouterr().out.splitlines()[2:]
    assert ours == f"| {OURS} | 300 | 0.400 (0.300-0.500) | 0.400 | +0.100 (2025-05) |"
    assert [row.split(" | ")[-1] for row in baselines] == [" |", " |"]
    of_draws(found, "ECE", ["2025-05"])
    errors = capsys.readouterr().out.splitlines()[2:]
    assert errors[0] == f"| {OURS} | 300 | 0.030 (0.020-0.040) | 0.030 |  |"
    assert len(errors) == 2


def test_error_by_chance_is_that_of_right_probabilities() -> None:
    few, many = np.full(100, 0.5), np.full(10_000, 0.5)
    # the mean of n halves is off by less than 1.96 standard errors, 0.5 / sqrt(n), 95 times in 100
    assert classifier_protocol.error_by_chance(few) == pytest.approx(0.098, abs=0.015)
    assert classifier_protocol.error_by_chance(many) == pytest.approx(0.0098, abs=0.0015)
    assert classifier_protocol.error_by_chance(np.ones(50)) == 0.0
