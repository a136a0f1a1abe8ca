from datetime import date, datetime, timedelta

from storage.announcements import FeedCheck
from storage.store import Store
from storage.types import Announcement, AnnounceType, LedgerDay, LedgerStatus
from tests.support.builders import make_paper

MONDAY = date(2026, 3, 16)
TUESDAY = MONDAY + timedelta(days=1)


def announced(number: int, day: date = MONDAY, **overrides: object) -> Announcement:
    fields: dict[str, object] = {
        "day": day,
        "arxiv_id": f"2603.0000{number}",
        "version": 1,
        "announce_type": AnnounceType.NEW,
        "title": "A title",
        "categories": ("cs.CV",),
    }
    return Announcement(**{**fields, **overrides})  # type: ignore[arg-type]  # fields by name


def look(
    store: Store,
    day: date,
    *announcements: Announcement,
    at: datetime,
    categories: tuple[str, ...] = ("cs.CV",),
    quiet: bool = False,
) -> tuple[FeedCheck, ...]:
    return store.announcements.add(
        day, categories, announcements, checked_at=at, calendar_quiet=quiet
    )


def test_day_is_incomplete_until_all_papers_are_held(store: Store, now: datetime) -> None:
    look(store, MONDAY, announced(2), announced(1), at=now)
    missing = ("2603.00001", "2603.00002")
    assert store.ledger.days(MONDAY) == [
        LedgerDay(MONDAY, "cs.CV", 2, 0, missing, LedgerStatus.INCOMPLETE, checked_at=now)
    ]
    store.papers.upsert([make_paper("2603.00002")], seen_at=now)
    (day,) = store.ledger.days(MONDAY)
    assert (day.held, day.missing) == (1, ("2603.00001",))
    assert store.ledger.missing(MONDAY) == {"2603.00001": MONDAY}
    store.papers.upsert([make_paper("2603.00001")], seen_at=now)
    (day,) = store.ledger.days(MONDAY)
    assert (day.announced, day.held, day.missing) == (2, 2, ())
    assert (day.status, day.sources) == (LedgerStatus.COMPLETE, {"oai": 2})
    assert store.ledger.missing(MONDAY) == {}


def test_paper_counts_in_each_of_its_categories(store: Store, now: datetime) -> None:
    both = announced(1, categories=("cs.CL", "cs.CV", "math.CO"))
    look(store, MONDAY, both, announced(2), at=now, categories=("cs.CL", "cs.CV", "cs.SD"))
    days = {day.category: (day.announced, day.status) for day in store.ledger.days(MONDAY)}
    assert days == {
        "cs.CL": (1, LedgerStatus.INCOMPLETE),
        "cs.CV": (2, LedgerStatus.INCOMPLETE),
        "cs.SD": (0, LedgerStatus.COMPLETE),  # the same feed had papers for others
    }


def test_replacements_are_stored_but_not_counted(store: Store, now: datetime) -> None:
    (check,) = look(
        store,
        MONDAY,
        announced(1),
        announced(2, announce_type=AnnounceType.CROSS),
        announced(3, announce_type=AnnounceType.REPLACE),
        announced(4, announce_type=AnnounceType.REPLACE_CROSS),
        at=now,
    )
    assert check.items == 2
    (day,) = store.ledger.days(MONDAY)
    assert day.missing == ("2603.00001", "2603.00002")


def test_empty_day_is_quiet_only_by_the_calendar(store: Store, now: datetime) -> None:
    look(store, MONDAY, at=now)
    assert store.ledger.days(MONDAY)[0].status is LedgerStatus.UNKNOWN
    look(store, MONDAY, at=now + timedelta(hours=1), quiet=True)
    assert store.ledger.days(MONDAY)[0].status is LedgerStatus.QUIET


def test_repeated_feed_is_stale(store: Store, now: datetime) -> None:
    store.papers.upsert([make_paper("2603.00001"), make_paper("2603.00002")], seen_at=now)
    look(store, MONDAY, announced(1), announced(2), at=now)
    again = (announced(1, TUESDAY), announced(2, TUESDAY))
    assert look(store, TUESDAY, *again, at=now) == (
        FeedCheck(TUESDAY, "cs.CV", items=2, known_before=2, stale=True),
    )
    tuesday, monday = store.ledger.days(MONDAY)
    assert monday.status is LedgerStatus.COMPLETE
    assert (tuesday.status, tuesday.stale, tuesday.announced) == (LedgerStatus.UNKNOWN, True, 0)

    (check,) = look(store, TUESDAY, announced(3, TUESDAY), at=now + timedelta(hours=1))
    assert not check.stale
    tuesday, _ = store.ledger.days(MONDAY)
    assert (tuesday.status, tuesday.stale) == (LedgerStatus.INCOMPLETE, False)
    assert tuesday.missing == ("2603.00003",)
    # The old feed is served again: items seen before stay.
    look(store, TUESDAY, *again, at=now + timedelta(hours=2))
    assert store.ledger.days(TUESDAY)[0].missing == ("2603.00003",)


