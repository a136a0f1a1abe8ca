"""Edits, builds and approvals of issues."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from storage.backup import back_up
from storage.errors import IssueStateError, PaperNotFoundError
from storage.issue_types import IssueAct, IssueBuild, IssueEdits, IssueRecord, IssueState
from storage.restore import restore
from storage.store import Store
from tests.support.builders import make_paper
from tests.support.storage import database, lines_of, opener, start_process

WEEK = "2026-W12"
IDS = ("2603.00001", "2603.00002", "2603.00003")
EMPTY = IssueEdits(WEEK)
LED = IssueEdits(WEEK, {"en": "Two sentences."})
FIGURES: Mapping[str, object] = {"announced": 630, "waiting": 4786}

# Edits, builds and approves an issue again and again; prints the number once each is whole.
STREAM = """
    import sys
    from datetime import UTC, datetime
    from pathlib import Path
    from storage.issue_types import IssueEdits
    from storage.store import store_opener
    now = datetime(2026, 3, 24, tzinfo=UTC)
    with store_opener(Path(sys.argv[1]))() as store:
        for number in range(1, 90_000):
            with store.transaction():
                text = {"en": f"Lead {number}.", "zh": f"第 {number} 期。"}
                store.issues.edit(IssueEdits("2026-W12", text), "ada", now)
                store.issues.built(store.issues.edits("2026-W12"), str(number), {}, "ada", now)
                store.issues.approve("2026-W12", str(number), "bo", now)
            print(number, flush=True)
