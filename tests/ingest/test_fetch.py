"""Fetching from a local arXiv into a real database: announced, harvested, repaired."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.demo.replica.faults import Fault, Kind
from pipeline.demo.replica.log import Channel
from pipeline.demo.replica.server import ReplicaServer
from pipeline.ingest.fetch import Failure, failure_sentences
from pipeline.ingest.harvest import harvest_window
from pipeline.ingest.replay import replay
from pipeline.ingest.sources.oai.page import OaiPage
from pipeline.ingest.sources.oai.source import OaiSource
from pipeline.ingest.windows import Window, backfill_windows, cursor_name, next_windows
from pipeline.runtime.record import Run
from storage.store import OpenStore
from storage.types import LedgerStatus
from tests.support.arxiv import fetch, ingest_services, make_record, noon, sources
from tests.support.builders import make_paper
from tests.support.storage import changes_in

TUESDAY = datetime(2026, 3, 17, 12, 0, tzinfo=UTC)
SATURDAY = datetime(2026, 3, 21, 12, 0, tzinfo=UTC)


def test_a_day_is_announced_harvested_and_proven_complete(
    tmp_path: Path, open_store: OpenStore
) -> None:
    today = TUESDAY.date()
    papers = [
        make_record(1, today),
        make_record(2, today, "cs.CL"),
        make_record(3, today, "cs.LG", "cs.CV"),
    ]
    with ReplicaServer(papers, today=today) as arxiv:
        report = fetch(arxiv, tmp_path, open_store, TUESDAY)
    assert report.exit_status == 0
    assert report.feed is not None
    assert (report.feed.day, report.feed.announced, report.feed.stale) == (today, 3, ())
    assert [harvest.counts.new for harvest in report.harvests] == [3]
    assert report.missing == ()
    with open_store() as store:
        ledger = {day.category: day for day in store.ledger.days(today)}
        assert store.cursors.get("oai:cs") == today.isoformat()
    assert (ledger["cs.CV"].announced, ledger["cs.CV"].held) == (2, 2)
    assert {day.status for day in ledger.values()} == {LedgerStatus.COMPLETE}
    assert ledger["cs.CV"].missing == ()


def test_what_oai_lacks_is_repaired_by_look_up(tmp_path: Path, open_store: OpenStore) -> None:
    today = TUESDAY.date()
    lacking = Fault(Kind.NO_RECORDS_MATCH, channel=Channel.OAI)
    with ReplicaServer(
        [make_record(1, today), make_record(2, today)], today=today, faults=[lacking]
    ) as arxiv:
        report = fetch(arxiv, tmp_path, open_store, TUESDAY)
    assert report.repaired == 2
    assert report.missing == ()
    assert [harvest.suspicious for harvest in report.harvests] == [True]
    with open_store() as store:
        assert store.cursors.get("oai:cs") is None  # such an answer proves nothing
        assert store.papers.held(["2603.00001", "2603.00002"]) == {"2603.00001", "2603.00002"}


def test_a_source_that_fails_leaves_the_others(tmp_path: Path, open_store: OpenStore) -> None:
    today = TUESDAY.date()
    forbidden = Fault(Kind.STATUS, channel=Channel.FEED, status=400)
    with ReplicaServer([make_record(1, today)], today=today, faults=[forbidden]) as arxiv:
        report = fetch(arxiv, tmp_path, open_store, TUESDAY)
    assert [failure.source for failure in report.failures] == ["feed"]
    assert report.exit_status == 1
    with open_store() as store:
        assert store.papers.count() == 1


def test_cause_that_all_sources_share_is_said_once() -> None:
    reason = "arXiv at a.org cannot be reached: no network."
    shared = [Failure(name, reason, later=True) for name in ("feed", "OAI set cs", "OAI set eess")]
    other = Failure("look-up", "arXiv at b.org answered 500.", later=True)
    assert failure_sentences([*shared[:2], other, shared[2]]) == (
        f"feed, OAI set cs, OAI set eess: {reason}",
        "look-up: arXiv at b.org answered 500.",
    )


@pytest.mark.parametrize("location", ["http://[", "http://127.0.0.1:99999/", "/" + "a" * 9_000])
def test_hostile_redirect_of_the_feed_leaves_the_others(
    tmp_path: Path, open_store: OpenStore, location: str
) -> None:
    today = TUESDAY.date()
    hostile = Fault(Kind.REDIRECT, channel=Channel.FEED, location=location)
    with ReplicaServer([make_record(1, today)], today=today, faults=[hostile]) as arxiv:
        report = fetch(arxiv, tmp_path, open_store, TUESDAY)
    assert [failure.source for failure in report.failures] == ["feed"]
    with open_store() as store:
        assert store.papers.count() == 1
        assert store.ledger.days(today)


def test_a_second_fetch_changes_nothing(tmp_path: Path, open_store: OpenStore) -> None:
    today = TUESDAY.date()
    with ReplicaServer([make_record(1, today)], today=today) as arxiv:
        fetch(arxiv, tmp_path, open_store, TUESDAY)
        again = fetch(arxiv, tmp_path, open_store, TUESDAY)
    assert [(h.counts.new, h.counts.unchanged) for h in again.harvests] == [(0, 1)]
    assert again.repaired == 0


def test_a_weekend_is_quiet(tmp_path: Path, open_store: OpenStore) -> None:
    with ReplicaServer([make_record(1, TUESDAY.date())], today=SATURDAY.date()) as arxiv:
        report = fetch(arxiv, tmp_path, open_store, SATURDAY)
    assert report.exit_status == 0
    with open_store() as store:
        statuses = {day.status for day in store.ledger.days(SATURDAY.date())}
    assert statuses == {LedgerStatus.QUIET}


def test_a_feed_of_a_day_to_come_is_refused(tmp_path: Path, open_store: OpenStore) -> None:
    """Without papers it would stand in the ledger as a quiet Sunday."""
    sunday = SATURDAY.date() + timedelta(days=1)
    with ReplicaServer([make_record(1, TUESDAY.date())], today=sunday) as arxiv:
        report = fetch(arxiv, tmp_path, open_store, SATURDAY)
    (failure,) = report.failures
    assert failure.source == "feed"
    assert f"dated {sunday}, but here it is 2026-03-21" in failure.reason
    assert "clock" in failure.reason
    with open_store() as store:
        assert [day for day in store.ledger.days(sunday) if day.day == sunday] == []
    replay(ingest_services(open_store, TUESDAY), Run(), tmp_path / "archive")
    with open_store() as store:
        assert [day for day in store.ledger.days(sunday) if day.day == sunday] == []


def test_pitfall_08_broken_chain_keeps_the_cursor(tmp_path: Path, open_store: OpenStore) -> None:
    today = TUESDAY.date()
    papers = [make_record(n, today) for n in range(1, 6)]
    broken = Fault(Kind.BAD_RESUMPTION_TOKEN, channel=Channel.OAI)
    with ReplicaServer(papers, today=today, page_size=2, faults=[broken]) as arxiv:
        report = fetch(arxiv, tmp_path, open_store, TUESDAY)
    assert [failure.source for failure in report.failures] == ["OAI set cs"]
    with open_store() as store:
        assert store.cursors.get("oai:cs") is None
        # what came before the break stays, the rest came by look-up of what was announced
        assert store.papers.count() == 5


def test_the_next_window_reaches_back_behind_the_cursor(open_store: OpenStore) -> None:
    today = date(2026, 3, 17)
    first = next_windows(open_store, ["cs", "eess"], today=today, overlap_days=3)
    assert first == [Window("cs", date(2026, 3, 14)), Window("eess", date(2026, 3, 14))]
    with open_store() as store:
        store.cursors.save("oai:cs", "2026-03-10", TUESDAY)
    late = next_windows(open_store, ["eess", "cs"], today=today, overlap_days=3)
    assert late == [Window("eess", date(2026, 3, 14)), Window("cs", date(2026, 3, 7))]


def test_backfill_windows_cover_each_day_once() -> None:
    windows = list(backfill_windows("cs", date(2025, 12, 3), date(2025, 12, 31)))
    assert windows[0] == Window("cs", date(2025, 12, 3), date(2025, 12, 7))
    assert windows[-1] == Window("cs", date(2025, 12, 29), date(2025, 12, 31))
    days = [
        window.from_day + timedelta(days=n)
        for window in windows
        for n in range(((window.until_day or date.max) - window.from_day).days + 1)
    ]
    assert days == [date(2025, 12, 3) + timedelta(days=n) for n in range(29)]


def test_a_harvest_counts_its_pages(tmp_path: Path, open_store: OpenStore) -> None:
    today = TUESDAY.date()
    papers = [make_record(n, today) for n in range(1, 6)]
    with (
        ReplicaServer(papers, today=today, page_size=2) as arxiv,
        sources(arxiv, tmp_path, TUESDAY) as opened,
    ):
        pages: list[int] = []
        services = ingest_services(open_store, TUESDAY)
        window = Window("cs", today, today)
        report = harvest_window(services, opened.oai, window, advance=pages.append)
    assert (report.pages, report.counts.new) == (3, 5)
    assert pages == [2, 2, 1]


@pytest.mark.parametrize("token", [None, "beyond the end of a list that shrank"])
def test_window_without_its_promised_page_is_cut(token: str | None, open_store: OpenStore) -> None:
    class TwoPages(OaiSource):
        def __init__(self) -> None:
            """Send no request."""

        def pages(self, *_: object, **__: object) -> Iterator[OaiPage]:
            yield _page(1, "more")
            yield _page(2, token)

    services = ingest_services(open_store, TUESDAY)
    window = Window("cs", TUESDAY.date())
    report = harvest_window(services, TwoPages(), window, advance=lambda _: None)
    with open_store() as store:
        assert store.papers.count() == 2
    assert (report.pages, report.counts.new) == (2, 2)
    assert report.cut == (token is not None)


def test_pitfall_14_a_list_that_breaks_off_moves_no_cursor(
    tmp_path: Path, open_store: OpenStore
) -> None:
    """A promised page that "is not there" can be arXiv's cache: the same days are asked again."""
    today = TUESDAY.date()
    papers = [make_record(number, today) for number in range(1, 6)]
    stuck = Fault(Kind.NO_RECORDS_MATCH, Channel.OAI, requests=(2, 4))
    with ReplicaServer(papers, today=today, page_size=4, faults=[stuck]) as arxiv:
        first = fetch(arxiv, tmp_path, open_store, TUESDAY)
        with open_store() as store:
            assert store.cursors.get(cursor_name("cs")) is None
        fetch(arxiv, tmp_path, open_store, TUESDAY)
    assert [harvest.cut for harvest in first.harvests] == [True]
    assert first.exit_status == 0
    with open_store() as store:
        assert store.cursors.get(cursor_name("cs")) == today.isoformat()
        assert store.papers.count() == len(papers)


