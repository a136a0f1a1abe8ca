"""Accepting a day of the ledger: the alarm ends, the answer is kept, new trouble is reported."""

from datetime import UTC, date, datetime, timedelta

import pytest

from config.errors import UsageError
from pipeline.ingest.accept import accept, withdraw
from pipeline.ingest.checks import checks
from pipeline.ingest.ledger import overdue_now, refresh_ledger
from pipeline.runtime.services import Services
from storage.store import OpenStore
from storage.types import Announcement, AnnounceType
from tests.support.arxiv import CATEGORIES, ingest_services, noon

TUESDAY, FRIDAY = date(2026, 3, 17), date(2026, 3, 20)
NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)


@pytest.fixture
def services(open_store: OpenStore) -> Services:
    """Tuesday's feed announced two papers in cs.CV that are not stored."""
    _announce(open_store, "2603.00001", "2603.00002")
    return ingest_services(open_store, NOW)


def _announce(open_store: OpenStore, *arxiv_ids: str) -> None:
    announced = [
        Announcement(TUESDAY, one, 1, AnnounceType.NEW, "A Paper", ("cs.CV",)) for one in arxiv_ids
    ]
    with open_store() as store:
        store.announcements.add(
            TUESDAY, ["cs.CV"], announced, checked_at=noon(TUESDAY), calendar_quiet=False
        )


def _overdue(services: Services) -> list[tuple[date, tuple[str, ...]]]:
    with services.open_store() as store:
        found = overdue_now(store, CATEGORIES, services.clock())
        refreshed = refresh_ledger(store, ("cs.CV",), now=services.clock()).overdue
    assert [day for day in refreshed if day.day == TUESDAY] == [
        day for day in found if day.day == TUESDAY
    ]
    return [(day.day, day.missing) for day in found if day.day == TUESDAY]


def test_accepted_day_is_a_note_instead_of_wrong(services: Services) -> None:
    assert _overdue(services) == [(TUESDAY, ("2603.00001", "2603.00002"))]
    report = accept(services, TUESDAY, category=None, reason=" arXiv removed\nboth. ", person="ada")
    assert [(one.category, one.missing) for one in report.acceptances] == [
        ("cs.CV", ("2603.00001", "2603.00002"))
    ]
    assert _overdue(services) == []
    [note] = [one for one in checks(services) if "accepted by" in one.what]
    assert not note.wrong
    assert note.what == (
        "2026-03-17 (cs.CV) is accepted by ada since 2026-03-20: arXiv removed both."
    )
    assert "ledger accept 2026-03-17 --withdraw" in note.remedy


def test_paper_that_is_missing_later_is_reported(services: Services, open_store: OpenStore) -> None:
    accept(services, TUESDAY, category="cs.CV", reason="removed", person="ada")
    _announce(open_store, "2603.00001", "2603.00002", "2603.00003")
    assert _overdue(services) == [(TUESDAY, ("2603.00003",))]


def test_withdrawn_acceptance_is_kept_and_reported_again(services: Services) -> None:
    accept(services, TUESDAY, category=None, reason="removed", person="ada")
    report = withdraw(services, TUESDAY, category=None, person="bo")
    assert [one.accepted_by for one in report.acceptances] == ["ada"]
    assert _overdue(services) == [(TUESDAY, ("2603.00001", "2603.00002"))]
    with services.open_store() as store:
        assert store.acceptances.standing(TUESDAY) == []
        kept = store._session.rows(
            "SELECT seq, kind, person, reason FROM ledger_acceptance ORDER BY seq"
        )
    assert kept == [(1, "accept", "ada", "removed"), (2, "withdraw", "bo", "")]
    accept(services, TUESDAY, category=None, reason="after all", person="ada")
    assert _overdue(services) == []


def test_day_without_a_feed_can_be_accepted_in_one_category(services: Services) -> None:
    with services.open_store() as store:
        store.ledger.expect([(TUESDAY, "cs.CL")], noted_at=NOW)
    accept(services, TUESDAY, category="cs.CL", reason="the machine was off", person="ada")
    with services.open_store() as store:
        [day] = [one for one in overdue_now(store, CATEGORIES, NOW) if one.day == TUESDAY]
    assert day.unknown == ()
    assert day.missing


@pytest.mark.parametrize(
    ("day", "category", "reason", "said"),
    [
        (TUESDAY, None, "  ", "The reason is missing."),
        (TUESDAY, None, "x" * 2_001, "The reason is too long."),
        (TUESDAY, "cs.RO", "why", "The ledger has no 2026-03-17 of cs.RO."),
        (FRIDAY + timedelta(days=9), None, "why", "The ledger has no 2026-03-29."),
        (FRIDAY, None, "why", "2026-03-20 is quiet and needs no acceptance."),
    ],
)
def test_acceptance_that_says_nothing_is_refused(
    services: Services, day: date, category: str | None, reason: str, said: str
) -> None:
    with services.open_store() as store:
        store.announcements.add(FRIDAY, ["cs.CV"], [], checked_at=NOW, calendar_quiet=True)
    with pytest.raises(UsageError) as refused:
        accept(services, day, category=category, reason=reason, person="ada")
    assert refused.value.message == said


def test_nothing_accepted_cannot_be_withdrawn(services: Services) -> None:
    with pytest.raises(UsageError, match="is not accepted"):
        withdraw(services, TUESDAY, category=None, person="ada")