"""


@pytest.fixture
def survey(store: Store, now: datetime) -> Store:
    store.papers.upsert([make_paper(key) for key in IDS], seen_at=now)
    return store


def built(
    store: Store, digest: str, figures: Mapping[str, object], editor: str, now: datetime
) -> None:
    """Record a build from the present edits."""
    store.issues.built(store.issues.edits(WEEK), digest, figures, editor, now)


def test_untouched_issue_is_none(store: Store) -> None:
    assert store.issues.get(WEEK) == IssueRecord(WEEK)
    assert store.issues.edits(WEEK) == EMPTY
    assert store.issues.all() == []
    assert store.issues.events(WEEK) == []


def test_last_edit_of_a_field_counts(survey: Store, now: datetime) -> None:
    issues = survey.issues
    first = IssueEdits(WEEK, {"en": "One."}, IDS[:2], {IDS[0]: "Note."})
    second = IssueEdits(WEEK, {"en": "Two.", "zh": "二。"}, (IDS[2], IDS[0]), {IDS[1]: "Other."})
    assert issues.edit(first, "ada", now) == 3
    assert issues.edit(first, "bo", now) == 0
    assert issues.edits(WEEK) == first
    assert issues.edit(second, "bo", now) == 5
    assert issues.edits(WEEK) == second
    assert issues.edit(EMPTY, "ada", now) == 4
    assert issues.edits(WEEK) == EMPTY
    assert issues.edits("2026-W13") == IssueEdits("2026-W13")
    acts = [(event.act, event.content) for event in issues.events(WEEK)]
    assert len(acts) == 12
    assert acts[-2:] == [(IssueAct.NOTE, "Note."), (IssueAct.LEAD, "One.")]


def test_earlier_edits_are_found_again(survey: Store, now: datetime) -> None:
    survey.issues.edit(LED, "ada", now)
    built(survey, "d1", FIGURES, "ada", now)
    survey.issues.edit(replace(LED, highlights=IDS), "ada", now)
    built(survey, "d2", {}, "ada", now)
    assert survey.issues.as_built(WEEK, "d1") == IssueBuild("d1", LED, FIGURES)
    assert survey.issues.as_built(WEEK, "d2") == IssueBuild("d2", replace(LED, highlights=IDS), {})
    assert survey.issues.as_built(WEEK, "d3") is None


def test_no_highlights_differ_from_no_order(store: Store, now: datetime) -> None:
    assert store.issues.edit(replace(EMPTY, highlights=()), "ada", now) == 1
    assert store.issues.edits(WEEK).highlights == ()
    assert store.issues.edit(EMPTY, "ada", now) == 1
    assert store.issues.edits(WEEK).highlights is None


def test_edit_on_an_unknown_paper_is_refused_whole(store: Store, now: datetime) -> None:
    for edits in (replace(LED, notes={"2603.9": "?"}), replace(LED, highlights=("2603.9",))):
        with pytest.raises(PaperNotFoundError, match=r"2603\.9"):
            store.issues.edit(edits, "ada", now)
    assert store.issues.events(WEEK) == []


def test_issue_is_built_approved_published(store: Store, now: datetime) -> None:
    issues, later = store.issues, now + timedelta(hours=1)
    issues.edit(LED, "ada", now)
    assert issues.get(WEEK) == IssueRecord(
        WEEK, edition=1, edited_at=now, edited_by="ada", edited_since=True
    )
    built(store, "d1", FIGURES, "ada", now)
    built(store, "d1", FIGURES, "bo", later)
    issues.approve(WEEK, "d1", "bo", later)
    issues.approve(WEEK, "d1", "bo", later)
    approved = issues.get(WEEK)
    assert (approved.state, approved.digest) == (IssueState.APPROVED, "d1")
    assert (approved.built_by, approved.approved_by, approved.approved_at) == ("ada", "bo", later)
    issues.published(WEEK, "d1", "bo", later)
    issues.published(WEEK, "d1", "bo", later)
    assert issues.get(WEEK) == replace(approved, state=IssueState.PUBLISHED, published_at=later)
    assert len(issues.events(WEEK)) == 4
    assert issues.all() == [issues.get(WEEK)]


def test_edit_after_approval_ends_it(store: Store, now: datetime) -> None:
    built(store, "d1", {}, "ada", now)
    store.issues.approve(WEEK, "d1", "bo", now)
    store.issues.edit(LED, "ada", now)
    found = store.issues.get(WEEK)
    assert (found.state, found.edited_since, found.approved_by) == (IssueState.BUILT, True, None)
    with pytest.raises(IssueStateError, match="edited after it was built"):
        store.issues.approve(WEEK, "d1", "bo", now)
    built(store, "d1", {}, "ada", now)
    store.issues.approve(WEEK, "d1", "bo", now)
    assert store.issues.state(WEEK) is IssueState.APPROVED


def test_edit_after_publication_needs_another_build(store: Store, now: datetime) -> None:
    built(store, "d1", {}, "ada", now)
    store.issues.published(WEEK, "d1", "ada", now)
    store.issues.edit(LED, "ada", now)
    found = store.issues.get(WEEK)
    assert (found.state, found.edited_since, found.published_at) == (IssueState.BUILT, True, now)


def test_other_bytes_end_an_approval(store: Store, now: datetime) -> None:
    built(store, "d1", {}, "ada", now)
    store.issues.approve(WEEK, "d1", "bo", now)
    built(store, "d2", {}, "ada", now)
    assert store.issues.state(WEEK) is IssueState.BUILT
    for act in (store.issues.approve, store.issues.published):
        with pytest.raises(IssueStateError, match="no longer what was built"):
            act(WEEK, "d1", "bo", now)


def test_build_from_earlier_edits_is_refused(store: Store, now: datetime) -> None:
    before = store.issues.edits(WEEK)
    store.issues.edit(LED, "bo", now)
    with pytest.raises(IssueStateError, match="edited while it was built"):
        store.issues.built(before, "d1", {}, "ada", now)
    assert store.issues.state(WEEK) is IssueState.NONE


def test_approval_is_withdrawn_and_given_again(store: Store, now: datetime) -> None:
    issues = store.issues
    with pytest.raises(IssueStateError, match="not built"):
        issues.approve(WEEK, "d1", "bo", now)
    with pytest.raises(IssueStateError, match="not approved"):
        issues.withdraw(WEEK, "bo", now)
    built(store, "d1", {}, "ada", now)
    issues.approve(WEEK, "d1", "bo", now)
    issues.withdraw(WEEK, "bo", now)
    assert issues.state(WEEK) is IssueState.BUILT
    issues.approve(WEEK, "d1", "bo", now)
    issues.published(WEEK, "d1", "bo", now)
    with pytest.raises(IssueStateError, match="published already"):
        issues.withdraw(WEEK, "bo", now)


def test_digest_published_before_issues_were_recorded(store: Store, now: datetime) -> None:
    store.published.record(f"digest:{WEEK}", [("2603.00001", "survey")], now)
    store.published.record("list", [("2603.00001", "survey")], now)
    [found] = store.issues.all()
    assert found == IssueRecord(WEEK, IssueState.PUBLISHED, published_at=now)
    store.issues.edit(LED, "ada", now)
    assert store.issues.state(WEEK) is IssueState.BUILT


def test_issues_pass_backup_restore_and_doctor(tmp_path: Path, now: datetime) -> None:
    with opener(tmp_path)() as store:
        store.issues.edit(LED, "ada", now)
        built(store, "d1", FIGURES, "ada", now)
        store.issues.approve(WEEK, "d1", "bo", now)
        kept = store.issues.events(WEEK)
        assert store.integrity.faults() == ()
    copy = back_up(database(tmp_path), tmp_path / "copy", busy_timeout_seconds=9).path
    with opener(tmp_path)() as store:
        store.issues.edit(EMPTY, "ada", now)
    restore(copy, database(tmp_path), now=now, busy_timeout_seconds=9, force=True)
    with opener(tmp_path)() as store:
        assert store.issues.events(WEEK) == kept
        store._session.write("DELETE FROM issue_event WHERE kind = 'built'")
        [fault] = store.integrity.faults()
        assert (fault.what, fault.rows) == (
            "approvals or publications of issues that were never built",
            1,
        )


def test_kill_keeps_whole_edits_only(tmp_path: Path) -> None:
    last = 0
    with start_process(STREAM, str(database(tmp_path))) as process:
        for line in lines_of(process):
            last = int(line)
            if last == 20:
                process.kill()
    with opener(tmp_path)() as store:
        found = store.issues.get(WEEK)
        assert found.state is IssueState.APPROVED
        assert found.digest in (str(last), str(last + 1))
        text = {"en": f"Lead {found.digest}.", "zh": f"第 {found.digest} 期。"}
        assert store.issues.edits(WEEK).lead == text
        assert len(store.issues.events(WEEK)) == 4 * int(found.digest or 0)
        assert store.integrity.faults() == ()
