"""Coverage: what backfills and runs asked for, in any order, and what nothing will ask for."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest

from pipeline.demo.replica.server import ReplicaServer
from pipeline.ingest import backfill as backfilling
from pipeline.ingest.checks import checks
from pipeline.ingest.coverage import (
    Coverage,
    Span,
    coverage,
    coverage_now,
    covered,
    set_of,
    uncovered,
    unharvested,
)
from pipeline.runtime.record import Run
from storage.engine.migrate import known_migrations, migrate
from storage.engine.session import Session
from storage.harvests import Harvest
from storage.store import OpenStore, store_opener
from tests.support.arxiv import fetch, ingest_services, make_record, noon, sources

DAY = timedelta(days=1)
NOVEMBER_1, NOVEMBER_30 = date(2025, 11, 1), date(2025, 11, 30)
DECEMBER_15 = date(2025, 12, 15)


def harvest(first: date, last: date, name: str = "cs", *, at: date | None = None) -> Harvest:
    """Return a window, answered at noon of the day after it unless told otherwise."""
    return Harvest(name, first, last, noon(at or last + DAY))


def test_month_before_and_a_first_run_leave_the_days_between() -> None:
    found = coverage(
        [
            harvest(NOVEMBER_1, NOVEMBER_30, at=DECEMBER_15),
            harvest(date(2025, 12, 12), DECEMBER_15, at=DECEMBER_15),
        ],
        {"cs": date(2025, 12, 12)},
    )
    [gap] = found.gaps
    assert (gap.first, gap.last) == (date(2025, 12, 1), date(2025, 12, 11))
    assert gap.command == "living-survey backfill --from 2025-12-01 --until 2025-12-11"
    assert gap.sentence == (
        "2025-12-01 to 2025-12-11 (9 announcement days) was never asked for in cs"
    )
    assert (found.first, found.whole_since) == (NOVEMBER_1, date(2025, 12, 12))


def test_gap_of_days_that_arxiv_answered_with_nothing_says_so() -> None:
    december_1, december_11 = date(2025, 12, 1), date(2025, 12, 11)
    empty = replace(harvest(december_1, december_11, "eess", at=DECEMBER_15), empty=True)
    windows = [harvest(NOVEMBER_1, NOVEMBER_30), harvest(NOVEMBER_1, NOVEMBER_30, "eess"), empty]
    found = coverage(windows, {"cs": date(2025, 12, 12), "eess": date(2025, 12, 12)})
    said = {gap.sets: gap.sentence for gap in found.gaps}
    assert said[("cs",)].endswith("was never asked for in cs")
    assert "asked for in eess and arXiv listed nothing" in said[("eess",)]

    again = replace(empty, answered_at=noon(DECEMBER_15 + DAY))
    found = coverage([*windows, again], {"eess": date(2025, 12, 12)})
    assert found.gaps == ()


@pytest.mark.parametrize(
    ("first", "last", "gaps"),
    [
        (date(2025, 12, 6), date(2025, 12, 7), 0),  # a weekend
        (date(2025, 12, 25), date(2025, 12, 25), 0),  # Christmas
        (date(2025, 12, 6), date(2025, 12, 8), 1),  # until Monday
        (date(2025, 12, 5), date(2025, 12, 5), 1),
    ],
)
def test_days_without_announcements_are_no_gap(first: date, last: date, gaps: int) -> None:
    around = [
        harvest(NOVEMBER_1, first - DAY),
        harvest(last + DAY, date(2025, 12, 30)),
    ]
    found = coverage(around, {"cs": date(2025, 12, 29)})
    assert len(found.gaps) == gaps
    assert found.whole_since == (last + DAY if gaps else NOVEMBER_1)


def test_later_backfill_closes_the_gap() -> None:
    windows = [
        harvest(NOVEMBER_1, NOVEMBER_30),
        harvest(date(2025, 12, 12), DECEMBER_15),
        harvest(date(2025, 12, 1), date(2025, 12, 7)),
        harvest(date(2025, 12, 8), date(2025, 12, 11)),
    ]
    found = coverage(windows, {"cs": date(2025, 12, 12)})
    assert found == Coverage(NOVEMBER_1, NOVEMBER_1, date(2025, 12, 12), ())


def test_day_that_was_not_over_is_not_covered() -> None:
    running = harvest(NOVEMBER_1, NOVEMBER_30, at=NOVEMBER_30)
    assert covered([running], "cs") == (Span(NOVEMBER_1, NOVEMBER_30 - DAY),)
    assert covered([harvest(NOVEMBER_1, NOVEMBER_1, at=NOVEMBER_1)], "cs") == ()


def test_days_before_the_next_run_are_a_gap_until_it_has_run() -> None:
    windows = [harvest(NOVEMBER_1, NOVEMBER_30)]
    [gap] = coverage(windows, {"cs": date(2025, 12, 12)}).gaps
    assert gap.last == date(2025, 12, 11)
    assert coverage(windows, {"cs": date(2025, 12, 1)}).gaps == ()


def test_new_set_is_uncovered_from_its_first_harvest_back() -> None:
    windows = [
        harvest(NOVEMBER_1, DECEMBER_15),
        harvest(date(2025, 12, 10), DECEMBER_15, "stat"),
    ]
    found = coverage(windows, {"cs": date(2025, 12, 12), "stat": date(2025, 12, 12)})
    [gap] = found.gaps
    assert (gap.first, gap.last, gap.sets) == (NOVEMBER_1, date(2025, 12, 9), ("stat",))
    assert found.whole_since == date(2025, 12, 10)


def test_sets_with_the_same_gap_are_named_together() -> None:
    windows = [harvest(NOVEMBER_1, NOVEMBER_30, name) for name in ("cs", "eess")]
    [gap] = coverage(windows, dict.fromkeys(("cs", "eess"), date(2025, 12, 12))).gaps
    assert gap.sets == ("cs", "eess")


def test_wider_set_covers_a_narrower_one() -> None:
    wide = harvest(NOVEMBER_1, NOVEMBER_30)
    assert covered([wide], "cs:cs:CV") == (Span(NOVEMBER_1, NOVEMBER_30),)
    assert covered([harvest(NOVEMBER_1, NOVEMBER_30, "cs:cs:CV")], "cs") == ()
    assert covered([wide], "cs-like") == ()
    assert covered([harvest(NOVEMBER_1, NOVEMBER_30, "")], "eess") == (
        Span(NOVEMBER_1, NOVEMBER_30),
    )


def test_empty_answer_counts_when_two_days_agree() -> None:
    def empty(at: date) -> Harvest:
        return Harvest("q-fin", NOVEMBER_1, NOVEMBER_30, noon(at), empty=True)

    once, twice, later = empty(DECEMBER_15), empty(DECEMBER_15), empty(DECEMBER_15 + DAY)
    assert covered([once, twice], "q-fin") == ()
    assert covered([once, later], "q-fin") == (Span(NOVEMBER_1, NOVEMBER_30),)


def test_nothing_harvested_has_no_gap() -> None:
    assert coverage([], {"cs": DECEMBER_15}) == Coverage(None, None, None, ())


@pytest.mark.parametrize("seed", range(40))
def test_union_of_windows_is_what_coverage_says(seed: int) -> None:
    chosen = random.Random(seed)
    windows = []
    for _ in range(chosen.randrange(12)):
        first = NOVEMBER_1 + DAY * chosen.randrange(60)
        last = first + DAY * chosen.randrange(15)
        at = first + DAY * chosen.randrange(25)
        windows.append(harvest(first, last, chosen.choice(["cs", "eess"]), at=at))
    expected = {
        day
        for one in windows
        for number in range((one.until_day - one.from_day).days + 1)
        if (day := one.from_day + DAY * number) < one.answered_at.date() and one.set_name == "cs"
    }
    chosen.shuffle(windows)
    spans = covered(windows, "cs")
    assert {day for span in spans for day in _days(span)} == expected
    assert all(after.first > span.last + DAY for span, after in pairwise(spans))
    horizon = Span(NOVEMBER_1 - DAY * 3, NOVEMBER_1 + DAY * 90)
    left = uncovered(spans, horizon.first, horizon.last)
    assert {day for span in left for day in _days(span)} == set(_days(horizon)) - expected


def _days(span: Span) -> list[date]:
    return [span.first + DAY * number for number in range((span.last - span.first).days + 1)]


def test_categories_outside_the_sets_are_named() -> None:
    assert unharvested(["cs", "eess"], ["cs.CV", "stat.ML", "eess.IV"]) == ("stat.ML",)
    assert unharvested(["cs:cs:CV"], ["cs.CV", "cs.CL"]) == ("cs.CL",)
    assert unharvested(["physics"], ["hep-th", "physics.optics", "quant-ph"]) == ()
    assert unharvested(["physics:hep-th"], ["hep-th", "hep-ph"]) == ("hep-ph",)
    assert [set_of(name) for name in ("cs.CV", "hep-th", "physics.optics")] == [
        "cs",
        "physics:hep-th",
        "physics",
    ]


# With a local arXiv.

FIRST, LAST = date(2026, 3, 2), date(2026, 3, 6)
LATER = date(2026, 3, 18)
PAPERS = [make_record(n, FIRST + DAY * n) for n in range(17)]


def test_doctor_names_the_hole_between_backfill_and_first_run_until_it_is_closed(
    tmp_path: Path, open_store: OpenStore
) -> None:
    now = noon(LATER)
    services = ingest_services(open_store, now)
    with ReplicaServer(PAPERS, today=LATER) as arxiv:
        with sources(arxiv, tmp_path, now) as opened:
            backfilling.backfill(services, opened, Run(), from_day=FIRST, until_day=LAST)
        fetch(arxiv, tmp_path, open_store, now)
        [hole] = [found for found in checks(services) if found.check == "coverage"]
        assert "2026-03-07 to 2026-03-14 (5 announcement days)" in hole.what
        assert hole.wrong
        assert "`living-survey backfill --from 2026-03-07 --until 2026-03-14`" in hole.remedy
        with sources(arxiv, tmp_path, now) as opened:
            backfilling.backfill(
                services,
                opened,
                Run(),
                from_day=date(2026, 3, 7),
                until_day=date(2026, 3, 14),
            )
    assert [found for found in checks(services) if found.check == "coverage"] == []
    with open_store() as store:
        assert coverage_now(store, services.settings.arxiv, now).whole_since == FIRST
        assert store.papers.count() == len(PAPERS)


def test_runs_after_a_pause_leave_no_gap(tmp_path: Path, open_store: OpenStore) -> None:
    settings = ingest_services(open_store, noon(LATER)).settings.arxiv
    for today in (FIRST, FIRST + DAY, FIRST + DAY * 8, LATER):
        with ReplicaServer(PAPERS, today=today) as arxiv:
            fetch(arxiv, tmp_path, open_store, noon(today))
    with open_store() as store:
        found = coverage_now(store, settings, noon(LATER))
    assert (found.gaps, found.whole_since) == ((), FIRST - 3 * DAY)


def test_earlier_database_knows_what_its_backfills_and_runs_covered(tmp_path: Path) -> None:
    path = tmp_path / "survey.duckdb"
    steps = known_migrations()
    with duckdb.connect(str(path)) as connection:
        migrate(Session(connection), steps[:9])
        connection.execute(
            """
            INSERT INTO source_cursor VALUES
                ('oai:cs', '2025-12-15', '2025-12-15 12:00:00'),
                ('clock', '2025-12-15', '2025-12-15 12:00:00'),
                ('backfill:cs 2025-11-01..2025-11-02', 'x', '2025-12-15 12:00:00');
            INSERT INTO backfilled VALUES ('2025-11-01', '2025-11-30', '2025-12-15 12:00:00');
            INSERT INTO run_start VALUES (1, 'a', 'run', '2025-12-15 11:00:00', 'p');
            INSERT INTO run_end VALUES ('a', '2025-12-15 12:00:00', 'done', map(), NULL);
            """
        )
    with store_opener(path)() as store:
        windows = store.harvests.all()
        found = coverage(windows, {"cs": date(2025, 12, 12)})
    assert {one.set_name for one in windows} == {"cs"}
    [gap] = found.gaps
    assert (gap.first, gap.last) == (date(2025, 12, 1), date(2025, 12, 11))


def test_harvests_are_kept_as_given(open_store: OpenStore) -> None:
    kept = Harvest("cs", NOVEMBER_1, NOVEMBER_30, datetime(2025, 12, 1, 9, 30, tzinfo=UTC))
    with open_store() as store:
        store.harvests.note([])
        store.harvests.note([kept])
        store.harvests.note([kept])  # by a run that was killed and called again
        assert store.harvests.all() == [kept]
