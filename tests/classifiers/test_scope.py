from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from scipy import sparse

from classifiers.linear.recipe import Recipe
from classifiers.linear.scope import (
    OLD,
    ScopeRows,
    fit_scope,
    old_approvals,
)
from classifiers.linear.share import SHARE, at_its_share, by_words
from classifiers.linear.training import train
from classifiers.types import Example
from config.taxonomy import Taxonomy
from tests.support.texts import SECTIONS, TRAINED_AT, approved, document, rejected, stream

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def dated(example: Example, days: int) -> Example:
    moment = NOW - timedelta(days=days)
    return replace(example, document=replace(example.document, known_at=moment))


def of_section(section: str, examples: list[Example]) -> list[Example]:
    return [example for example in examples if example.sections == (section,)]


@pytest.mark.parametrize("share", [0.05, 0.25, 0.5])
def test_share_of_the_stream_is_estimated(share: float) -> None:
    """Log-odds that hold at seven of ten, read on a stream with another share."""
    rng = np.random.default_rng(0)
    inside = rng.uniform(size=20_000) < share
    # Of normal margins with means 1 and -1 and deviation 1, the log-odds are twice the margin.
    margins = rng.normal(np.where(inside, 1.0, -1.0), 1.0)
    chances, found = at_its_share(2.0 * margins + np.log(0.7 / 0.3), 0.7)
    assert found == pytest.approx(share, abs=0.02)
    for low, high in ((0.0, 0.3), (0.3, 0.7), (0.7, 1.0)):
        here = (chances >= low) & (chances < high)
        assert chances[here].mean() == pytest.approx(inside[here].mean(), abs=0.05)


def test_share_of_no_stream_is_that_of_the_decisions() -> None:
    chances, found = at_its_share(np.zeros(0), 0.7)
    assert (len(chances), found) == (0, 0.7)


def test_words_give_the_assumed_share_and_keep_the_order() -> None:
    closeness = np.random.default_rng(0).exponential(size=500)
    chances = by_words(closeness)
    assert chances.mean() == pytest.approx(SHARE, abs=1e-6)
    assert (np.argsort(chances) == np.argsort(closeness)).all()
    np.testing.assert_allclose(by_words(np.ones(4)), SHARE)
    assert by_words(np.zeros(0)).tolist() == []


def test_approvals_a_year_older_than_the_newest_paper_are_old() -> None:
    days = OLD.days
    ages = (days + 1, days - 1, 0, days + 1)
    papers = [dated(e, age).document for e, age in zip(approved(1), ages, strict=True)]
    in_scope = np.asarray([True, True, True, False])
    assert old_approvals(papers, in_scope).tolist() == [True, False, False, False]
    undated = [replace(each, known_at=None) for each in papers]
    assert not old_approvals(undated, in_scope).any()
    # The stream's newest paper counts too.
    later = [replace(papers[0], key="later", known_at=NOW + timedelta(days=2))]
    assert old_approvals(papers, in_scope, later).tolist() == [True, True, False, False]


def plane(rows: list[list[float]]) -> sparse.csr_matrix:
    return sparse.csr_matrix(np.asarray(rows, dtype=np.float32).reshape(-1, 2))


def test_unlabelled_papers_like_approved_ones_are_not_negatives() -> None:
    """A stream that is in scope as a whole must not push its own kind out of scope."""
    inside, outside_ = [1.0, 0.0], [0.0, 1.0]
    rows = ScopeRows(
        matrix=plane([inside] * 30 + [outside_] * 30),
        wanted=np.repeat([True, False], 30),
        old=np.zeros(60, dtype=bool),
        stream=plane([inside] * 900 + [outside_] * 100),
        words=np.zeros(2),
        drawn_from=np.zeros(60, dtype=np.int64),
    )
    fit = fit_scope(rows, Recipe())
    assert fit is not None
    margins = rows.matrix @ fit.weights + fit.intercept
    assert margins[0] > 1.0 > -1.0 > margins[-1]


def test_scope_without_papers_of_both_kinds_is_not_fitted() -> None:
    rows = ScopeRows(
        plane([[1.0, 0.0]]),
        np.ones(1, bool),
        np.zeros(1, bool),
        plane([]),
        np.ones(2),
        np.zeros(1, np.int64),
    )
    assert fit_scope(rows, Recipe()) is None


def test_old_approvals_yield_to_newer_rejections(taxonomy: Taxonomy) -> None:
    """The list is on attacks; reviewers now reject those and approve videos."""
    attacks, videos = SECTIONS[3], SECTIONS[1]
    listed = [dated(e, OLD.days + 30) for e in of_section(attacks, approved(60))]
    newer = [dated(e, 10) for e in of_section(videos, approved(30, start=200))]
    turned_down = [
        dated(replace(e, in_scope=False, sections=()), 10)
        for e in of_section(attacks, approved(30, start=300))
    ]
    model = train([*listed, *newer, *turned_down], stream(), taxonomy, trained_at=TRAINED_AT)
    [attack, video] = model.predict(
        [of_section(kind, approved(1, start=900))[0].document for kind in (attacks, videos)]
    )
    assert attack.in_scope < 0.5 < video.in_scope


def test_list_alone_is_not_sure_of_the_stream(taxonomy: Taxonomy) -> None:
    """Without a rejection the mean over the stream is the assumed share."""
    known = [*approved(6, start=20)]
    seen = stream(160)
    model = train(known, seen, taxonomy, trained_at=TRAINED_AT)
    chances = model.probabilities(seen)[:, 0]
    assert chances.mean() == pytest.approx(SHARE, abs=0.1)


def test_technique_of_another_task_teaches_nothing(taxonomy: Taxonomy) -> None:
    """Every paper on understanding has a language model, which says nothing of generators."""
    facets = (("task", "understanding"), ("modality", "image"), ("technique", "llm-based"))
    reader = Example(document("reader", "A title"), in_scope=True, facets=facets)
    maker = replace(
        reader, document=document("maker", "Another"), facets=(("task", "generation"), facets[2])
    )
    bare = replace(reader, document=document("bare", "A third"), facets=(facets[2],))
    counts = train([reader, *rejected()], [], taxonomy, trained_at=TRAINED_AT).header.counts
    assert (counts["task: understanding"], counts["technique: llm-based"]) == (1, 0)
    for each in (maker, bare):
        taught = train([each, *rejected()], [], taxonomy, trained_at=TRAINED_AT).header.counts
        assert taught["technique: llm-based"] == 1


def test_topic_that_fills_the_stream_ranks_below_an_approved_one() -> None:
    """Reviewers approve one topic; the stream is full of another that resembles no rejection."""
    wanted, other, outside_ = [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]

    def table(rows: list[list[float]]) -> sparse.csr_matrix:
        return sparse.csr_matrix(np.asarray(rows, dtype=np.float32))

    rows = ScopeRows(
        matrix=table([wanted] * 30 + [outside_] * 30),
        wanted=np.repeat([True, False], 30),
        old=np.zeros(60, dtype=bool),
        stream=table([other] * 300),
        words=np.zeros(3),
        drawn_from=np.zeros(60, dtype=np.int64),
    )
    light, heavy = (
        fit_scope(rows, replace(Recipe(), stream_rejected=weight)) for weight in (0.01, 0.3)
    )
    assert light is not None
    assert heavy is not None
    assert heavy.weights[0] - heavy.weights[1] > light.weights[0] - light.weights[1] + 0.5
    assert heavy.weights[0] > heavy.weights[1] > heavy.weights[2]
