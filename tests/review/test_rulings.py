"""Rulings: which are near, what contradicts them, how they are made, revised and withdrawn."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.errors import UsageError
from config.taxonomy import load_taxonomy
from pipeline.learn.documents import document_of
from pipeline.review.decide import Outcome, Recorded
from pipeline.review.make_ruling import Ruled
from pipeline.review.proposal import Proposal, propose
from pipeline.review.rulings.acts import record_as_ruling, rule_on, withdraw_ruling
from pipeline.review.rulings.near import (
    NEAR_ENOUGH,
    NearRuling,
    Precedent,
    is_border,
    near_rulings,
    shown,
)
from pipeline.review.rulings.precedents import Precedents
from storage.rulings import Ruling
from storage.store import OpenStore
from storage.taxonomy_types import MoveKind, NewTaxonomyChange, SectionMove
from storage.types import SectionScore, Verdict
from tests.support.builders import make_decision, make_paper, make_prediction
from tests.support.learning import START, call, settle
from tests.support.rulings import RULED_AT, StatedLikeness, make_ruling

NOW = datetime(2026, 3, 18, 12, tzinfo=UTC)
IMAGE, VIDEO, AGENTS = "generation-image-llm-based", "generation-video-llm-based", "agents"


def ruling(key: str, verdict: Verdict = Verdict.REJECTED, sections: tuple[str, ...] = ()) -> Ruling:
    return Ruling(key, "", verdict, sections, "Why.", "ada", RULED_AT, RULED_AT)


def precedent(key: str, verdict: Verdict = Verdict.REJECTED, *sections: str) -> Precedent:
    return Precedent(ruling(key, verdict, sections), document_of(make_paper(key)))


def two(first: str, second: str, distance: float) -> tuple[SectionScore, ...]:
    return SectionScore(first, 0.5), SectionScore(second, 0.5 - distance)


def test_nearest_rulings_come_first_and_three_are_shown() -> None:
    keys = [f"2603.0000{n}" for n in range(2, 8)]
    likeness = StatedLikeness(dict(zip(keys, (2.5, 9.0, 0.4, 4.0, 6.0, 4.5), strict=True)))
    border = make_prediction(in_scope=0.45)
    near = near_rulings(
        likeness, document_of(make_paper()), [precedent(key) for key in keys], border
    )

    assert [one.ruling.arxiv_id for one in near] == [keys[n] for n in (1, 4, 5, 3, 0)]
    assert [one.ruling.arxiv_id for one in shown(near, border, 0.5)] == [keys[1], keys[4], keys[5]]
    clear = make_prediction(in_scope=0.97, sections=two(IMAGE, VIDEO, 0.4))
    assert [one.nearness for one in shown(near, clear, 0.5)] == [9.0, 6.0]


def test_border_case_shows_the_nearest_ruling_of_each_answer() -> None:
    near_keys = {f"2603.0000{n}": 9.0 - n for n in range(2, 9)}
    found = [
        *(precedent(f"2603.0000{n}") for n in (2, 3, 4)),
        precedent("2603.00005", Verdict.APPROVED, AGENTS),
        precedent("2603.00006", Verdict.APPROVED, VIDEO),
        precedent("2603.00007", Verdict.APPROVED, IMAGE),
        precedent("2603.00008", Verdict.APPROVED, IMAGE),
    ]
    border = make_prediction(in_scope=0.45, sections=two(IMAGE, VIDEO, 0.1))
    near = near_rulings(StatedLikeness(near_keys), document_of(make_paper()), found, border)
    assert [one.ruling.arxiv_id[-1] for one in shown(near, border, 0.5)] == ["2", "6", "7"]
    one_side = [one for one in near if one.ruling.verdict is Verdict.REJECTED]
    assert shown(one_side, border, 0.5) == tuple(one_side)


def test_ruling_on_the_paper_itself_is_the_nearest() -> None:
    near = near_rulings(
        StatedLikeness({}), document_of(make_paper()), [precedent("2603.00001")], None
    )
    assert [one.is_near for one in near] == [True]


def test_ruling_on_a_paper_that_is_not_held_is_near_to_none() -> None:
    unknown = Precedent(ruling("2601.00001"), None)
    assert near_rulings(StatedLikeness({}), document_of(make_paper()), [unknown], None) == ()


@pytest.mark.parametrize(
    ("in_scope", "distance", "border"),
    [(0.5, 0.4, True), (0.21, 0.4, True), (0.9, 0.4, False), (0.9, 0.1, True), (0.1, 0.1, False)],
)
def test_border_case_is_near_the_limit_or_between_sections(
    in_scope: float, distance: float, *, border: bool
) -> None:
    prediction = make_prediction(in_scope=in_scope, sections=two(IMAGE, VIDEO, distance))
    assert is_border(prediction, 0.5) is border


@pytest.mark.parametrize(
    ("ruled", "decided", "contradicts"),
    [
        ((Verdict.REJECTED, ()), (Verdict.APPROVED, (IMAGE,)), True),
        ((Verdict.REJECTED, ()), (Verdict.REJECTED, ()), False),
        ((Verdict.REJECTED, ()), (Verdict.DEFERRED, ()), False),
        ((Verdict.APPROVED, (IMAGE,)), (Verdict.REJECTED, ()), True),
        ((Verdict.APPROVED, (IMAGE,)), (Verdict.APPROVED, (VIDEO,)), True),
        ((Verdict.APPROVED, (IMAGE,)), (Verdict.APPROVED, (IMAGE, VIDEO)), False),
        ((Verdict.APPROVED, (IMAGE,)), (Verdict.APPROVED, (AGENTS,)), False),
        ((Verdict.APPROVED, (IMAGE, VIDEO)), (Verdict.APPROVED, (VIDEO,)), False),
    ],
)
def test_contradiction_is_the_opposite_verdict_or_the_other_section(
    ruled: tuple[Verdict, tuple[str, ...]],
    decided: tuple[Verdict, tuple[str, ...]],
    *,
    contradicts: bool,
) -> None:
    pair = (IMAGE, VIDEO)
    near = NearRuling(ruling("2603.00002", *ruled), NEAR_ENOUGH, pair)
    far = NearRuling(ruling("2603.00002", *ruled), NEAR_ENOUGH - 0.01, pair)

    assert near.contradicted_by(*decided) is contradicts
    assert not far.contradicted_by(*decided)


def test_ruling_takes_what_stands_and_is_revised_and_withdrawn(open_store: OpenStore) -> None:
    with open_store() as store:
        store.decisions.add([make_decision("2603.00001")])
    made = rule(open_store, "2603.00001", "  It plans \n the layout. ")
    again = rule(open_store, "2603.00001", "It plans the layout.")
    revised = rule(open_store, "2603.00001", "It plans.")
    gone = withdraw_ruling(open_store, arxiv_id="2603.00001", person="bo", clock=lambda: NOW)

    assert (made.outcome, again.outcome, revised.outcome) == ("made", "unchanged", "revised")
    assert made.ruling.sentence == "It plans the layout."
    assert (made.ruling.verdict, made.ruling.sections) == (Verdict.APPROVED, (IMAGE,))
    assert (gone.ruling.stands, gone.ruling.withdrawn_by) == (False, "bo")
    with open_store() as store:
        assert store.rulings.standing() == ()
        kinds = [one.kind.value for one in store.rulings.history(["2603.00001"])["2603.00001"]]
    assert kinds == ["made", "revised", "withdrawn"]
    assert rule(open_store, "2603.00001", "Again.").outcome == "made"


def rule(open_store: OpenStore, key: str, sentence: str) -> Ruled:
    return rule_on(open_store, arxiv_id=key, sentence=sentence, person="ada", clock=lambda: NOW)


@pytest.mark.parametrize(
    ("key", "sentence", "cause"),
    [
        ("2603.00001", "Why.", "2603.00001 is not decided"),
        ("2603.00002", "Why.", "2603.00002 is deferred"),
        ("2603.00003", "  ", "needs a sentence"),
        ("2603.00003", "x" * 2_001, "2,001 characters"),
    ],
)
def test_ruling_without_a_verdict_or_a_sentence_is_refused(
    open_store: OpenStore, key: str, sentence: str, cause: str
) -> None:
    with open_store() as store:
        deferred = make_decision("2603.00002", verdict=Verdict.DEFERRED, sections=())
        store.decisions.add([deferred, make_decision("2603.00003")])
    with pytest.raises(UsageError, match=cause):
        rule(open_store, key, sentence)


def test_decision_and_ruling_are_recorded_together_or_not_at_all(open_store: OpenStore) -> None:
    def proposed(verdict: str, note: str) -> Proposal:
        return propose(
            load_taxonomy(), arxiv_id="2603.00001", verdict=verdict, reviewer="ada", note=note
        )

    def record(verdict: str, note: str) -> Outcome:
        proposal = proposed(verdict, note)
        return record_as_ruling(open_store, load_taxonomy(), proposal, clock=lambda: NOW)

    for verdict, note in (("reject", ""), ("defer", "Later."), ("approve", "No section.")):
        with pytest.raises(UsageError):
            record(verdict, note)
        with open_store() as store:
            assert (store.decisions.of_paper("2603.00001"), store.rulings.all()) == ([], ())
    assert isinstance(record("reject", "It only ranks."), Recorded)
    with open_store() as store:
        [one] = store.rulings.standing()
    assert (one.verdict, one.sentence) == (Verdict.REJECTED, "It only ranks.")


def test_sections_follow_a_change_of_the_taxonomy(open_store: OpenStore) -> None:
    moves = (
        SectionMove(MoveKind.RENAME, "old", (AGENTS,)),
        SectionMove(MoveKind.SPLIT, "wide", (IMAGE, VIDEO)),
        SectionMove(MoveKind.DISSOLVE, "gone", ()),
    )
    approved = {"verdict": Verdict.APPROVED}
    with open_store() as store:
        store.rulings.add(
            [
                make_ruling("2603.00001", sections=("old", "wide"), **approved),
                make_ruling("2603.00002", sections=("gone",), **approved),
                make_ruling("2603.00003"),
            ]
        )
        store.taxonomy.record(NewTaxonomyChange("c1", "a", "old", "b", "new", NOW, "bo", moves, ()))
        found = {one.arxiv_id: one for one in store.rulings.standing()}
    assert found["2603.00001"].sections == (AGENTS, IMAGE, VIDEO)
    assert found["2603.00002"].sections == ()
    assert {one.ruled_by for one in found.values()} == {"ada"}
    assert found["2603.00001"].ruled_at == RULED_AT


def test_precedents_are_read_again_when_they_changed(open_store: OpenStore) -> None:
    precedents = Precedents()
    with open_store() as store:
        assert precedents.read(store) == ()
        store.rulings.add([make_ruling("2603.00001"), make_ruling("2603.00009")])
        first = precedents.read(store)
        assert precedents.read(store) is first
        assert [one.document is None for one in first] == [False, True]
        store.papers.upsert([make_paper("2603.00009")], seen_at=NOW)
        assert [one.document is None for one in precedents.read(store)] == [False, False]


@pytest.mark.slow  # trains a model
def test_terminal_shows_and_tells_what_a_decision_contradicts(tmp_path: Path) -> None:
    open_store = settle(tmp_path)
    assert call(tmp_path, "train").exit_code == 0
    with open_store() as store:
        queue = [one.text.arxiv_id for one in store.decisions.training() if one.reviewer == "ada"]
        rejected = next(
            one.text.arxiv_id
            for one in store.decisions.training()
            if one.verdict is Verdict.REJECTED
        )
        text = store.papers.get_many([rejected])[rejected].paper
        twin = make_paper("2601.00009", title=text.title + ", revisited", abstract=text.abstract)
        store.papers.upsert([twin], seen_at=START)
    assert queue
    assert call(tmp_path, "classify").exit_code == 0
    assert (
        call(tmp_path, "ruling", "add", rejected, "--because", "Customs are no media.").exit_code
        == 0
    )

    why = call(tmp_path, "why", "2601.00009")
    assert f'{rejected} rejected: "Customs are no media."' in why.stdout
    assert "deciding it approved contradicts this ruling" in why.stdout
    told = call(tmp_path, "decide", "2601.00009", "approve", "--section", "safety-attack")
    assert told.exit_code == 0
    assert (
        f"2601.00009 approved into safety-attack contradicts the ruling on {rejected}"
        in told.stderr
    )
    shown_ruling = call(tmp_path, "ruling", "show", rejected)
    assert "contradicted: 2601.00009 approved" in shown_ruling.stdout
    assert call(tmp_path, "ruling", "withdraw", rejected).exit_code == 0
    assert "no ruling" in call(tmp_path, "ruling", "list").stdout
    again = call(tmp_path, "decide", "2601.00009", "reject", "--reason", "other")
    assert "contradicts" not in again.stderr
