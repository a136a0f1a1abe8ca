"""A second look: which decisions are offered, and what keeping or changing one does."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from classifiers.types import Example
from config.reasons import DEFAULT_REASONS
from pipeline.learn.cross_fit import TooFewToScoreError, cross_fit, fold_of
from pipeline.review.second_look import contradiction, offers, teaches
from pipeline.runtime.record import Run
from storage.batches import BatchKind, NewBatch
from storage.rule_types import RuleDraw
from storage.second_looks import CrossScore
from storage.store import OpenStore
from storage.types import Decision, SectionScore, Verdict
from tests.support.builders import make_decision, make_paper
from tests.support.learning import DAY, START, arxiv_id, call, decide, decisions, settle
from tests.support.review import ReviewSite, Visitor
from tests.support.services import make_services

NOW = datetime(2026, 3, 18, 12, tzinfo=UTC)
KEYS = tuple(f"2603.0000{n}" for n in range(1, 6))
FINGERPRINT = "0" * 64


def score(key: str, in_scope: float, decision_id: str = "d", **sections: float) -> CrossScore:
    found = tuple(SectionScore(name.replace("_", "-"), p) for name, p in sections.items())
    return CrossScore(key, decision_id, in_scope, found, FINGERPRINT, NOW)


def decided(verdict: Verdict, *sections: str, reason: str | None = None) -> Decision:
    return Decision("d", KEYS[0], verdict, sections, "ada", NOW, reason=reason)


@pytest.mark.parametrize(
    ("given", "decision", "said"),
    [
        (score(KEYS[0], 0.9), decided(Verdict.REJECTED), ("scope", 0.9)),
        (score(KEYS[0], 0.2), decided(Verdict.APPROVED), ("scope", 0.8)),
        (
            score(KEYS[0], 0.9, agents=0.8, make_image=0.1),
            decided(Verdict.APPROVED, "make-image"),
            ("section", 0.7),
        ),
        (
            score(KEYS[0], 0.9, agents=0.8, make_image=0.1),
            decided(Verdict.APPROVED, "agents", "make-image"),
            ("scope", 0.1),
        ),
    ],
)
def test_contradiction_is_of_the_scope_or_of_the_section(
    given: CrossScore, decision: Decision, said: tuple[str, float]
) -> None:
    in_scope = teaches(decision, DEFAULT_REASONS)
    about, much = contradiction(given, decision, in_scope=in_scope)
    assert about == said[0]
    assert much == pytest.approx(said[1])


def test_rejection_of_a_relevant_paper_teaches_that_it_is_in_scope() -> None:
    assert teaches(decided(Verdict.REJECTED, reason="relevant-not-listed"), DEFAULT_REASONS)
    assert not teaches(decided(Verdict.REJECTED, reason="other"), DEFAULT_REASONS)


@pytest.fixture
def scored(site: ReviewSite) -> ReviewSite:
    """Five decisions with scores; the last two are not contradicted."""
    with site.open_store() as store:
        store.papers.upsert([make_paper(key) for key in KEYS], seen_at=NOW)
        made = store.decisions.add(
            [
                make_decision(
                    key,
                    verdict=Verdict.REJECTED if n % 2 else Verdict.APPROVED,
                    sections=() if n % 2 else ("make-image",),
                )
                for n, key in enumerate(KEYS)
            ]
        )
        chances = (0.1, 0.99, 0.3, 0.2, 0.9)
        store.second_looks.replace_scores(
            [
                score(one.arxiv_id, chance, one.decision_id, make_image=0.9)
                for one, chance in zip(made, chances, strict=True)
            ],
            taxonomy=FINGERPRINT,
            scored_at=NOW,
        )
    return site


def offered(open_store: OpenStore) -> list[str]:
    with open_store() as store:
        found = offers(store, reasons=DEFAULT_REASONS, taxonomy=FINGERPRINT)
    return [one.decision.arxiv_id for one in found.offers]


def test_most_contradicted_come_first_and_kept_ones_go(scored: ReviewSite) -> None:
    visitor = Visitor(scored.app())
    page = visitor.get("/second-look")
    assert offered(scored.open_store) == [KEYS[1], KEYS[0], KEYS[2]]
    assert [form["arxiv_id"] for form in page.forms("/second-look/keep")] == [
        [key] for key in (KEYS[1], KEYS[0], KEYS[2])
    ]
    assert f"{KEYS[0]} ，决定者" in visitor.get("/second-look", {"accept-language": "zh"}).text
    kept = visitor.post("/second-look/keep", page.form("/second-look/keep", KEYS[0]))
    assert (kept.status, kept.location) == (303, "/second-look?said=kept")
    assert offered(scored.open_store) == [KEYS[1], KEYS[2]]
    assert len(scored.decisions(KEYS[0])) == 1

    with scored.open_store() as store:
        store.papers.upsert([make_paper(KEYS[0], version=2, title="Another")], seen_at=NOW)
    assert offered(scored.open_store) == [KEYS[1], KEYS[0], KEYS[2]], "its text changed"


def test_changed_decision_is_not_offered_and_cannot_be_kept_unseen(scored: ReviewSite) -> None:
    visitor = Visitor(scored.app())
    form = visitor.get("/second-look").form("/second-look/keep", KEYS[1])
    paper = visitor.get(f"/paper/{KEYS[1]}")
    sent = {**paper.form("/decide", KEYS[1]), "accept": "agents"}
    assert visitor.post("/decide", sent).status == 303
    assert KEYS[1] not in offered(scored.open_store)
    late = visitor.post("/second-look/keep", form)
    assert (late.status, "decided again meanwhile" in late.text) == (409, True)
    assert visitor.get("/second-look/keep").status == 405


def test_scores_for_another_taxonomy_are_not_offered(scored: ReviewSite) -> None:
    with scored.open_store() as store:
        found = offers(store, reasons=DEFAULT_REASONS, taxonomy="1" * 64)
    assert found.offers == ()


def test_drawn_decisions_of_rules_are_kept_here(scored: ReviewSite) -> None:
    key = "2603.00009"
    with scored.open_store() as store:
        store.papers.upsert([make_paper(key, title="Tariffs <i>of</i> rivers")], seen_at=NOW)
        [made] = store.decisions.add(
            [make_decision(key, verdict=Verdict.REJECTED, sections=(), reviewer="rule:far")],
            NewBatch(BatchKind.RULE, "rule:far", NOW, "far"),
        )
        store.rules.draw([RuleDraw("far", "2026-W11", key, made.decision_id, NOW)])
    visitor = Visitor(scored.app())
    page = visitor.get("/second-look")
    assert "Drawn from what rules decided" in page.text
    assert "<i>of</i>" not in page.response.text
    visitor.post("/second-look/keep", page.form("/second-look/keep", key))
    with scored.open_store() as store:
        assert [one.outcome for one in store.rules.sample()] == ["right"]
    assert "Drawn from" not in visitor.get("/second-look").text
    assert "1 decision of the rule far" in visitor.get("/decisions").text


def test_nothing_is_scored_with_too_few_decisions(tmp_path: Path) -> None:
    services = make_services(settle(tmp_path, decided=20), START + 100 * DAY)
    with pytest.raises(TooFewToScoreError, match="34 in scope and 10 out of scope"):
        cross_fit(services, Run())


@pytest.mark.slow  # trains five models
def test_planted_mistakes_are_offered_first(tmp_path: Path) -> None:
    open_store = settle(tmp_path, decided=0)
    made = decisions(160)
    wrong = {made[n].document.key for n in (7, 30, 61, 90)}
    planted = [
        Example(one.document, in_scope=not one.in_scope, sections=())
        if one.document.key in wrong
        else one
        for one in made
    ]
    decide(open_store, planted, first=START + DAY)
    assert {fold_of(arxiv_id(one.document)) for one in made} == set(range(5))
    done = call(tmp_path, "second-look", "find", now=START + 300 * DAY)
    assert done.exit_code == 0, done.output
    listed = call(tmp_path, "second-look", "list", "--json", now=START + 300 * DAY)
    keys = {arxiv_id(one.document) for one in made if one.document.key in wrong}
    assert all(key in listed.stdout for key in keys)
    some = min(keys)
    assert call(tmp_path, "second-look", "confirm", some, now=START + 301 * DAY).exit_code == 0
    assert some not in call(tmp_path, "second-look", "list", now=START + 302 * DAY).stdout