def test_day_with_a_gap_is_unknown_until_closed(store: Store, now: datetime) -> None:
    asked = ("cs.CL", "cs.CV", "cs.SD")
    store.papers.upsert([make_paper("2603.00001")], seen_at=now)

    def read_again(hours: int, *untold: tuple[str, ...], stale: bool = False) -> dict[str, str]:
        day, item = (TUESDAY, announced(1, TUESDAY)) if stale else (MONDAY, announced(1))
        store.announcements.add(
            day,
            asked,
            [item],
            checked_at=now + timedelta(hours=hours),
            calendar_quiet=False,
            untold=untold,
        )
        return {one.category: one.status for one in store.ledger.days(MONDAY) if one.day == MONDAY}

    assert read_again(0, ("cs.CV",)) == {
        "cs.CL": "complete", "cs.CV": "unknown", "cs.SD": "complete",
    }  # fmt: skip
    assert set(read_again(1, ()).values()) == {"unknown"}  # the item may belong to any category
    assert [total.untold for total in store.ledger.totals(MONDAY)] == [True]
    assert set(read_again(2).values()) == {"complete"}  # the feed is readable now
    read_again(3, ("cs.CL",), ("cs.CL",), ("cs.SD",))
    assert store.ledger.gaps(TUESDAY, TUESDAY) == []
    gaps = store.ledger.gaps(MONDAY, MONDAY)
    assert gaps == [(MONDAY, name) for name in asked]  # gaps ever recorded
    assert [day.untold for day in store.ledger.days(MONDAY)] == [2, 0, 1]
    store.ledger.close_gaps([(MONDAY, "cs.CL")], closed_at=now + timedelta(days=1))
    assert [day.status for day in store.ledger.days(MONDAY)] == ["complete", "complete", "unknown"]
    assert store.ledger.gaps(MONDAY, MONDAY) == gaps[1:]


def test_stale_feed_does_not_close_a_gap(store: Store, now: datetime) -> None:
    """A cache can serve yesterday's feed under today's date after today's was read."""
    store.papers.upsert([make_paper("2603.00001"), make_paper("2603.00002")], seen_at=now)
    look(store, MONDAY, announced(1), at=now)
    for hour, items, untold in ((1, (1, 2), [("cs.CV",)]), (2, (1,), [])):
        (check,) = store.announcements.add(
            TUESDAY,
            ["cs.CV"],
            [announced(number, TUESDAY) for number in items],
            checked_at=now + timedelta(hours=hour),
            calendar_quiet=False,
            untold=untold,
        )
    assert check.stale
    assert store.ledger.days(TUESDAY)[0].status is LedgerStatus.UNKNOWN


def test_day_with_a_gap_lists_missing_papers(store: Store, now: datetime) -> None:
    store.announcements.add(
        MONDAY, ["cs.CV"], [announced(1)], checked_at=now, calendar_quiet=True, untold=[()]
    )
    assert store.ledger.days(MONDAY)[0].status is LedgerStatus.INCOMPLETE


def test_paper_without_category_counts_for_all(store: Store, now: datetime) -> None:
    look(store, MONDAY, announced(1, categories=()), at=now, categories=("cs.CL", "cs.CV"))
    assert [day.missing for day in store.ledger.days(MONDAY)] == [("2603.00001",)] * 2


def test_one_new_paper_makes_a_feed_fresh(store: Store, now: datetime) -> None:
    look(store, MONDAY, announced(1), at=now)
    (check,) = look(store, TUESDAY, announced(1, TUESDAY), announced(2, TUESDAY), at=now)
    assert (check.items, check.known_before, check.stale) == (2, 1, False)


def test_papers_known_otherwise_do_not_make_a_feed_stale(store: Store, now: datetime) -> None:
    look(store, MONDAY, announced(1), announced(2, announce_type=AnnounceType.REPLACE), at=now)
    cross = announced(1, TUESDAY, announce_type=AnnounceType.CROSS, categories=("cs.CV", "cs.CL"))
    (check,) = look(store, TUESDAY, cross, at=now, categories=("cs.CL",))
    assert not check.stale
    (check,) = look(store, TUESDAY, announced(2, TUESDAY), at=now)
    assert not check.stale


def test_reading_a_feed_twice_counts_once(store: Store, now: datetime) -> None:
    for hour in range(3):
        (check,) = look(store, MONDAY, announced(1), at=now + timedelta(hours=hour))
        assert (check.known_before, check.stale) == (0, False)
    assert store.ledger.days(MONDAY)[0].announced == 1


def test_days_since_a_day_newest_first(store: Store, now: datetime) -> None:
    look(store, MONDAY, announced(1), at=now)
    look(store, TUESDAY, announced(2, TUESDAY), at=now)
    assert [day.day for day in store.ledger.days(MONDAY)] == [TUESDAY, MONDAY]
    assert [day.day for day in store.ledger.days(TUESDAY)] == [TUESDAY]
    assert store.ledger.missing(TUESDAY) == {"2603.00002": TUESDAY}
