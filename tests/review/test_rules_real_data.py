"""Replay and second look on real papers: what people of other lists placed, and easy negatives."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from benchmarks.classifier_data import load
from classifiers.types import Example
from config.reasons import DEFAULT_REASONS
from config.rules_schema import Rule
from config.schema import ClassifierSettings
from config.taxonomy import load_taxonomy
from pipeline.learn.cross_fit import cross_fit
from pipeline.review.rules.fitness import MOST_PHI, unfit
from pipeline.review.rules.replay import replay
from pipeline.review.second_look import offers
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services
from storage.types import NewDecision, Verdict
from tests.support.builders import make_paper
from tests.support.services import make_services
from tests.support.storage import migrated

pytestmark = pytest.mark.slow  # trains five models on a thousand papers

NOW = datetime(2026, 3, 17, 12, tzinfo=UTC)
RULE = Rule(id="far", scope_below=5, no_words=True, most_wrong=5)
DECIDED, PLANTED = 1_000, 12


@pytest.fixture(scope="module")
def planted(
    shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Services, frozenset[str]]:
    """Real decisions, scored, a few turned into their opposite; and which those are."""
    assert shared_data.is_dir()
    data, pick = load(), random.Random(7)
    chosen = [
        *pick.sample(data.approvable, DECIDED // 2),
        *pick.sample(data.rejectable, DECIDED // 2),
    ]
    wrong = frozenset(one.document.key for one in pick.sample(chosen, PLANTED))
    open_store = migrated(tmp_path_factory.mktemp("real") / "survey.duckdb")
    stream = [one for one in data.background(0, 1_500) if not one.key.startswith("cs/")]
    with open_store() as store:
        store.papers.upsert(
            [
                make_paper(
                    one.key,
                    title=one.title,
                    abstract=one.abstract,
                    categories=one.categories,
                    primary_category=one.categories[0],
                    submitted_at=one.known_at,
                    updated_at=one.known_at,
                    versions=(),
                )
                for one in {d.key: d for d in (*stream, *(e.document for e in chosen))}.values()
            ],
            seen_at=NOW,
        )
        store.decisions.add([_decision(one, n, wrong) for n, one in enumerate(chosen)])
    services = make_services(
        open_store, NOW, taxonomy=load_taxonomy(), classifier=ClassifierSettings(background=1_000)
    )
    cross_fit(services, Run())
    return services, wrong


def _decision(one: Example, number: int, wrong: frozenset[str]) -> NewDecision:
    approved = one.in_scope != (one.document.key in wrong)
    return NewDecision(
        arxiv_id=one.document.key,
        verdict=Verdict.APPROVED if approved else Verdict.REJECTED,
        sections=(),
        reviewer="ada",
        decided_at=NOW - timedelta(minutes=number + 1),
    )


def test_most_planted_mistakes_are_among_the_first_offers(
    planted: tuple[Services, frozenset[str]],
) -> None:
    services, wrong = planted
    with services.open_store() as store:
        found = offers(
            store,
            reasons=DEFAULT_REASONS,
            taxonomy=services.taxonomy.fingerprint,
            limit=2 * PLANTED,
        )
    offered = {one.decision.arxiv_id for one in found.offers}
    assert len(offered & wrong) >= PLANTED - 3


def test_replay_finds_what_people_approved_and_signals_are_independent(
    planted: tuple[Services, frozenset[str]],
) -> None:
    services, wrong = planted
    made = replay(services, RULE, person="ada")
    honest = [key for key in made.wrong if key not in wrong]

    assert made.decided == DECIDED
    assert made.acted > DECIDED * 0.08
    assert len(honest) <= made.acted * 0.03
    [pair] = made.pairs
    assert pair.phi is not None
    assert pair.phi < MOST_PHI or "not independent" in unfit(RULE, made)
