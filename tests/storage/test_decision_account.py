"""Account of decisions: filters, pages, counts, imports as groups."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from storage.batches import BatchKind, NewBatch
from storage.decision_account import NOT_STATED, DecisionFilter
from storage.store import Store
from storage.types import LIST_REVIEWER, NewDecision, Verdict
from tests.support.builders import make_decision, make_paper
from tests.support.storage import migrated

NOON = datetime(2026, 3, 17, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with nine papers and decisions: five of an import, four of reviewers."""
    with migrated(tmp_path / "survey.duckdb")() as opened:
        ids = [f"2603.0000{n}" for n in range(1, 10)]
        titles = dict.fromkeys(ids, "A study") | {ids[5]: "Caf\u00e9 layouts"}
        opened.papers.upsert([make_paper(one, title=titles[one]) for one in ids], seen_at=NOON)
        opened.decisions.add(
            [
                # the list dates its entries, so the import is not in order
                make_decision(one, reviewer=LIST_REVIEWER, decided_at=NOON - (n % 3 + 1) * DAY)
                for n, one in enumerate(ids[:5])
            ],
            NewBatch(BatchKind.LIST, "ada", NOON),
        )
        opened.decisions.add(
            [
                make_decision(ids[5], decided_at=NOON + DAY, sections=("agents",)),
                _rejection(ids[6], NOON + 2 * DAY, reason="no-language"),
                _rejection(ids[7], NOON + 3 * DAY, reviewer="bo", note="Only 100% radar"),
                _rejection(ids[8], NOON + 4 * DAY, reason="other"),
            ]
        )
        yield opened


def _rejection(arxiv_id: str, at: datetime, **also: str) -> NewDecision:
    return make_decision(arxiv_id, verdict=Verdict.REJECTED, sections=(), decided_at=at, **also)


def shown(store: Store, **wanted: Any) -> list[str]:
    rows = store.account.page(DecisionFilter(**wanted), limit=100)
    return [row.decision.arxiv_id[-1] for row in rows]


def test_decisions_are_ordered_by_the_time_that_is_shown(store: Store) -> None:
    assert shown(store) == ["9", "8", "7", "6"]
    # equal times by order of recording
    assert shown(store, reviewer=LIST_REVIEWER) == ["4", "1", "5", "2", "3"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"verdict": Verdict.APPROVED}, ["6"]),
        ({"verdict": Verdict.REJECTED}, ["9", "8", "7"]),
        ({"reviewer": "bo"}, ["8"]),
        ({"reason": "no-language"}, ["7"]),
        ({"reason": NOT_STATED}, ["8"]),
        ({"section": "agents"}, ["6"]),
        ({"first_day": date(2026, 3, 20)}, ["9", "8"]),
        ({"last_day": date(2026, 3, 19)}, ["7", "6"]),
        ({"first_day": date(2026, 3, 19), "last_day": date(2026, 3, 19)}, ["7"]),
        ({"search": "cafe LAYOUTS"}, ["6"]),
        ({"search": "2603.00003"}, ["3"]),
        ({"search": "100% radar"}, ["8"]),
        ({"search": "nothing of this"}, []),
        ({"verdict": Verdict.REJECTED, "reviewer": "ada", "reason": "other"}, ["9"]),
    ],
)
def test_filters_combine(store: Store, wanted: dict[str, object], found: list[str]) -> None:
    assert shown(store, **wanted) == found


def test_pages_continue_after_the_last_row(store: Store) -> None:
    wanted = DecisionFilter(reviewer=LIST_REVIEWER)
    seen, before = [], None
    while page := store.account.page(wanted, limit=2, beyond=before):
        seen += [row.decision.arxiv_id[-1] for row in page]
        before = page[-1].place
    assert seen == ["4", "1", "5", "2", "3"]


def test_tally_counts_what_stands_and_what_does_not(store: Store) -> None:
    store.decisions.undo(reviewer="ada", undone_at=NOON + 5 * DAY)
    store.decisions.add([_rejection("2603.00006", NOON + 6 * DAY)])
    tally = store.account.tally()
    assert (tally.standing, tally.by_reviewers, tally.taken_back, tally.replaced) == (8, 3, 1, 1)
    assert tally.made == 10
    assert tally.verdicts == {Verdict.APPROVED: 5, Verdict.REJECTED: 3, Verdict.DEFERRED: 0}
    assert store.account.tally(DecisionFilter(reviewer="bo")).standing == 1


def test_import_is_a_group_with_its_day(store: Store) -> None:
    [group] = store.account.imports(DecisionFilter())
    assert (group.kind, group.decisions, group.standing) == ("list", 5, 5)
    assert group.recorded_at == NOON
    assert shown(store, batch_id=group.batch_id) == ["4", "1", "5", "2", "3"]
    assert store.account.imports(DecisionFilter(verdict=Verdict.REJECTED)) == []


def test_list_imported_before_acts_were_recorded_is_a_group(store: Store) -> None:
    store.decisions.add([make_decision("2603.00009", reviewer=LIST_REVIEWER, decided_at=NOON)])
    *_, old = store.account.imports(DecisionFilter())
    assert (old.batch_id, old.recorded_at, old.reviewer, old.decisions) == (
        None,
        None,
        LIST_REVIEWER,
        1,
    )


def test_reviewers_and_reasons_are_counted(store: Store) -> None:
    assert store.account.reviewers() == {"ada": 3, "bo": 1, LIST_REVIEWER: 5}
    assert store.account.reasons() == {NOT_STATED: 1, "no-language": 1, "other": 1}


def test_standing_decisions_can_be_read_oldest_first(store: Store) -> None:
    store.decisions.undo(reviewer="bo", undone_at=NOON + 5 * DAY)
    wanted = DecisionFilter(verdict=Verdict.REJECTED, standing=True)
    rows = store.account.page(wanted, limit=9, oldest_first=True)
    assert [row.decision.arxiv_id[-1] for row in rows] == ["7", "9"]
    after = store.account.page(wanted, limit=9, beyond=rows[0].place, oldest_first=True)
    assert [row.decision.arxiv_id[-1] for row in after] == ["9"]
