"""The plan of one verdict on many papers, and the form that carries it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from config.errors import UsageError
from pipeline.review.bulk import (
    MOST_AT_ONCE,
    State,
    expected,
    plan,
    read_form,
    read_ids,
)
from pipeline.review.proposal import NOT_DECIDED
from storage.types import Decision, PaperMark, Verdict

TODAY = date(2026, 3, 17)
MARK = PaperMark(2, "ab12cd34" + "0" * 56)
A, B, C = "2603.00001", "2603.00002", "cs/0012345"


def _decided(arxiv_id: str, verdict: Verdict, **also: Any) -> Decision:
    at = datetime(2026, 3, 16, tzinfo=UTC)
    return Decision("d" + arxiv_id[-1], arxiv_id, verdict, (), "ada", at, **also)


def test_waiting_papers_are_decided_and_others_named() -> None:
    made = plan([A, B, C], {A: MARK, B: MARK}, {B: _decided(B, Verdict.REJECTED)}, TODAY)
    assert made.state is State.WAITING
    assert [one.arxiv_id for one in made.papers] == [A]
    assert [(one.arxiv_id, one.state) for one in made.others] == [
        (B, State.REJECTED),
        (C, State.UNKNOWN),
    ]


def test_without_a_waiting_paper_most_decide_the_state() -> None:
    standing = {
        A: _decided(A, Verdict.DEFERRED),
        B: _decided(B, Verdict.DEFERRED),
        C: _decided(C, Verdict.APPROVED),
    }
    made = plan([C, A, B], dict.fromkeys(standing, MARK), standing, TODAY)
    assert (made.state, [one.arxiv_id for one in made.papers]) == (State.DEFERRED, [A, B])


@pytest.mark.parametrize(
    ("also", "state"),
    [
        ({}, State.DEFERRED),
        ({"return_on": TODAY}, State.WAITING),
        ({"return_on": date(2026, 3, 18)}, State.DEFERRED),
        ({"return_after_version": 1}, State.WAITING),
        ({"return_after_version": 2}, State.DEFERRED),
        ({"return_after_version": 3}, State.WAITING),
    ],
)
def test_deferred_paper_waits_when_it_is_due(also: dict[str, Any], state: State) -> None:
    made = plan([A], {A: MARK}, {A: _decided(A, Verdict.DEFERRED, **also)}, TODAY)
    assert made.state is state


def test_approval_whose_section_is_gone_waits() -> None:
    unplaced = _decided(A, Verdict.APPROVED, unplaced=True)
    assert plan([A], {A: MARK}, {A: unplaced}, TODAY).state is State.WAITING


def test_unknown_papers_alone_are_no_plan() -> None:
    made = plan([A], {}, {}, TODAY)
    assert (made.papers, len(made.others)) == ((), 1)


def test_form_carries_what_was_seen() -> None:
    standing = {B: _decided(B, Verdict.DEFERRED, return_on=TODAY)}
    made = plan([A, B, C], {A: MARK, B: MARK, C: MARK}, standing, TODAY)
    assert read_form(made.form) == {
        A: ("ab12cd34", NOT_DECIDED),
        B: ("ab12cd34", "d2"),
        C: ("ab12cd34", NOT_DECIDED),
    }


def test_changed_text_does_not_match() -> None:
    assert expected("ab12cd34", NOT_DECIDED, MARK).content_hash == MARK.content_hash
    assert expected("ffffffff", NOT_DECIDED, MARK).content_hash == "ffffffff"
    assert expected("", NOT_DECIDED, MARK).content_hash not in {None, MARK.content_hash}
    assert expected("ab12cd34", NOT_DECIDED, None).content_hash == "ab12cd34"


def test_marked_ids_are_read_once_each() -> None:
    assert read_ids([A, f"{A}v2", f"https://arxiv.org/abs/{B}"]) == (A, B)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ([], "No paper is marked."),
        (["x"], "'x' is neither an arXiv ID nor a DOI."),
        ([f"2603.{number:05}" for number in range(MOST_AT_ONCE + 1)], "10,001 papers are marked;"),
    ],
)
def test_marks_that_cannot_be_decided_are_refused(texts: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read_ids(texts)


@pytest.mark.parametrize("text", ["", "2603.00001", "2603.00001:a", "a:b:c", ":::"])
def test_form_of_another_shape_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        read_form(text)


def test_largest_form_is_read() -> None:
    ids = [f"2603.{number:05}" for number in range(MOST_AT_ONCE)]
    made = plan(ids, dict.fromkeys(ids, MARK), {}, TODAY)
    assert len(read_form(made.form)) == MOST_AT_ONCE
    assert len(made.form) < 300_000