def _page(number: int, token: str | None) -> OaiPage:
    return OaiPage((make_paper(f"2603.{number:05}"),), (), (), TUESDAY, token)


def test_pitfall_05_old_paper_is_neither_announced_nor_late(
    tmp_path: Path, open_store: OpenStore
) -> None:
    today = TUESDAY.date()
    old = datetime(2021, 6, 1, 12, tzinfo=UTC)
    touched = make_record(2, date(2021, 6, 3), submitted=old, arxiv_id="2106.01681")
    papers = [make_record(1, today), replace(touched, datestamp=today)]
    with ReplicaServer(papers, today=today) as arxiv:
        report = fetch(arxiv, tmp_path, open_store, TUESDAY)
    assert report.feed is not None
    assert (report.feed.announced, report.ledger.late) == (1, 0)
    with open_store() as store:
        held = store.papers.get("2106.01681")
    assert held is not None
    assert (held.paper.submitted_at, held.paper.datestamp) == (old, today)
    assert held.first_seen_at == TUESDAY


def test_pitfall_06_record_moved_to_later_window_is_found(
    tmp_path: Path, open_store: OpenStore
) -> None:
    monday, today = date(2026, 3, 9), TUESDAY.date()
    moved = replace(make_record(1, monday), datestamp=today)
    with ReplicaServer([moved], today=today) as arxiv:
        with sources(arxiv, tmp_path, TUESDAY) as opened:
            services = ingest_services(open_store, TUESDAY)
            window = Window("cs", monday, monday)
            past = harvest_window(services, opened.oai, window, advance=lambda _: None)
        assert past.counts.new == 0
        report = fetch(arxiv, tmp_path, open_store, TUESDAY)
    assert [harvest.counts.new for harvest in report.harvests] == [1]


