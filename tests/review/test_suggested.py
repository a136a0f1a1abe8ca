"""Take up, refuse and take back what people suggested."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.errors import UsageError
from config.reasons import DEFAULT_REASONS
from config.taxonomy import load_taxonomy
from pipeline.publish.approved import read_approved
from pipeline.publish.known import read_known
from pipeline.review.conflicts import conflicts
from pipeline.review.double.keep import Opined
from pipeline.review.double.rules import TeamRules
from pipeline.review.judge import Stale
from pipeline.review.suggested.find import standing_id
from pipeline.review.suggested.settle import answer, reopen, take_up, turn_down
from storage.store import OpenStore
from storage.suggestion_types import NewSuggestion, SuggestionKind, SuggestionState
from storage.types import Verdict
from tests.support.builders import make_decision, make_paper
from tests.support.storage import opener

PAPER, OTHER = "2603.00001", "2603.00002"
NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
TAXONOMY = load_taxonomy()
SECTION = "generation-image-llm-based"


class Desk:
    """A survey with one listed paper and another one."""

    def __init__(self, folder: Path) -> None:
        self.open_store: OpenStore = opener(folder)
        self.now = NOW
        with self.open_store() as store:
            store.papers.upsert([make_paper(PAPER), make_paper(OTHER)], seen_at=NOW)
            store.decisions.add([make_decision(PAPER, note="It plans the layout.")])

    def clock(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def suggest(
        self, kind: SuggestionKind, value: str = "", *, number: int = 1, name: str = "Ada"
    ) -> str:
        key = f"{number:032x}"
        new = NewSuggestion(key, kind, PAPER, new_value=value, name=name, credited=True)
        with self.open_store() as store:
            store.suggestions.add(new, self.clock())
        return key

    def state(self, key: str) -> SuggestionState:
        with self.open_store() as store:
            found = store.suggestions.get(key)
        assert found is not None
        return found.state

    def take(self, key: str, **given: Any) -> object:
        return take_up(
            self.open_store, TAXONOMY, key, reasons=DEFAULT_REASONS, clock=self.clock,
            **{"reviewer": "grace", **given},
        )  # fmt: skip

    def sections(self) -> tuple[str, ...]:
        with self.open_store() as store:
            return store.decisions.standing([PAPER])[PAPER].sections


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_section_becomes_a_decision_that_keeps_the_sentence(desk: Desk) -> None:
    key = desk.suggest(SuggestionKind.WRONG_SECTION, "agents")
    desk.take(key)
    with desk.open_store() as store:
        made = store.decisions.standing([PAPER])[PAPER]
        stored = store.suggestions.get(key)
    assert (made.sections, made.reviewer, made.note) == (
        ("agents",),
        "grace",
        "It plans the layout.",
    )
    assert stored is not None
    assert (stored.state, stored.decision_id) == (SuggestionState.APPLIED, made.decision_id)


def test_reviewer_can_choose_other_sections(desk: Desk) -> None:
    desk.take(desk.suggest(SuggestionKind.WRONG_SECTION, "agents"), sections=(SECTION, "agents"))
    assert set(desk.sections()) == {SECTION, "agents"}


def test_decision_that_changed_meanwhile_is_not_overruled(desk: Desk) -> None:
    key = desk.suggest(SuggestionKind.WRONG_SECTION, "agents")
    with desk.open_store() as store:
        seen = standing_id(store, PAPER)
        store.decisions.add([make_decision(PAPER, decided_at=desk.clock(), reviewer="bo")])
    assert isinstance(desk.take(key, seen=seen), Stale)
    assert desk.sections() == (SECTION,)
    assert desk.state(key) is SuggestionState.WAITING


def test_other_section_of_a_paper_that_two_read_needs_both(desk: Desk) -> None:
    key = desk.suggest(SuggestionKind.WRONG_SECTION, "agents")
    both = TeamRules(percent=100)
    assert isinstance(desk.take(key, team=both), Opined)
    assert isinstance(desk.take(key, team=both), Opined)  # one person is one word
    assert (desk.sections(), desk.state(key)) == ((SECTION,), SuggestionState.WAITING)
    with desk.open_store() as store:
        [conflict] = conflicts(store)  # where others see it, because no queue has the paper
    assert conflict.against is not None
    assert conflict.against.sections == (SECTION,)
    desk.take(key, team=both, reviewer="bo")
    assert (desk.sections(), desk.state(key)) == (("agents",), SuggestionState.APPLIED)
    with desk.open_store() as store:
        made = store.decisions.standing([PAPER])[PAPER]
        words = store.opinions.of_decision(made.decision_id)
    assert [one.reviewer for one in words] == ["grace", "bo"]


def test_two_who_place_it_differently_wait_for_a_third_word(desk: Desk) -> None:
    key = desk.suggest(SuggestionKind.WRONG_SECTION, "agents")
    both = TeamRules(percent=100)
    desk.take(key, team=both)
    other = desk.take(key, team=both, reviewer="bo", sections=(SECTION, "agents"))
    assert isinstance(other, Opined)
    assert other.differs
    assert (desk.sections(), desk.state(key)) == ((SECTION,), SuggestionState.WAITING)


def test_venue_becomes_a_fact_with_its_source(desk: Desk) -> None:
    key = desk.suggest(SuggestionKind.ACCEPTED_AT, "CVPR 2026")
    desk.take(key)
    with desk.open_store() as store:
        told = read_known(store, [PAPER])[PAPER].published
        [said] = store.enrichment.said([PAPER])
    assert told is not None
    assert (told.name, told.suggested, told.service) == ("CVPR 2026", True, "")
    assert said.fact.source == "suggestion"
    assert said.fact.detail["approved_by"] == "grace"
    assert "Ada" not in repr(said)


def test_code_is_linked_until_it_is_taken_back(desk: Desk) -> None:
    key = desk.suggest(SuggestionKind.MISSING_CODE, "https://github.com/a/b")
    desk.take(key)
    with desk.open_store() as store:
        [paper] = read_approved(store).papers
    assert [link.url for link in paper.links] == ["https://github.com/a/b"]
    assert paper.changed_at > NOW
    reopen(desk.open_store, key, reviewer="grace", clock=desk.clock)
    with desk.open_store() as store:
        [again] = read_approved(store).papers
    assert again.links == ()
    assert again.changed_at > paper.changed_at
    assert desk.state(key) is SuggestionState.WAITING


def test_double_is_rejected_in_favour_of_the_other(desk: Desk) -> None:
    key = desk.suggest(SuggestionKind.DUPLICATE_OF, OTHER)
    desk.take(key)
    with desk.open_store() as store:
        made = store.decisions.standing([PAPER])[PAPER]
    assert (made.verdict, made.reason) == (Verdict.REJECTED, "duplicate")
    reopen(desk.open_store, key, reviewer="grace", clock=desk.clock)
    assert desk.sections() == (SECTION,)


@pytest.mark.parametrize("kind", [SuggestionKind.WRONG_RECORD, SuggestionKind.WITHDRAWN])
def test_record_is_asked_of_arxiv_again_and_not_edited(desk: Desk, kind: SuggestionKind) -> None:
    key = desk.suggest(kind, "Another title")
    with desk.open_store() as store:
        before = store.papers.get_many([PAPER])[PAPER]
        assert store.suggestions.to_look_up(9, desk.clock()) == []
    desk.take(key)
    with desk.open_store() as store:
        assert store.papers.get_many([PAPER])[PAPER] == before
        assert store.suggestions.to_look_up(9, desk.clock()) == [PAPER]
        store.suggestions.looked_up([PAPER], [], desk.clock())
        assert store.suggestions.to_look_up(9, desk.clock()) == []


def test_same_suggestions_are_settled_as_one_and_others_stay(desk: Desk) -> None:
    keys = [desk.suggest(SuggestionKind.WRONG_SECTION, "agents", number=n) for n in (1, 2)]
    other = desk.suggest(SuggestionKind.WRONG_SECTION, SECTION, number=3)
    desk.take(keys[0])
    assert [desk.state(key) for key in keys] == [SuggestionState.APPLIED] * 2
    assert desk.state(other) is SuggestionState.WAITING


def test_change_and_its_record_are_one_transaction(desk: Desk) -> None:
    key = desk.suggest(SuggestionKind.DUPLICATE_OF, "2603.99999")
    with pytest.raises(UsageError):
        desk.take(key)
    assert desk.state(key) is SuggestionState.WAITING
    assert desk.sections() == (SECTION,)


def test_missing_paper_is_decided_and_not_taken_up(desk: Desk) -> None:
    key = desk.suggest(SuggestionKind.MISSING_PAPER)
    with pytest.raises(UsageError):
        desk.take(key)


def test_settled_suggestion_is_not_taken_up_again(desk: Desk) -> None:
    key = desk.suggest(SuggestionKind.ACCEPTED_AT, "CVPR 2026")
    desk.take(key)
    with pytest.raises(UsageError):
        desk.take(key)


def test_refusal_needs_a_reason_that_the_person_reads(desk: Desk) -> None:
    key = desk.suggest(SuggestionKind.ACCEPTED_AT, "Nowhere")
    case = f"accepted-at:{PAPER}"
    with pytest.raises(UsageError):
        turn_down(desk.open_store, case, because=" \n", reviewer="grace", clock=desk.clock)
    turn_down(desk.open_store, case, because="No trace of it.", reviewer="grace", clock=desk.clock)
    with desk.open_store() as store:
        stored = store.suggestions.get(key)
    assert stored is not None
    assert (stored.state, stored.detail) == (SuggestionState.REFUSED, "No trace of it.")


def test_answer_is_kept_and_settles_nothing(desk: Desk) -> None:
    key = desk.suggest(SuggestionKind.ACCEPTED_AT, "CVPR 2026")
    answer(desk.open_store, key, text="Which track?", person="grace", clock=desk.clock)
    with desk.open_store() as store:
        stored = store.suggestions.get(key)
    assert stored is not None
    assert (stored.state, stored.answer) == (SuggestionState.WAITING, "Which track?")


def test_credit_goes_to_who_agreed_until_it_is_taken_back(desk: Desk) -> None:
    key = desk.suggest(SuggestionKind.ACCEPTED_AT, "CVPR 2026")
    desk.take(key)
    with desk.open_store() as store:
        assert [one.name for one in store.suggestions.credits()] == ["Ada"]
        store.suggestions.forget(key, desk.clock())
        assert store.suggestions.credits() == []


def test_nothing_of_a_suggestion_is_changed_by_what_is_done(desk: Desk) -> None:
    key = desk.suggest(SuggestionKind.ACCEPTED_AT, "CVPR 2026")

    before = _rows(desk)
    desk.take(key)
    reopen(desk.open_store, key, reviewer="grace", clock=desk.clock)
    assert _rows(desk) == before


def _rows(desk: Desk) -> str:
    with desk.open_store() as store:
        return repr(store._session.rows("SELECT * FROM suggestion ORDER BY seq"))
