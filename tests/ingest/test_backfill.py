"""Backfill: what is done, what is asked again, and how long the rest takes."""

from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.demo.replica.faults import Fault, Kind
from pipeline.demo.replica.log import Channel
from pipeline.demo.replica.server import ReplicaServer
from pipeline.ingest import backfill as backfilling
from pipeline.ingest.backfill import BackfillReport, Eta
from pipeline.ingest.sources.errors import SourceError
from pipeline.runtime.record import Run
from storage.store import OpenStore, Store
from tests.support.arxiv import ingest_services, make_record, noon, sources

FROM, UNTIL = date(2026, 3, 2), date(2026, 3, 15)  # two whole ISO weeks
PAPERS = [make_record(n, FROM + timedelta(days=n)) for n in range(14)]


def backfill(
    arxiv: ReplicaServer, directory: Path, open_store: OpenStore, now: datetime
) -> BackfillReport:
    with sources(arxiv, directory, now) as opened:
        return backfilling.backfill(
            ingest_services(open_store, now), opened, Run(), from_day=FROM, until_day=UNTIL
        )


def test_weeks_that_are_final_are_not_asked_for_again(
    tmp_path: Path, open_store: OpenStore
) -> None:
    now = datetime(2026, 3, 18, tzinfo=UTC)
    with ReplicaServer(PAPERS, page_size=5) as arxiv:
        first = backfill(arxiv, tmp_path, open_store, now)
        asked = len(arxiv.requests)
        again = backfill(arxiv, tmp_path, open_store, now)
        assert len(arxiv.requests) == asked
    assert (first.windows, first.pages, first.counts.new) == (2, 4, 14)
    assert (again.windows, again.skipped) == (0, 2)


def test_final_backfill_completes_days_with_incomplete_feeds(
    tmp_path: Path, open_store: OpenStore
) -> None:
    with open_store() as store:
        for day in (FROM, UNTIL - timedelta(days=2)):
            store.announcements.add(
                day, ["cs.CV"], [], checked_at=noon(day), calendar_quiet=False, untold=[()]
            )
    with ReplicaServer(PAPERS) as arxiv:
        backfill(arxiv, tmp_path, open_store, noon(UNTIL))  # its second week is not over yet
        with open_store() as store:
            assert len(store.ledger.gaps(FROM, UNTIL)) == 2
            store._session.write("DELETE FROM source_cursor")
        backfill(arxiv, tmp_path, open_store, noon(UNTIL + timedelta(days=3)))
    with open_store() as store:
        assert store.ledger.gaps(FROM, UNTIL) == []


def test_what_is_done_is_looked_up_in_one_lease(tmp_path: Path, open_store: OpenStore) -> None:
    now = datetime(2026, 3, 18, tzinfo=UTC)
    leases = []

    def counted() -> AbstractContextManager[Store]:
        leases.append(1)
        return open_store()

    with ReplicaServer(PAPERS) as arxiv:
        backfill(arxiv, tmp_path, open_store, now)
        again = backfill(arxiv, tmp_path, counted, now)
    assert again.skipped == 2
    assert len(leases) == 2  # one to look, one to note that the days are harvested


def test_a_week_that_has_just_ended_is_asked_for_again(
    tmp_path: Path, open_store: OpenStore
) -> None:
    with ReplicaServer(PAPERS) as arxiv:
        first = backfill(arxiv, tmp_path, open_store, noon(UNTIL + timedelta(days=1)))
        again = backfill(arxiv, tmp_path, open_store, noon(UNTIL + timedelta(days=3)))
    assert (first.windows, first.open_windows) == (2, 1)
    assert (again.windows, again.open_windows, again.counts.unchanged) == (1, 0, 7)


def test_pitfall_14_an_empty_answer_given_too_early_is_not_final(
    tmp_path: Path, open_store: OpenStore
) -> None:
    early = Fault(Kind.NO_RECORDS_MATCH, Channel.OAI, requests=(2,))
    now = noon(UNTIL + timedelta(days=3))
    with ReplicaServer(PAPERS, faults=[early]) as arxiv:
        first = backfill(arxiv, tmp_path, open_store, now)
        again = backfill(arxiv, tmp_path, open_store, now)
    assert (first.counts.new, first.open_windows) == (7, 1)
    assert (again.counts.new, again.open_windows) == (7, 0)


