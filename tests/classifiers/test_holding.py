from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from classifiers.linear.holding import BY_HASH, LATER, HeldOut, hold_out
from classifiers.linear.recipe import Recipe
from classifiers.types import Document, Example
from tests.support.texts import approved, outside, rejected

START = datetime(2025, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def dated(examples: Sequence[Example], *, every: timedelta = DAY) -> list[Example]:
    """Return the examples with ascending dates and mixed verdicts."""
    mixed = sorted(examples, key=lambda e: e.document.key[::-1])
    return [
        replace(e, document=replace(e.document, known_at=START + n * every))
        for n, e in enumerate(mixed)
    ]


def stream(count: int, *, start: datetime = START) -> list[Document]:
    return [
        replace(paper, known_at=start + n * DAY)
        for n, paper in enumerate(outside(count, start=500))
    ]


def held(examples: Sequence[Example], background: Sequence[Document] = ()) -> HeldOut:
    return hold_out(examples, background, Recipe(), salt="0:")


def moments(papers: Sequence[Example]) -> list[datetime]:
    return [e.document.known_at for e in papers if e.document.known_at is not None]


MANY = [*approved(42), *rejected(108), *rejected(60, start=200)]


def test_held_out_papers_are_later_than_the_fit() -> None:
    examples, background = dated(MANY), stream(60)
    found = held(examples, background)
    assert found.chosen == LATER
    assert len(found.rounds) == 4
    for each in found.rounds:
        behind = [e for e, is_in in zip(examples, each.examples, strict=True) if is_in]
        later = [e for e, is_in in zip(examples, each.held, strict=True) if is_in]
        assert len(behind) >= len(examples) * 0.4
        assert max(moments(behind)) < min(moments(later))
        read = [d.known_at for d, is_in in zip(background, each.background, strict=True) if is_in]
        asked = [
            d.known_at for d, is_in in zip(background, each.held_background, strict=True) if is_in
        ]
        assert max(day for day in read if day) < min(day for day in asked if day)


def test_later_papers_are_held_out_once() -> None:
    rounds = held(dated(MANY), stream(60)).rounds
    times = np.sum([each.held for each in rounds], axis=0)
    first = int(np.ceil(len(MANY) * 0.4))
    assert times.tolist() == [0] * first + [1] * (len(MANY) - first)
    assert np.sum([each.held_background for each in rounds], axis=0).max() == 1


def test_papers_of_one_moment_stay_together() -> None:
    examples = [
        replace(e, document=replace(e.document, known_at=START + (n // 40) * DAY))
        for n, e in enumerate(dated(MANY))
    ]
    days = np.asarray([(e.document.known_at or START) - START for e in examples])
    for each in held(examples).rounds:
        assert days[each.examples].max() < days[each.held].min()


def test_old_list_is_fitted_with_part_of_the_stream() -> None:
    later = stream(60, start=START + 1_000 * DAY)
    found = held(dated(MANY), later)
    assert found.chosen == LATER
    assert [int(each.background.sum()) for each in found.rounds] == [24, 36, 48, 54]


def without_dates(examples: Sequence[Example], share: float) -> list[Example]:
    bare = int(len(examples) * share)
    return [
        replace(e, document=replace(e.document, known_at=None)) if n % len(examples) < bare else e
        for n, e in enumerate(examples)
    ]


def old_rejections() -> list[Example]:
    return [
        replace(e, document=replace(e.document, known_at=START - DAY)) if not e.in_scope else e
        for e in dated(MANY)
    ]


@pytest.mark.parametrize(
    "examples",
    [
        pytest.param([], id="nothing"),
        pytest.param(MANY, id="no dates"),
        pytest.param(without_dates(dated(MANY), 0.5), id="half without dates"),
        pytest.param(dated(MANY, every=timedelta()), id="all of one moment"),
        pytest.param(dated(approved(20)), id="48 later approvals"),
        pytest.param(old_rejections(), id="all rejected papers are old"),
    ],
)
def test_without_dates_parts_are_drawn_by_hash(examples: list[Example]) -> None:
    found = held(examples, outside(30))
    assert found.chosen == BY_HASH
    assert len(found.rounds) == Recipe().folds
    assert (np.sum([each.held for each in found.rounds], axis=0) == 1).all()
    for each in found.rounds:
        assert not (each.examples & each.held).any()
        assert not (each.background & each.held_background).any()


def test_undated_paper_is_neither_fitted_nor_held_out() -> None:
    examples = dated(MANY)
    examples[3] = replace(examples[3], document=replace(examples[3].document, known_at=None))
    found = held(examples)
    assert found.chosen == LATER
    assert not any(each.examples[3] or each.held[3] for each in found.rounds)


@pytest.mark.parametrize("chosen", [LATER, BY_HASH])
def test_large_training_has_one_round(chosen: str) -> None:
    examples = [*approved(108), *(e for n in range(3) for e in rejected(108, start=200 * n))]
    examples = dated(examples) if chosen == LATER else examples
    found = hold_out(examples, stream(60), Recipe(fold_limit=100), salt="0:")
    assert found.chosen == chosen
    [only] = found.rounds
    assert 0.1 < only.held.mean() < 0.3
    assert not (only.examples & only.held).any()


def test_thousand_examples_hold_out_the_newest_third() -> None:
    yes = [*approved(108), *approved(108, start=200)]
    no = [*rejected(108), *rejected(92, start=200)]
    assert [round(r.examples.mean(), 1) for r in held(dated([*yes, *no])).rounds] == [0.7, 0.9]
    # No rejection among the newest third; most of them among the newer papers.
    thin = [
        replace(e, document=replace(e.document, known_at=START + n * DAY))
        for n, e in enumerate([*yes[:480], *no, *yes[480:]])
    ]
    found = held(thin, stream(60))
    assert found.chosen == LATER
    assert [round(r.examples.mean(), 1) for r in found.rounds] == [0.4, 0.6, 0.8, 0.9]


def test_fit_without_rejections_needs_the_stream() -> None:
    late = [
        replace(e, document=replace(e.document, known_at=START + timedelta(days=400 + n)))
        for n, e in enumerate([*rejected(90, start=200), *approved(120, start=300)])
    ]
    examples = [*dated(approved(300)), *late]
    assert held(examples).chosen == BY_HASH
    assert held(examples, stream(60)).chosen == LATER
    plain = hold_out(examples, stream(60), replace(Recipe(), weak=False), salt="0:")
    assert plain.chosen == BY_HASH
