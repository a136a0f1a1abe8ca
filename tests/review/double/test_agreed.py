"""Two people read a paper without knowing of each other; what both say is decided."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from config.errors import LivingSurveyError
from config.roles import Role
from config.taxonomy import Taxonomy
from config.team_schema import TeamSettings
from pipeline.review.account import account_page, people_text
from pipeline.review.conflicts import NotYourWordError, conflicts, give_third, waiting_words
from pipeline.review.decide import Recorded, decide_all, record, record_all
from pipeline.review.double.keep import Opined
from pipeline.review.double.rules import TeamRules, rules_of
from pipeline.review.judge import Stale
from pipeline.review.lone_words import give_back, lone_words, release
from pipeline.review.proposal import Proposal, propose
from pipeline.review.rulings.acts import record_as_ruling
from pipeline.review.undo import Undone, undo
from storage.absences import Absence
from storage.batches import BatchKind, NewBatch
from storage.decision_account import DecisionFilter
from storage.errors import DecisionNotFoundError, NothingToUndoError
from storage.opinion_types import OpinionKind
from storage.store import OpenStore
from storage.types import Verdict
from tests.review.conftest import IDS
from tests.support.builders import make_decision

NOW = datetime(2026, 3, 17, 12, tzinfo=UTC)
BOTH = TeamRules(percent=100)
KEY = IDS[0]
IMAGE, VIDEO = "generation-image-llm-based", "generation-video-llm-based"


class _Clock:
    def __init__(self) -> None:
        self.moments: Iterator[datetime] = (NOW + timedelta(minutes=n) for n in range(10_000))

    def __call__(self) -> datetime:
        return next(self.moments)


@pytest.fixture
def say(open_store: OpenStore, taxonomy: Taxonomy) -> Callable[..., Any]:
    """A function that records what a person says."""
    clock = _Clock()

    def said(reviewer: str, verdict: str, *sections: str, **also: Any) -> Any:
        team, ruling = also.pop("team", BOTH), also.pop("ruling", False)
        stated = propose(
            taxonomy,
            arxiv_id=also.pop("key", KEY),
            verdict=verdict,
            reviewer=reviewer,
            sections=sections,
            **also,
        )
        keep = record_as_ruling if ruling else record
        return keep(open_store, taxonomy, stated, clock=clock, team=team)

    return said


def third(open_store: OpenStore, taxonomy: Taxonomy, reviewer: str, **also: Any) -> Recorded:
    stated = propose(taxonomy, arxiv_id=KEY, verdict="reject", reviewer=reviewer)
    rules = {"rules": BOTH, "is_admin": False, **also}
    return give_third(open_store, taxonomy, stated, clock=lambda: NOW + timedelta(days=1), **rules)


def approved(open_store: OpenStore) -> list[str]:
    with open_store() as store:
        return [one.arxiv_id for one in store.decisions.approved()]


def test_first_word_decides_nothing(open_store: OpenStore, say: Callable[..., Any]) -> None:
    outcome = say("ada", "approve", IMAGE)
    assert isinstance(outcome, Opined)
    assert outcome.word.kind is OpinionKind.FIRST
    with open_store() as store:
        assert store.decisions.count() == 0


def test_two_equal_words_are_one_decision(open_store: OpenStore, say: Callable[..., Any]) -> None:
    first = say("ada", "approve", IMAGE).word
    outcome = say("bo", "approve", IMAGE)
    assert isinstance(outcome, Recorded)
    assert approved(open_store) == [KEY]
    with open_store() as store:
        linked = store.opinions.of_decision(outcome.decision.decision_id)
        assert [one.reviewer for one in linked] == ["ada", "bo"]
        assert linked[1].beside == (first.opinion_id,)
        assert waiting_words(store) == {}


@pytest.mark.parametrize(
    ("second", "agrees"),
    [
        (("approve", IMAGE), True),
        (("approve", VIDEO), False),
        (("approve", IMAGE, VIDEO), False),
        (("reject",), False),
        (("defer",), False),
    ],
)
def test_equal_verdict_and_sections_agree(
    say: Callable[..., Any], second: tuple[str, ...], *, agrees: bool
) -> None:
    say("ada", "approve", IMAGE)
    assert isinstance(say("bo", *second), Recorded if agrees else Opined)


def test_overlapping_sections_agree_by_setting(say: Callable[..., Any]) -> None:
    team = TeamRules(percent=100, overlapping=True)
    say("ada", "approve", IMAGE, team=team)
    outcome = say("bo", "approve", VIDEO, IMAGE, team=team)
    assert outcome.decision.sections == (IMAGE,)


def test_rejections_for_different_reasons_agree(say: Callable[..., Any]) -> None:
    say("ada", "reject", note="no language model")
    assert say("bo", "reject", note="a survey of others").decision.verdict is Verdict.REJECTED


def test_two_deferrals_agree(open_store: OpenStore, say: Callable[..., Any]) -> None:
    say("ada", "defer")
    assert say("bo", "defer").decision.verdict is Verdict.DEFERRED


def test_nothing_is_approved_without_agreement(
    open_store: OpenStore, say: Callable[..., Any]
) -> None:
    for key, first, second in zip(
        IDS, ("approve", "reject", "defer"), ("reject", "approve", "approve"), strict=True
    ):
        for name, verdict in (("ada", first), ("bo", second)):
            say(name, verdict, *([IMAGE] if verdict == "approve" else []), key=key)
    assert approved(open_store) == []
    with open_store() as store:
        assert [one.arxiv_id for one in conflicts(store)] == list(IDS)


def test_own_word_can_be_changed_before_the_second(
    open_store: OpenStore, say: Callable[..., Any]
) -> None:
    say("ada", "approve", IMAGE)
    say("ada", "reject")
    assert say("ada", "reject").already
    assert isinstance(say("bo", "reject"), Recorded)
    with open_store() as store:
        assert [one.verdict for one in store.opinions.live()] == [Verdict.REJECTED] * 2


def test_third_reader_of_two_who_differ_is_sent_away(say: Callable[..., Any]) -> None:
    say("ada", "approve", IMAGE)
    say("bo", "reject")
    outcome = say("cy", "approve", IMAGE)
    assert isinstance(outcome, Stale)
    assert "ada" not in outcome.cause
    assert "bo" not in outcome.cause


def test_third_word_decides_with_both_linked(
    open_store: OpenStore, taxonomy: Taxonomy, say: Callable[..., Any]
) -> None:
    say("ada", "approve", IMAGE)
    say("bo", "reject")
    done = third(open_store, taxonomy, "cy").decision
    with open_store() as store:
        linked = store.opinions.of_decision(done.decision_id)
        assert [one.kind.value for one in linked] == ["first", "second", "third"]
        assert conflicts(store) == []


def test_undone_third_word_opens_the_conflict_again(
    open_store: OpenStore, taxonomy: Taxonomy, say: Callable[..., Any]
) -> None:
    say("ada", "approve", IMAGE)
    say("bo", "reject")
    done = third(open_store, taxonomy, "cy").decision
    at = NOW + timedelta(days=2)
    undo(open_store, reviewer="cy", decision_id=done.decision_id, clock=lambda: at)
    with open_store() as store:
        assert [one.arxiv_id for one in conflicts(store)] == [KEY]


def test_undone_agreement_waits_for_a_third_word(
    open_store: OpenStore, say: Callable[..., Any]
) -> None:
    say("ada", "approve", IMAGE)
    say("bo", "approve", IMAGE)
    undo(open_store, reviewer="bo", clock=lambda: NOW + timedelta(days=1))
    assert approved(open_store) == []
    with open_store() as store:
        assert [one.taken_back for one in conflicts(store)] == [True]


@pytest.mark.parametrize(
    ("who", "also", "others", "allowed"),
    [
        ("cy", {}, ("cy",), True),
        ("ada", {}, ("cy",), False),
        ("ada", {"is_admin": True}, ("cy",), False),
        ("ada", {"is_admin": True}, (), True),
        ("ada", {"is_admin": False}, (), False),
        ("ada", {"rules": TeamRules(percent=100, together=True)}, ("cy",), True),
    ],
)
def test_third_word_is_a_third_person_s_while_there_is_one(
    open_store: OpenStore,
    taxonomy: Taxonomy,
    say: Callable[..., Any],
    who: str,
    also: dict[str, Any],
    others: tuple[str, ...],
    *,
    allowed: bool,
) -> None:
    say("ada", "approve", IMAGE)
    say("bo", "reject")
    for name in others:
        say(name, "reject", key=IDS[1], team=TeamRules())
    if allowed:
        assert third(open_store, taxonomy, who, **also).decision.reviewer == who
    else:
        with pytest.raises(NotYourWordError, match="another person"):
            third(open_store, taxonomy, who, **also)


@pytest.mark.parametrize(
    ("away", "who", "is_admin", "allowed"),
    [
        ((), "ada", True, False),  # cy can be asked
        (("cy",), "ada", True, True),
        (("cy",), "bo", False, False),  # ada is an admin and here
        (("ada", "cy"), "bo", False, True),
        (("ada",), "bo", False, False),
    ],
)
def test_third_word_never_waits_for_a_person_who_is_away(
    open_store: OpenStore,
    taxonomy: Taxonomy,
    say: Callable[..., Any],
    away: tuple[str, ...],
    who: str,
    *,
    is_admin: bool,
    allowed: bool,
) -> None:
    with open_store() as store:
        store.accounts.add("ada", Role.ADMIN, actor="ada", at=NOW)
        for name in ("bo", "cy"):
            store.accounts.add(name, Role.REVIEWER, actor="ada", at=NOW)
        for name in away:
            absence = Absence(name, NOW.date(), NOW.date() + timedelta(days=1))
            store.absences.add(absence, actor="ada", at=NOW)
    say("ada", "approve", IMAGE)
    say("bo", "reject")
    if allowed:
        done = third(open_store, taxonomy, who, is_admin=is_admin)
        assert done.decision.reviewer == who
    else:
        with pytest.raises(NotYourWordError, match="another person"):
            third(open_store, taxonomy, who, is_admin=is_admin)


@pytest.mark.parametrize("left", [True, False])
def test_disabled_accounts_leave_no_conflict_stuck(
    open_store: OpenStore, taxonomy: Taxonomy, say: Callable[..., Any], *, left: bool
) -> None:
    with open_store() as store:
        store.accounts.add("ada", Role.ADMIN, actor="ada", at=NOW)
        for name in ("bo", "cy"):
            store.accounts.add(name, Role.REVIEWER, actor="ada", at=NOW)
    say("ada", "approve", IMAGE)
    say("bo", "reject")
    with open_store() as store:
        store.accounts.disable("bo", actor="ada", at=NOW)
        if not left:
            store.accounts.disable("cy", actor="ada", at=NOW)
    if left:
        with pytest.raises(NotYourWordError):
            third(open_store, taxonomy, "ada", is_admin=True)
    else:
        assert third(open_store, taxonomy, "ada", is_admin=True).decision.reviewer == "ada"


def test_first_word_of_a_disabled_account_waits_for_anybody(
    open_store: OpenStore, say: Callable[..., Any]
) -> None:
    with open_store() as store:
        for name in ("ada", "bo"):
            store.accounts.add(name, Role.ADMIN, actor="ada", at=NOW)
    say("ada", "approve", IMAGE)
    with open_store() as store:
        store.accounts.disable("ada", actor="bo", at=NOW)
        assert store.opinions.closed_to("bo") == frozenset()
    assert isinstance(say("bo", "approve", IMAGE), Recorded)


def test_third_word_after_another_one_is_refused(
    open_store: OpenStore, taxonomy: Taxonomy, say: Callable[..., Any]
) -> None:
    say("ada", "approve", IMAGE)
    say("bo", "reject")
    third(open_store, taxonomy, "cy")
    with pytest.raises(LivingSurveyError, match="No third word is asked"):
        third(open_store, taxonomy, "di")


def test_word_is_taken_back_until_the_other_has_spoken(
    open_store: OpenStore, say: Callable[..., Any]
) -> None:
    word = say("ada", "approve", IMAGE).word
    taken = undo(open_store, reviewer="ada", clock=lambda: NOW + timedelta(hours=1))
    assert isinstance(taken, Undone)
    assert [one.opinion_id for one in taken.words] == [word.opinion_id]
    say("ada", "approve", IMAGE)
    say("bo", "reject")
    with pytest.raises(NothingToUndoError, match="another person has spoken"):
        undo(open_store, reviewer="ada", clock=lambda: NOW + timedelta(days=1))


def test_word_of_another_person_does_not_exist(
    open_store: OpenStore, say: Callable[..., Any]
) -> None:
    word = say("ada", "approve", IMAGE).word
    with pytest.raises(DecisionNotFoundError) as known:
        undo(open_store, reviewer="bo", decision_id=word.opinion_id, clock=lambda: NOW)
    with pytest.raises(DecisionNotFoundError) as unknown:
        undo(open_store, reviewer="bo", decision_id="0" * 16, clock=lambda: NOW)
    assert str(known.value).replace(word.opinion_id, "0" * 16) == str(unknown.value)


def test_decided_papers_change_as_before_unless_approved(say: Callable[..., Any]) -> None:
    say("ada", "reject", team=TeamRules())
    assert isinstance(say("bo", "reject", note="why"), Recorded)
    assert isinstance(say("bo", "approve", IMAGE), Opined)
    assert isinstance(say("ada", "approve", IMAGE), Recorded)
    assert isinstance(say("bo", "approve", IMAGE, note="why"), Recorded)
    assert isinstance(say("bo", "approve", VIDEO), Opined)  # to another section
    assert isinstance(say("ada", "approve", VIDEO), Recorded)
    assert isinstance(say("bo", "reject"), Recorded)


def test_approval_of_a_rejected_paper_asks_on_the_page(
    open_store: OpenStore, taxonomy: Taxonomy, say: Callable[..., Any]
) -> None:
    say("ada", "reject", team=TeamRules())
    say("bo", "approve", IMAGE)
    with open_store() as store:
        [found] = conflicts(store)
    assert (found.against and found.against.reviewer, len(found.words)) == ("ada", 1)
    with pytest.raises(NotYourWordError):
        third(open_store, taxonomy, "bo")
    done = third(open_store, taxonomy, "ada").decision
    with open_store() as store:
        assert [one.reviewer for one in store.opinions.of_decision(done.decision_id)] == [
            "bo",
            "ada",
        ]
        assert conflicts(store) == []


def test_word_overtaken_by_a_decision_is_over(
    open_store: OpenStore, say: Callable[..., Any]
) -> None:
    say("ada", "reject")
    with open_store() as store:  # as `bootstrap` records an entry of the list
        later = NOW + timedelta(days=1)
        store.decisions.add([make_decision(KEY, decided_at=later, reviewer="list")])
        assert waiting_words(store) == {}


def test_batch_keeps_words_and_is_taken_back_as_one(
    open_store: OpenStore, taxonomy: Taxonomy, say: Callable[..., Any]
) -> None:
    say("ada", "reject", key=IDS[0])
    stated = [propose(taxonomy, arxiv_id=key, verdict="reject", reviewer="bo") for key in IDS]
    later = NOW + timedelta(hours=1)
    done = decide_all(open_store, taxonomy, stated, clock=lambda: later, team=BOTH)
    assert (len(done.recorded), len(done.kept)) == (1, 2)
    again = decide_all(open_store, taxonomy, stated, clock=lambda: later, team=BOTH)
    assert (len(again.already), [one.already for one in again.kept]) == (1, [True, True])
    taken = undo(open_store, reviewer="bo", clock=lambda: later + timedelta(hours=1))
    assert isinstance(taken, Undone)
    assert (len(taken.decisions), len(taken.words)) == (1, 2)


def test_two_people_in_one_file_agree(open_store: OpenStore, taxonomy: Taxonomy) -> None:
    stated = [
        propose(taxonomy, arxiv_id=key, verdict="reject", reviewer=name)
        for key in IDS[:2]
        for name in ("ada", "bo")
    ]
    act = NewBatch(BatchKind.FILE, "ada", NOW)
    outcomes = record_all(open_store, taxonomy, stated, clock=lambda: NOW, act=act, team=BOTH)
    assert [type(one) for one in outcomes] == [Opined, Recorded] * 2
    again = record_all(open_store, taxonomy, stated, clock=lambda: NOW, act=act, team=BOTH)
    assert not any(isinstance(one, Recorded | Opined) for one in again[1::2])


def test_share_is_fixed_by_the_id_and_grows() -> None:
    keys = [f"2603.{number:05}" for number in range(2_000)]
    drawn = [
        {key for key in keys if TeamRules(percent=percent).is_drawn(key)}
        for percent in (0, 5, 20, 100)
    ]
    assert [len(some) for some in drawn[::3]] == [0, 2_000]
    assert all(fewer <= more for fewer, more in pairwise(drawn))
    assert 60 <= len(drawn[1]) <= 140
    assert 340 <= len(drawn[2]) <= 460


def test_sections_are_read_twice_by_suggestion_or_approval(say: Callable[..., Any]) -> None:
    team = TeamRules(sections=frozenset({VIDEO}))
    assert isinstance(say("ada", "reject", team=team), Recorded)
    assert isinstance(say("ada", "approve", VIDEO, team=team, key=IDS[1]), Opined)
    assert isinstance(say("bo", "reject", team=team, key=IDS[1]), Opined)
    assert team.needs_two(IDS[2], VIDEO)
    assert not team.needs_two(IDS[2], IMAGE)


def test_settings_name_sections_in_any_way(taxonomy: Taxonomy) -> None:
    stated = TeamSettings(double_review=10, double_sections=("agents",), third_word="together")
    rules = rules_of(stated, taxonomy)
    assert rules == replace(TeamRules(10), sections=frozenset({"agents"}), together=True)


def test_turned_off_review_asks_what_becomes_of_words(
    open_store: OpenStore, taxonomy: Taxonomy, say: Callable[..., Any]
) -> None:
    say("ada", "approve", IMAGE)
    say("bo", "reject", key=IDS[1])
    off = TeamRules()
    with open_store() as store:
        assert lone_words(store, taxonomy, BOTH) == []
        assert len(lone_words(store, taxonomy, off)) == 2
    assert approved(open_store) == []
    later = NOW + timedelta(days=1)
    done = release(open_store, taxonomy, rules=off, actor="root", clock=lambda: later)
    assert [one.decision.reviewer for one in done.released] == ["ada", "bo"]
    assert approved(open_store) == [KEY]
    with open_store() as store:
        assert lone_words(store, taxonomy, off) == []
        assert [(one.actor, one.act) for one in store.trail.recent(5)] == [
            ("root", "words.released")
        ]


def test_returned_words_let_their_papers_wait_again(
    open_store: OpenStore, taxonomy: Taxonomy, say: Callable[..., Any]
) -> None:
    say("ada", "approve", IMAGE)
    off = TeamRules()
    done = give_back(open_store, taxonomy, rules=off, actor="root", clock=lambda: NOW)
    assert [one.reviewer for one in done.returned] == ["ada"]
    with open_store() as store:
        assert store.opinions.closed_to("ada") == frozenset()
    assert isinstance(say("ada", "approve", IMAGE, team=off), Recorded)


def test_conflict_outlives_the_setting(
    open_store: OpenStore, taxonomy: Taxonomy, say: Callable[..., Any]
) -> None:
    say("ada", "approve", IMAGE)
    say("bo", "reject")
    with open_store() as store:
        assert lone_words(store, taxonomy, TeamRules()) == []
        assert len(conflicts(store)) == 1
    assert third(open_store, taxonomy, "cy", rules=TeamRules()).decision.reviewer == "cy"


def test_no_word_is_proposed_by_default(taxonomy: Taxonomy) -> None:
    stated = propose(taxonomy, arxiv_id=KEY, verdict="reject", reviewer="ada")
    assert stated == Proposal(KEY, Verdict.REJECTED, "ada")


@pytest.mark.parametrize("marked", ["ada", "bo"])
def test_ruling_follows_when_a_word_becomes_a_decision(
    open_store: OpenStore, taxonomy: Taxonomy, say: Callable[..., Any], marked: str
) -> None:
    sentence = "A language model plans the layout."
    for name in ("ada", "bo"):
        with open_store() as store:
            assert store.rulings.standing() == ()
        say(
            name, "approve", IMAGE, note=sentence if name == marked else None, ruling=name == marked
        )
    with open_store() as store:
        [ruling] = store.rulings.standing()
    assert (ruling.sentence, ruling.ruled_by, ruling.sections) == (sentence, marked, (IMAGE,))


@pytest.mark.parametrize("follows", [True, False])
def test_ruling_of_a_word_that_a_third_overrules_is_none(
    open_store: OpenStore, taxonomy: Taxonomy, say: Callable[..., Any], *, follows: bool
) -> None:
    say("ada", "reject" if follows else "approve", *([] if follows else [IMAGE]), note="Why.",
        ruling=True)  # fmt: skip
    say("bo", *(["approve", IMAGE] if follows else ["reject"]))
    third(open_store, taxonomy, "cy")  # rejects
    with open_store() as store:
        assert [one.ruled_by for one in store.rulings.standing()] == (["ada"] if follows else [])


def test_ruling_follows_a_word_that_is_released(
    open_store: OpenStore, taxonomy: Taxonomy, say: Callable[..., Any]
) -> None:
    say("ada", "reject", note="Why.", ruling=True)
    release(open_store, taxonomy, rules=TeamRules(), actor="cy", clock=lambda: NOW + timedelta(1))
    with open_store() as store:
        assert [one.sentence for one in store.rulings.standing()] == ["Why."]


def test_account_names_everybody_whose_word_led_to_a_decision(
    open_store: OpenStore, taxonomy: Taxonomy, say: Callable[..., Any]
) -> None:
    say("ada", "approve", IMAGE)
    say("bo", "approve", IMAGE)
    for name in ("ada", "bo"):
        say(name, "approve" if name == "ada" else "reject", *([IMAGE] if name == "ada" else []),
            key=IDS[1])  # fmt: skip
    stated = propose(taxonomy, arxiv_id=IDS[1], verdict="reject", reviewer="cy")
    at = NOW + timedelta(days=1)
    give_third(open_store, taxonomy, stated, rules=BOTH, is_admin=False, clock=lambda: at)
    say("dee", "reject", key=IDS[2], team=TeamRules())
    with open_store() as store:
        page = account_page(store, DecisionFilter(), limit=9)
    named = {
        row.decision.arxiv_id: people_text(
            row.decision, page.words.get(row.decision.decision_id, ())
        )
        for row in page.rows
    }
    assert named == {KEY: "ada and bo", IDS[1]: "cy after ada and bo", IDS[2]: "dee"}