def test_pitfall_07_the_cursor_is_arxivs_day_and_not_ours(
    tmp_path: Path, open_store: OpenStore
) -> None:
    theirs, ours = date(2026, 3, 16), noon(date(2026, 3, 18))
    with ReplicaServer([make_record(1, theirs)], today=theirs) as arxiv:
        fetch(arxiv, tmp_path, open_store, ours)
    with open_store() as store:
        assert store.cursors.get("oai:cs") == theirs.isoformat()
    [window] = next_windows(open_store, ["cs"], today=ours.date(), overlap_days=3)
    assert window.from_day == date(2026, 3, 13)


def test_pitfall_66_a_paper_that_comes_by_every_way_is_one_paper(
    tmp_path: Path, open_store: OpenStore
) -> None:
    today = TUESDAY.date()
    paper = make_record(1, today, "cs.CV", "cs.CL")
    twice = Fault(Kind.DUPLICATES, Channel.OAI, amount=1)
    with ReplicaServer([paper, make_record(2, today)], today=today, faults=[twice]) as arxiv:
        fetch(arxiv, tmp_path, open_store, TUESDAY)
        with sources(arxiv, tmp_path, TUESDAY) as opened:
            found = opened.query.look_up(["2603.00001"])
        with open_store() as store:
            counts = store.papers.upsert(found.papers, seen_at=TUESDAY)
            assert (counts.new, counts.revised) == (0, 0)
            assert store.papers.count() == 2
            assert changes_in(store) == []


def test_fetch_counts_and_keeps_overdue_days_out_of_the_error(
    tmp_path: Path, open_store: OpenStore
) -> None:
    today = TUESDAY.date()
    run = Run()
    papers = [make_record(1, today), make_record(2, today)]
    gone = [
        Fault(Kind.MISSING_RANGE, channel, first_id="2603.00002", last_id="2603.00002")
        for channel in (Channel.OAI, Channel.QUERY)
    ]
    for days in (0, 3):
        later = timedelta(days=days)
        with ReplicaServer(papers, today=today + later, faults=gone) as arxiv:
            run = Run()
            report = fetch(arxiv, tmp_path, open_store, TUESDAY + later, run=run)
    assert run.counts.keys() == {
        "new", "revised", "unchanged", "quarantined", "repaired", "late", "corrections",
            "completed",
    }  # fmt: skip
    assert run.counts == report.totals
    assert report.ledger.overdue
    assert run.error is None
