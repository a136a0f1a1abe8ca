from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.errors import ModelError
from classifiers.identity import apart, marks, unmarked
from classifiers.linear.calibration import expected_error, threshold_for
from classifiers.linear.training import train
from classifiers.measure.baselines import NaiveBayes, plain
from classifiers.measure.evaluation import LeakError, evaluate, labels_of, temporal_split
from classifiers.measure.metrics import label_measures, reliability, work_saved
from classifiers.measure.simulation import Asreview, OurRule, simulate
from classifiers.types import Document, Example, Scores
from config.taxonomy import Taxonomy
from tests.support.texts import TRAINED_AT, approved, outside, rejected, stream

START = datetime(2026, 1, 1, tzinfo=UTC)


def _dated(examples: list[Example]) -> list[tuple[Example, datetime]]:
    return [(example, START + timedelta(days=n)) for n, example in enumerate(examples)]


def test_split_is_by_time_and_complete() -> None:
    examples = approved(5)
    split = temporal_split(_dated(examples)[::-1], newest=0.25)
    assert split.train == tuple(examples[:15])
    assert split.test == tuple(examples[15:])
    assert split.cut == START + timedelta(days=15)


def test_examples_of_one_moment_stay_together() -> None:
    examples = approved(5)
    moments = [START] * 15 + [START + timedelta(days=1)] * 5
    split = temporal_split(list(zip(examples, moments, strict=True)), newest=0.5)
    assert (len(split.train), len(split.test)) == (15, 5)


def test_bulk_import_alone_gives_an_empty_test() -> None:
    split = temporal_split([(example, START) for example in approved(2)])
    assert split.test == ()


def test_trained_papers_are_refused(taxonomy: Taxonomy) -> None:
    examples = [*approved(3), *rejected(4)]
    model = train(examples, [], taxonomy, trained_at=TRAINED_AT)
    keys = {example.document.key for example in examples}
    with pytest.raises(LeakError, match="1 test papers were trained on"):
        evaluate(model, [*approved(1, start=50), examples[0]], taxonomy, trained_on=keys)


def test_second_id_is_the_same_paper(taxonomy: Taxonomy) -> None:
    first, other = approved(2)[:2]
    again = replace(first.document, key="second", title=f"{first.document.title.upper()}.")
    model = train([first, *rejected(4)], [], taxonomy, trained_at=TRAINED_AT)
    with pytest.raises(LeakError, match="1 test papers were trained on, among them second"):
        evaluate(
            model,
            [other, Example(again, in_scope=True)],
            taxonomy,
            trained_on=marks([first.document]),
        )
    assert apart([first, other], [Example(again, in_scope=False)]) == (other,)
    assert unmarked([again, other.document], marks([first.document])) == [other.document]


def test_empty_test_is_refused(taxonomy: Taxonomy) -> None:
    model = train([], [], taxonomy, trained_at=TRAINED_AT)
    with pytest.raises(ModelError, match="nothing to evaluate on"):
        evaluate(model, [], taxonomy, trained_on=())


class Oracle:
    """Returns fixed scores."""

    model_id = "oracle"

    def __init__(self, taxonomy: Taxonomy, fixed: dict[str, tuple[float, str]]) -> None:
        self._taxonomy, self._fixed = taxonomy, fixed

    def predict(self, documents: Sequence[Document]) -> list[Scores]:
        return [self._score(document.key) for document in documents]

    def _score(self, key: str) -> Scores:
        in_scope, section = self._fixed[key]
        labels = self._taxonomy.section(section).labels
        return Scores(
            key=key,
            in_scope=in_scope,
            sections=tuple(
                sorted(
                    ((s.id, float(s.id == section)) for s in self._taxonomy.sections),
                    key=lambda pair: -pair[1],
                )
            ),
            facets=tuple(
                (facet.name, label.name, 0.9 if (facet.name, label.name) in labels else 0.05)
                for facet in self._taxonomy.facets
                for label in facet.labels
            ),
            terms=(),
        )


def test_measures_of_a_known_result(taxonomy: Taxonomy) -> None:
    video, image = "generation-video-non-llm-based", "generation-image-non-llm-based"
    test = [e for e in approved(2) if e.sections[0] in {video, image}] + rejected(2)
    fixed = {
        f"{image}-0": (0.9, image),
        f"{image}-1": (0.8, video),
        f"{video}-0": (0.7, video),
        f"{video}-1": (0.3, video),
        "outside-0": (0.6, video),
        "outside-1": (0.1, video),
    }
    found = evaluate(Oracle(taxonomy, fixed), test, taxonomy, trained_on=())
    assert (found.scope.papers, found.scope.approved) == (6, 4)
    assert found.scope.precision == pytest.approx(3 / 4)
    assert found.scope.recall == pytest.approx(3 / 4)
    assert found.scope.area_under_curve == pytest.approx(7 / 8)
    modality = next(facet for facet in found.facets if facet.facet == "modality")
    assert modality.top1 == pytest.approx(3 / 4)
    assert set(modality.confusion) == {
        ("image", "image", 1), ("image", "video", 1), ("video", "video", 2),
    }  # fmt: skip
    assert found.section_top1 == pytest.approx(3 / 4)
    hard = {(h.key, h.question, h.said) for h in found.hardest}
    assert (f"{image}-1", "modality", "video") in hard
    assert ("outside-0", "scope", "in scope") in hard
    assert (f"{video}-1", "scope", "out of scope") in hard


