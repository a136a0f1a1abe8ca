"""The ledger after fetches from a local arXiv: what is proven, what is silent, what is overdue."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.demo.replica.faults import Fault, Kind
from pipeline.demo.replica.log import Channel
from pipeline.demo.replica.server import ReplicaServer
from pipeline.ingest.announcements import read_feed
from pipeline.ingest.harvest import HarvestReport, proven_at
from pipeline.ingest.ledger import (
    OverdueDay,
    close_gaps,
    overdue_days,
    overdue_remedy,
    overdue_sentence,
    refresh_ledger,
)
from pipeline.ingest.sources.feed.source import Feed, cut_off
from pipeline.ingest.windows import Window
from storage.calendar import feed_instant
from storage.store import OpenStore
from storage.types import Announcement, AnnounceType, LedgerDay, LedgerStatus, UpsertCounts
from tests.support.arxiv import CATEGORIES, fetch, ingest_services, make_record, noon
from tests.support.builders import make_paper

FRIDAY, SATURDAY = date(2026, 3, 13), date(2026, 3, 14)
MONDAY, TUESDAY, WEDNESDAY, THURSDAY = (date(2026, 3, day) for day in (16, 17, 18, 19))


def statuses(open_store: OpenStore, since: date = FRIDAY) -> dict[tuple[date, str], str]:
    with open_store() as store:
        return {(day.day, day.category): str(day.status) for day in store.ledger.days(since)}


def test_every_held_paper_names_the_source_of_its_record(
    tmp_path: Path, open_store: OpenStore
) -> None:
    lacking = Fault(Kind.MISSING_RANGE, Channel.OAI, first_id="2603.00002", last_id="2603.00002")
    papers = [make_record(n, TUESDAY) for n in (1, 2, 3)]
    with ReplicaServer(papers, today=TUESDAY, faults=[lacking]) as arxiv:
        report = fetch(arxiv, tmp_path, open_store, noon(TUESDAY))
    assert report.repaired == 1
    with open_store() as store:
        [cv, cl] = sorted(store.ledger.days(TUESDAY), key=lambda day: day.category, reverse=True)
    assert cv.sources == {"oai": 2, "query": 1}
    assert cv.checked_at == noon(TUESDAY)
    assert (cl.announced, cl.status) == (0, LedgerStatus.COMPLETE)


def test_a_paper_in_two_categories_counts_once_in_the_total(
    tmp_path: Path, open_store: OpenStore
) -> None:
    papers = [make_record(1, TUESDAY, "cs.CV", "cs.CL"), make_record(2, TUESDAY)]
    with ReplicaServer(papers, today=TUESDAY) as arxiv:
        fetch(arxiv, tmp_path, open_store, noon(TUESDAY))
    with open_store() as store:
        [total] = store.ledger.totals(TUESDAY)
    assert (total.announced, total.held, total.status) == (2, 2, LedgerStatus.COMPLETE)


def test_pitfall_18_days_without_a_run_are_unknown_in_the_ledger(
    tmp_path: Path, open_store: OpenStore
) -> None:
    papers = [make_record(1, FRIDAY), make_record(2, TUESDAY), make_record(3, THURSDAY)]
    for day in (FRIDAY, THURSDAY):
        with ReplicaServer(papers, today=day) as arxiv:
            report = fetch(arxiv, tmp_path, open_store, noon(day))
    found = statuses(open_store)
    assert found[TUESDAY, "cs.CV"] == "unknown"
    assert (SATURDAY, "cs.CV") not in found  # the calendar expects nothing
    # OAI listed everything since Friday, so nothing is left to do
    assert report.ledger.overdue == ()
    assert report.exit_status == 0
    with open_store() as store:
        assert [total.backfilled for total in store.ledger.totals(MONDAY)] == [
            False,
            *[True] * 3,
        ]
        # the feed of Tuesday is lost, its paper is not
        assert store.papers.held(["2603.00002"]) == {"2603.00002"}


def test_a_backfill_settles_days_whose_feed_is_lost(tmp_path: Path, open_store: OpenStore) -> None:
    papers = [make_record(1, FRIDAY), make_record(3, THURSDAY)]
    silent = Fault(Kind.STATUS, Channel.OAI, status=400)
    for day, faults in ((FRIDAY, []), (THURSDAY, [silent])):
        with ReplicaServer(papers, today=day, faults=faults) as arxiv:
            report = fetch(arxiv, tmp_path, open_store, noon(day))
    assert [day.day for day in report.ledger.overdue] == [MONDAY, TUESDAY]
    assert report.exit_status == 1
    with open_store() as store:
        store.ledger.note_backfill(MONDAY, TUESDAY, finished_at=noon(THURSDAY))
        days = store.ledger.days(FRIDAY)
        totals = {total.day: total for total in store.ledger.totals(FRIDAY)}
    assert overdue_days(days, CATEGORIES, noon(THURSDAY)) == ()
    assert (totals[TUESDAY].unread, totals[TUESDAY].backfilled) == (True, True)
    assert (totals[WEDNESDAY].unread, totals[WEDNESDAY].backfilled) == (True, False)
    assert (totals[THURSDAY].unread, totals[THURSDAY].backfilled) == (False, False)
    assert {day.status for day in days if day.day == TUESDAY} == {LedgerStatus.UNKNOWN}


def test_pitfall_22_empty_feed_is_unknown_except_on_weekends(
    tmp_path: Path, open_store: OpenStore
) -> None:
    for day in (SATURDAY, TUESDAY):
        with ReplicaServer([], today=day) as arxiv:
            report = fetch(arxiv, tmp_path, open_store, noon(day))
    found = statuses(open_store)
    assert found[SATURDAY, "cs.CV"] == "quiet"
    assert found[TUESDAY, "cs.CV"] == "unknown"
    assert found[MONDAY, "cs.CV"] == "unknown"  # no source was asked
    assert report.exit_status == 0  # 36 hours have not passed


def test_pitfall_23_stale_feed_is_requested_again(tmp_path: Path, open_store: OpenStore) -> None:
    papers = [make_record(1, MONDAY), make_record(2, TUESDAY)]
    with ReplicaServer(papers, today=MONDAY) as arxiv:
        fetch(arxiv, tmp_path, open_store, noon(MONDAY))
    stale = Fault(Kind.STALE_FEED, Channel.FEED, requests=(1,))
    with ReplicaServer(papers, today=TUESDAY, faults=[stale]) as arxiv:
        report = fetch(arxiv, tmp_path, open_store, noon(TUESDAY))
        assert report.feed is not None
        assert report.feed.stale == ("cs.CV",)
        assert (report.feed.announced, report.feed.repeated) == (0, 1)
        assert statuses(open_store)[TUESDAY, "cs.CV"] == "unknown"
        with open_store() as store:
            [total] = store.ledger.totals(TUESDAY)
        assert total.stale == ("cs.CV",)
        fetch(arxiv, tmp_path, open_store, noon(TUESDAY) + timedelta(hours=1))
    assert statuses(open_store)[TUESDAY, "cs.CV"] == "complete"


def test_pitfall_23_single_category_can_be_stale(
    open_store: OpenStore,
) -> None:
    old = [_announcement(MONDAY, "2603.00001", "cs.CV")]
    new = [_announcement(TUESDAY, "2603.00002", "cs.CL")]
    with open_store() as store:
        store.announcements.add(
            MONDAY, CATEGORIES, old, checked_at=noon(MONDAY), calendar_quiet=False
        )
        checks = store.announcements.add(
            TUESDAY, CATEGORIES, [*old, *new], checked_at=noon(TUESDAY), calendar_quiet=False
        )
    assert [check.category for check in checks if check.stale] == ["cs.CV"]
    found = statuses(open_store)
    assert found[TUESDAY, "cs.CV"] == "unknown"
    assert found[TUESDAY, "cs.CL"] == "incomplete"


def test_next_whole_list_completes_day_with_unreadable_item(
    tmp_path: Path, open_store: OpenStore
) -> None:
    papers = [make_record(1, TUESDAY), make_record(2, TUESDAY), make_record(3, WEDNESDAY)]
    announced = _announcement(TUESDAY, "2603.00001", "cs.CV")
    garbled = Feed("", TUESDAY, (announced,), (), capped=False, unreadable_items=(("cs.CV",),))
    night = datetime(2026, 3, 18, 3, 30, tzinfo=UTC)  # still Tuesday in New York
    with ReplicaServer(papers, today=TUESDAY) as arxiv:
        for moment in (noon(TUESDAY), night):
            report = fetch(arxiv, tmp_path, open_store, moment, feed=_Answering(lambda _: garbled))
            assert statuses(open_store)[TUESDAY, "cs.CV"] == "unknown"
        assert statuses(open_store)[TUESDAY, "cs.CL"] == "complete"
    assert report.feed is not None
    assert report.feed.untold == 1
    with open_store() as store:
        days = store.ledger.days(TUESDAY)
    overdue = overdue_days(days, CATEGORIES, noon(THURSDAY))
    assert "(an incomplete feed of cs.CV)" in overdue_sentence(overdue)
    assert "backfill --from 2026-03-17" in overdue_remedy(overdue)

    broken = Fault(Kind.BAD_DATE, Channel.OAI, record=1)
    with ReplicaServer(papers, today=WEDNESDAY, faults=[broken]) as arxiv:
        report = fetch(arxiv, tmp_path, open_store, noon(WEDNESDAY))
    assert report.quarantined  # it may be the very paper that the item announced
    assert statuses(open_store)[TUESDAY, "cs.CV"] == "unknown"
    with ReplicaServer(papers, today=WEDNESDAY) as arxiv:
        fetch(arxiv, tmp_path, open_store, noon(WEDNESDAY))
    assert statuses(open_store)[TUESDAY, "cs.CV"] == "complete"
    with open_store() as store:
        assert store.papers.held(["2603.00002"]) == {"2603.00002"}


@pytest.mark.parametrize(
    ("set_name", "covered"),
    [
        ("cs", {"cs.CV", "cs.CL"}),
        ("cs:cs", {"cs.CV", "cs.CL"}),
        ("cs:cs:CV", {"cs.CV"}),
        ("eess", set()),
        ("physics:hep-th", {"hep-th"}),
        ("physics", set()),
    ],
)
def test_a_list_proves_a_day_for_the_categories_of_its_set_only(
    open_store: OpenStore, set_name: str, covered: set[str]
) -> None:
    asked = ("cs.CV", "cs.CL", "hep-th")
    with open_store() as store:
        store.announcements.add(
            TUESDAY, asked, [], checked_at=noon(TUESDAY), calendar_quiet=False, untold=[()]
        )
        answered = noon(WEDNESDAY)
        close_gaps(store, [set_name], MONDAY, MONDAY, answered_at=answered)
        close_gaps(store, [set_name], WEDNESDAY, WEDNESDAY, answered_at=answered)
        assert len(store.ledger.gaps(TUESDAY, TUESDAY)) == 3
        close_gaps(store, [set_name], MONDAY, TUESDAY, answered_at=answered)
        left = {category for _, category in store.ledger.gaps(TUESDAY, TUESDAY)}
    assert left == set(asked) - covered


def test_only_whole_harvests_prove_days() -> None:
    whole = HarvestReport(
        Window("cs", MONDAY), counts=UpsertCounts(new=1), response_at=noon(WEDNESDAY)
    )
    assert proven_at([whole, whole]) == noon(WEDNESDAY)
    assert proven_at([]) is None
    for unproven in (
        replace(whole, unread=1), replace(whole, cut=True), replace(whole, response_at=None),
    ):  # fmt: skip
        assert proven_at([whole, unproven]) is None


def test_missing_papers_are_overdue_after_36_hours() -> None:
    lacking = LedgerDay(MONDAY, "cs.CV", 2, 1, ("2603.00009",), LedgerStatus.INCOMPLETE)
    silent = LedgerDay(MONDAY, "cs.CL", 0, 0, (), LedgerStatus.UNKNOWN)
    alarm = feed_instant(MONDAY) + timedelta(hours=36)
    assert overdue_days([lacking, silent], CATEGORIES, alarm - timedelta(seconds=1)) == ()
    overdue = overdue_days([lacking, silent], CATEGORIES, alarm)
    assert overdue_sentence(overdue) == (
        "1 announcement day is not complete after 36 hours:"
        " 2026-03-16 (missing 2603.00009; no usable feed of cs.CL)."
    )
    assert "living-survey add 2603.00009" in overdue_remedy(overdue)
    assert "living-survey backfill --from 2026-03-16 --until 2026-03-16" in overdue_remedy(overdue)
    assert overdue_days([lacking, silent], ("cs.SD",), alarm) == ()  # not watched any more
    assert overdue_days([lacking, silent], CATEGORIES, alarm + timedelta(days=20)) == ()


def test_days_that_lack_the_same_are_named_together() -> None:
    off = [OverdueDay(day, (), CATEGORIES) for day in (MONDAY, WEDNESDAY)]
    odd = OverdueDay(TUESDAY, ("2603.00009",), ())
    assert overdue_sentence([off[0], odd, off[1]]) == (
        "3 announcement days are not complete after 36 hours:"
        " 2026-03-16, 2026-03-18 (no usable feed of cs.CV, cs.CL),"
        " 2026-03-17 (missing 2603.00009)."
    )


def test_paper_missing_everywhere_is_requested_by_record(
    tmp_path: Path, open_store: OpenStore
) -> None:
    late_index = Fault(
        Kind.MISSING_RANGE, Channel.QUERY, first_id="2603.00001", last_id="2603.00002"
    )
    broken_list = Fault(Kind.NO_RECORDS_MATCH, Channel.OAI, requests=(1,))
    papers = [make_record(n, TUESDAY) for n in (1, 2)]
    with ReplicaServer(papers, today=TUESDAY, faults=[late_index, broken_list]) as arxiv:
        report = fetch(arxiv, tmp_path, open_store, noon(TUESDAY))
        asked = [request.path for request in arxiv.requests if "GetRecord" in request.path]
    assert len(asked) == 2
    assert (report.repaired, report.missing) == (2, ())


def test_pitfall_46_moderated_paper_is_found_and_reported_late(
    tmp_path: Path, open_store: OpenStore
) -> None:
    held = make_record(5, THURSDAY, submitted=datetime(2026, 3, 13, 12, tzinfo=UTC))
    papers = [make_record(1, MONDAY), make_record(2, THURSDAY), held]
    for day in (MONDAY, TUESDAY, WEDNESDAY, THURSDAY):
        with ReplicaServer(papers, today=day) as arxiv:
            report = fetch(arxiv, tmp_path, open_store, noon(day))
    assert report.ledger.late == 1
    with open_store() as store:
        [late] = store.arrivals.late(MONDAY)
    assert (late.arxiv_id, late.due_day, late.arrived_day) == ("2603.00005", MONDAY, THURSDAY)
    with ReplicaServer(papers, today=THURSDAY) as arxiv:
        again = fetch(arxiv, tmp_path, open_store, noon(THURSDAY))
    assert again.ledger.late == 0


def test_an_announced_paper_that_arrives_days_later_is_late(
    tmp_path: Path, open_store: OpenStore
) -> None:
    gone = [
        Fault(Kind.MISSING_RANGE, channel, first_id="2603.00001", last_id="2603.00001")
        for channel in (Channel.OAI, Channel.QUERY)
    ]
    papers = [make_record(1, MONDAY), make_record(2, MONDAY), make_record(3, WEDNESDAY)]
    with ReplicaServer(papers, today=MONDAY, faults=gone) as arxiv:
        fetch(arxiv, tmp_path, open_store, noon(MONDAY))
    assert statuses(open_store)[MONDAY, "cs.CV"] == "incomplete"
    with ReplicaServer(papers, today=WEDNESDAY) as arxiv:
        report = fetch(arxiv, tmp_path, open_store, noon(WEDNESDAY))
    assert report.ledger.late == 1
    assert statuses(open_store)[MONDAY, "cs.CV"] == "complete"


def test_a_first_fetch_calls_no_old_paper_late(tmp_path: Path, open_store: OpenStore) -> None:
    old = make_record(7, TUESDAY, submitted=datetime(2026, 2, 2, 12, tzinfo=UTC))
    with ReplicaServer([old], today=TUESDAY) as arxiv:
        report = fetch(arxiv, tmp_path, open_store, noon(TUESDAY))
    assert report.ledger.late == 0


def test_of_an_import_only_what_can_be_late_is_looked_at(open_store: OpenStore) -> None:
    now = noon(THURSDAY)
    old = now - timedelta(days=400)
    listed = make_paper("2603.00001", submitted_at=old, versions=())
    recent = make_paper("2603.00002", submitted_at=now - timedelta(days=70), versions=())
    others = [make_paper(f"2501.{n:05}", submitted_at=old, versions=()) for n in range(1, 4)]
    with open_store() as store:
        store.announcements.add(
            MONDAY,
            CATEGORIES,
            [_announcement(MONDAY, "2603.00001", "cs.CV")],
            checked_at=noon(MONDAY),
            calendar_quiet=False,
        )
        store.papers.upsert([listed, recent, *others], seen_at=now)
        found = store.arrivals.perhaps_late(
            now - timedelta(days=14), submitted_since=now - timedelta(days=74)
        )
    assert [(one.arxiv_id, one.announced_day) for one in found] == [
        ("2603.00001", MONDAY),
        ("2603.00002", None),
    ]
    with open_store() as store:
        report = refresh_ledger(store, CATEGORIES, now=now)
    assert report.late == 1


def test_paper_dated_in_the_future_is_not_late(
    open_store: OpenStore,
) -> None:
    """Dates like that came in before they were refused; they are in databases."""
    ahead = make_paper(
        "2603.00001", submitted_at=datetime(9999, 12, 31, 23, tzinfo=UTC), versions=()
    )
    with open_store() as store:
        store.papers.upsert([ahead], seen_at=noon(MONDAY))
    with open_store() as store:
        assert refresh_ledger(store, CATEGORIES, now=noon(THURSDAY)).late == 0


def test_the_papers_seen_last_come_first_and_only_so_many(open_store: OpenStore) -> None:
    with open_store() as store:
        for day, number in ((MONDAY, 1), (TUESDAY, 2), (WEDNESDAY, 3)):
            store.papers.upsert([make_paper(f"2603.{number:05}")], seen_at=noon(day))
        seen = store.arrivals.recent(noon(MONDAY), most=2)
        assert [one.arxiv_id for one in seen] == ["2603.00003", "2603.00002"]
        assert seen[0].first_seen_at == noon(WEDNESDAY)
        assert len(store.arrivals.recent(noon(TUESDAY))) == 2


def test_pitfall_19_capped_feed_is_stored_and_reported(
    open_store: OpenStore,
) -> None:
    item = _announcement(TUESDAY, "2603.00001", "cs.LG")
    feed = cut_off(Feed("", TUESDAY, (item,), (), capped=True), ["cs.LG"])
    report = read_feed(
        ingest_services(open_store, noon(TUESDAY), ("cs.LG",)),
        _Answering(lambda _: feed),  # type: ignore[arg-type]  # only `today` is called
    )
    assert (report.announced, report.capped) == (1, True)
    with open_store() as store:
        store.papers.upsert([make_paper("2603.00001")], seen_at=noon(TUESDAY))
    assert statuses(open_store) == {(TUESDAY, "cs.LG"): "unknown"}  # what was cut off is unknown


def test_a_category_added_later_is_not_expected_before(
    tmp_path: Path, open_store: OpenStore
) -> None:
    papers = [make_record(1, FRIDAY), make_record(2, MONDAY, "cs.SD")]
    with ReplicaServer(papers, today=FRIDAY) as arxiv:
        fetch(arxiv, tmp_path, open_store, noon(FRIDAY))
    with ReplicaServer(papers, today=MONDAY) as arxiv:
        fetch(arxiv, tmp_path, open_store, noon(MONDAY), (*CATEGORIES, "cs.SD"))
    assert [day for day, name in statuses(open_store) if name == "cs.SD"] == [MONDAY]


def _announcement(day: date, arxiv_id: str, *categories: str) -> Announcement:
    return Announcement(day, arxiv_id, 1, AnnounceType.NEW, "A title", categories)


class _Answering:
    """A feed source that answers what it is announced to."""

    def __init__(self, answer: Callable[[Sequence[str]], Feed]) -> None:
        self.today = answer