def test_pitfall_08_broken_chain_restarts_its_week(tmp_path: Path, open_store: OpenStore) -> None:
    now = noon(UNTIL + timedelta(days=10))
    refused = Fault(Kind.STATUS, Channel.OAI, requests=(4,), status=403)
    with (
        ReplicaServer(PAPERS, page_size=5, faults=[refused]) as arxiv,
        pytest.raises(SourceError),
    ):
        backfill(arxiv, tmp_path, open_store, now)
    for state in tmp_path.glob("limiter*"):
        state.unlink()  # a human has looked
    with open_store() as store:
        assert store.papers.count() == 12  # the page before the break is kept
    with ReplicaServer(PAPERS, page_size=5) as arxiv:
        report = backfill(arxiv, tmp_path, open_store, now)
    assert (report.skipped, report.windows) == (1, 1)
    assert (report.counts.new, report.counts.unchanged) == (2, 5)


def test_time_left_respects_the_request_interval() -> None:
    seconds = iter((0.0, 1.0, 1.0, 100.0))
    pace = Eta(10, 3.0, monotonic=lambda: next(seconds))
    assert pace.requests_left() == 10
    for _ in range(4):
        pace.page()
    pace.window()
    assert pace.requests_left() == 36  # nine weeks like the first
    assert pace.seconds_left() == 108  # a quarter of a second a page would break the rule
    assert str(pace) == "week 2 of 10, about 2 min left"
    assert pace.seconds_left() == 36 * 25  # a slow server is slower than the rule


def test_long_wait_is_given_in_hours() -> None:
    assert str(Eta(4000, 3.0)) == "week 1 of 4000, about 3.3 h left"


def test_backfilled_days_are_settled_in_the_ledger(tmp_path: Path, open_store: OpenStore) -> None:
    now = noon(UNTIL + timedelta(days=10))
    with open_store() as store:
        store.ledger.expect([(date(2026, 3, 10), "cs.CV")], noted_at=now)
    with ReplicaServer(PAPERS) as arxiv:
        backfill(arxiv, tmp_path, open_store, now)
    with open_store() as store:
        [day] = store.ledger.days(FROM)
    assert day.backfilled_at == now


def test_pitfall_14_working_days_without_records_stay_open(
    tmp_path: Path, open_store: OpenStore
) -> None:
    stuck = Fault(Kind.NO_RECORDS_MATCH, Channel.OAI, requests=(1,))
    long_after = noon(UNTIL + timedelta(days=90))
    with ReplicaServer(PAPERS, faults=[stuck]) as arxiv:
        first = backfill(arxiv, tmp_path, open_store, long_after)
        again = backfill(arxiv, tmp_path, open_store, long_after)
    assert [str(window) for window in first.empty] == ["cs 2026-03-02..2026-03-08"]
    assert (first.open_windows, first.counts.new) == (1, 7)
    assert (again.windows, again.counts.new, again.empty) == (1, 7, ())


def test_pitfall_14_missing_promised_page_leaves_week_open(
    tmp_path: Path, open_store: OpenStore
) -> None:
    """arXiv's cache keeps `noRecordsMatch` until midnight UTC: said twice, it is still no end."""
    stuck = Fault(Kind.NO_RECORDS_MATCH, Channel.OAI, requests=(2, 4))
    now = noon(UNTIL + timedelta(days=90))
    with open_store() as store:
        store.ledger.expect([(date(2026, 3, 10), "cs.CV")], noted_at=now)
    with ReplicaServer(PAPERS, page_size=5, faults=[stuck]) as arxiv:
        first = backfill(arxiv, tmp_path, open_store, now)
        with open_store() as store:
            [unsettled] = store.ledger.days(FROM)
        again = backfill(arxiv, tmp_path, open_store, now)
    assert [str(window) for window in first.cut] == ["cs 2026-03-02..2026-03-08"]
    assert (first.counts.new, first.open_windows, first.empty) == (12, 1, ())
    assert unsettled.backfilled_at is None
    assert (again.windows, again.counts.new, again.cut) == (1, 2, ())
    with open_store() as store:
        assert store.papers.count() == len(PAPERS)