def test_trained_model_beats_chance(taxonomy: Taxonomy) -> None:
    examples = [*approved(), *rejected()]
    test = [*approved(3, start=700), *rejected(6, start=700)]
    keys = {example.document.key for example in examples}
    for classifier in (
        train(examples, stream(), taxonomy, trained_at=TRAINED_AT),
        plain(examples, taxonomy, trained_at=TRAINED_AT),
        NaiveBayes(examples, taxonomy, "multinomial"),
        NaiveBayes(examples, taxonomy, "complement"),
    ):
        found = evaluate(classifier, test, taxonomy, trained_on=keys)
        assert found.scope.area_under_curve > 0.9
        assert {facet.facet for facet in found.facets} == {"task", "modality", "technique"}


@pytest.mark.parametrize("reading", ["likely", "uncertain", "mixed", "random"])
def test_simulation_reads_every_paper_once(taxonomy: Taxonomy, reading: str) -> None:
    pool = [*approved(3), *(Example(d, in_scope=False) for d in outside(12))]
    found = simulate(OurRule(pool, [], taxonomy), pool, reading, batch=6, clock=lambda: 0.0)
    assert (found.papers, found.relevant, found.steps) == (24, 12, 4)
    assert found.curve[-1] == (24, 1.0)
    assert [share for _, share in found.curve] == sorted(share for _, share in found.curve)


def test_likely_order_saves_work_for_both_rules(taxonomy: Taxonomy) -> None:
    pool = [*approved(3), *(Example(d, in_scope=False) for d in outside(36))]
    listed = approved(3, start=300)
    for rule in (OurRule(pool, listed, taxonomy), Asreview(pool, listed)):
        found = simulate(rule, pool, "likely", batch=6)
        assert found.work_saved_at_95 > 0.4
        assert found.rule == rule.name


def test_work_saved_of_known_rankings() -> None:
    relevant = np.array([True] * 20 + [False] * 80)
    best = np.linspace(1, 0, 100)
    assert work_saved(best, relevant) == pytest.approx(0.81 - 0.05)
    assert work_saved(-best, relevant) == pytest.approx(0.01 - 0.05)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60))
def test_reliability_bins_are_complete(
    pairs: list[tuple[float, bool]],
) -> None:
    chances = np.array([p for p, _ in pairs])
    happened = np.array([h for _, h in pairs])
    bins = reliability(chances, happened)
    assert sum(each.count for each in bins) == len(pairs)
    by_hand = sum(each.count * abs(each.promised - each.came) for each in bins) / len(pairs)
    assert expected_error(chances, happened) == pytest.approx(by_hand)


def test_threshold_reaches_the_precision() -> None:
    chances = np.linspace(0.99, 0.9, 100)
    right = np.array([True] * 60 + [False] * 40)
    threshold = threshold_for(chances, right, 0.9)
    suggested = chances >= threshold
    assert right[suggested].mean() >= 0.9
    assert suggested.sum() == 65  # (60 + 1) / (65 + 2) is the last over 0.9
    everything_right = threshold_for(np.linspace(1.0, 0.5, 101), np.ones(101, dtype=bool), 0.9)
    assert everything_right == pytest.approx(0.8, abs=0.006)  # 0.9 predicted on average
    assert threshold_for(chances, ~right, 0.95) == 1.0


def test_measures_of_a_label_without_support() -> None:
    never = np.zeros(3, dtype=bool)
    found = label_measures("audio", np.zeros(3), never, never)
    assert (found.support, found.precision, found.recall, found.f1) == (0, 0.0, 0.0, 0.0)


def test_all_techniques_chosen_count_in_no_measure(taxonomy: Taxonomy) -> None:
    image = "generation-image-non-llm-based"
    every = tuple(
        s.id
        for s in taxonomy.sections
        if (s.task, s.modality) == ("generation", "image") and s.technique
    )
    sure, unsure = (e for e in approved(2) if e.sections == (image,))
    unsure = Example(unsure.document, in_scope=True, sections=every)
    assert labels_of(unsure, "technique", taxonomy) == set()
    assert labels_of(unsure, "modality", taxonomy) == {"image"}
    fixed = {f"{image}-{n}": (0.9, image) for n in range(2)}
    found = evaluate(Oracle(taxonomy, fixed), [sure, unsure], taxonomy, trained_on=())
    assert {f.facet: f.papers for f in found.facets} == {"task": 2, "modality": 2, "technique": 1}
    assert sum(measures.support for measures in found.sections) == 1
