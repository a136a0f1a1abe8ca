"""Outlook: pace, weeks, forecast, replayed limits and planned sessions, without a database."""

import math
import random
from datetime import date, timedelta

import pytest

from pipeline.review.outlook.clearing import Outcome, forecast
from pipeline.review.outlook.pace import ASSUMED, Pace, pace_of
from pipeline.review.outlook.planner import LEARNING, gain, papers_in, plan
from pipeline.review.outlook.replay import LIMITS, Scored, replay
from pipeline.review.outlook.weeks import count_weeks, past_weeks, whole_weeks
from storage.outlook import ArrivedPapers, DecidedPapers
from storage.types import Verdict

TODAY = date(2026, 3, 17)


def test_pace_is_the_median_of_gaps_within_a_sitting() -> None:
    # pauses above five minutes and what is faster than a person are left out
    gaps = [8.0, 10.0, 12.0, 14.0, 300.0, 300.1, 9000.0, 0.02, -5.0, 6.0, 7.0, 9.0, 20.0, 30.0]
    pace = pace_of(gaps)
    assert (pace.seconds, pace.gaps, pace.is_measured) == (11.0, 10, True)
    assert pace.minutes(60) == 11.0


def test_pace_of_few_decisions_is_assumed() -> None:
    pace = pace_of([40.0] * 9)
    assert (pace.seconds, pace.gaps, pace.is_measured) == (ASSUMED, 9, False)


def test_weeks_have_seven_days_and_end_today() -> None:
    weeks = past_weeks(TODAY, 2)
    assert weeks == (
        (date(2026, 3, 4), date(2026, 3, 10)),
        (date(2026, 3, 11), date(2026, 3, 17)),
    )


@pytest.mark.parametrize(
    ("first", "weeks"),
    [
        (None, 0),
        (date(2026, 3, 17), 0),
        (date(2026, 3, 12), 0),
        (date(2026, 3, 11), 1),
        (date(2026, 3, 4), 2),
        (date(2020, 1, 1), 8),
        (date(2026, 3, 19), 0),
    ],
)
def test_only_weeks_covered_whole_count(first: date | None, weeks: int) -> None:
    assert whole_weeks(first, TODAY) == weeks


def test_weeks_count_papers_at_or_above_the_limit() -> None:
    arrived = [
        ArrivedPapers(date(2026, 3, 11), 50, 3),
        ArrivedPapers(date(2026, 3, 17), 49, 5),
        ArrivedPapers(date(2026, 3, 17), None, 2),
        ArrivedPapers(date(2026, 3, 10), 99, 1),
    ]
    decided = [
        DecidedPapers(date(2026, 3, 16), Verdict.APPROVED, 90, 2),
        DecidedPapers(date(2026, 3, 16), Verdict.REJECTED, 60, 1),
        DecidedPapers(date(2026, 3, 16), Verdict.APPROVED, 10, 4),
    ]
    before, last = count_weeks(arrived, decided, 50, TODAY)[-2:]
    assert (last.arrived, last.decided, last.approved) == (3, 3, 2)
    assert (before.arrived, before.decided, before.approved) == (1, 0, 0)


def test_forecast_divides_what_waits_by_the_weekly_decrease() -> None:
    # By hand: 25 fewer a week clear 100 in 4 weeks. Poisson variance (40 + 140) / 4 = 45, t(3) =
    # 2.3534, noise 249.24: 562.69 T2 - 5249.24 T + 10000 = 0 at T = 2.668 and 6.661 weeks.
    clearing = forecast(100, [10] * 4, [35] * 4, TODAY)
    assert clearing.outcome is Outcome.CLEARS
    assert clearing.day == TODAY + timedelta(days=28)
    assert clearing.earliest == TODAY + timedelta(days=19)
    assert clearing.latest == TODAY + timedelta(days=47)


def test_uneven_weeks_widen_the_interval() -> None:
    steady = forecast(100, [10] * 4, [35] * 4, TODAY)
    uneven = forecast(100, [10] * 4, [10, 60, 15, 55], TODAY)
    assert uneven.day == steady.day
    assert uneven.earliest is not None
    assert steady.earliest is not None
    assert uneven.earliest < steady.earliest
    # the decrease may be none at all
    assert uneven.latest is None


def test_queue_that_grows_never_clears() -> None:
    clearing = forecast(100, [40] * 8, [12] * 8, TODAY)
    assert clearing.outcome is Outcome.NEVER
    assert (clearing.day, clearing.latest, clearing.earliest) == (None, None, None)


def test_queue_that_hardly_shrinks_is_not_dated() -> None:
    clearing = forecast(1_000_000, [100] * 8, [101] * 8, TODAY)
    assert clearing.outcome is Outcome.NEVER


@pytest.mark.parametrize(
    ("arrived", "decided"), [([], []), ([5], [50]), ([5, 5], [4, 5]), ([0] * 8, [0] * 8)]
)
def test_forecast_from_little_data_is_refused(arrived: list[int], decided: list[int]) -> None:
    clearing = forecast(30, arrived, decided, TODAY)
    assert clearing.outcome is Outcome.TOO_EARLY
    assert clearing.day is clearing.earliest is clearing.latest is None


def test_empty_queue_is_clear() -> None:
    assert forecast(0, [5] * 8, [5] * 8, TODAY).outcome is Outcome.EMPTY


def test_interval_contains_the_day_in_most_forecasts() -> None:
    draw = random.Random(11)
    trials = inside = 0
    for _ in range(300):
        arrived = [_poisson(draw, 20) for _ in range(8)]
        decided = [_poisson(draw, 40) for _ in range(8)]
        clearing = forecast(150, arrived, decided, TODAY)
        left, weeks = 150, 0
        while left > 0:
            left += _poisson(draw, 20) - _poisson(draw, 40)
            weeks += 1
        trials += 1
        cleared = TODAY + timedelta(days=7 * weeks)
        last = clearing.latest or date.max
        # a simulated week ends up to seven days after the queue was clear
        assert clearing.earliest is not None
        inside += clearing.earliest <= cleared and cleared - timedelta(days=7) <= last
    assert inside / trials >= 0.88


def _poisson(draw: random.Random, mean: float) -> int:
    """Return a Poisson number by Knuth's method."""
    limit, product, count = math.exp(-mean), draw.random(), 0
    while product > limit:
        product *= draw.random()
        count += 1
    return count


def test_replay_counts_papers_minutes_and_misses() -> None:
    table = replay(
        arrived=Scored({5: 60, 40: 20, 90: 20}, unknown=3),
        weeks=4,
        approved=Scored({30: 1, 90: 9}, unknown=2),
        waiting=Scored({5: 100, 55: 10}),
        pace=Pace(30.0, 12),
        current=50,
    )
    row = table.row(50)
    assert (row.papers_a_week, row.minutes_a_week, row.waiting, row.missed) == (5.0, 2.5, 10, 1)
    everything = table.row(0)
    assert (everything.papers_a_week, everything.waiting, everything.missed) == (25.0, 110, 0)
    assert (table.approved, table.approved_unknown, table.arrived_unknown) == (10, 2, 3)


def test_replay_includes_a_limit_between_the_steps() -> None:
    table = replay(
        arrived=Scored({33: 7}),
        weeks=1,
        approved=Scored({}),
        waiting=Scored({}),
        pace=Pace(12.0, 0),
        current=33,
    )
    assert [row.limit for row in table.rows] == sorted([*LIMITS, 33])
    assert (table.row(33).papers_a_week, table.row(35).papers_a_week) == (7.0, 0.0)


def test_replay_without_a_whole_week_has_no_rows() -> None:
    table = replay(
        arrived=Scored({}),
        weeks=0,
        approved=Scored({}),
        waiting=Scored({}),
        pace=Pace(12.0, 0),
        current=50,
    )
    assert table.rows == ()


def test_replayed_limits_add_up() -> None:
    draw = random.Random(5)
    for _ in range(50):
        arrived = Scored({percent: draw.randrange(9) for percent in range(101)})
        approved = Scored({percent: draw.randrange(3) for percent in range(101)})
        weeks = draw.randrange(1, 9)
        table = replay(
            arrived=arrived,
            weeks=weeks,
            approved=approved,
            waiting=arrived,
            pace=Pace(12.0, 0),
            current=draw.randrange(100),
        )
        assert table.rows[0].papers_a_week * weeks == pytest.approx(arrived.known)
        for lower, higher in zip(table.rows, table.rows[1:], strict=False):
            between = sum(arrived.papers[p] for p in range(lower.limit, higher.limit))
            fewer = (lower.papers_a_week - higher.papers_a_week) * weeks
            assert fewer == pytest.approx(between)
            assert lower.waiting - higher.waiting == between
            lost = sum(approved.papers[p] for p in range(lower.limit, higher.limit))
            assert higher.missed - lower.missed == lost
        for row in table.rows:
            assert row.missed + approved.above(row.limit) == table.approved


def test_plan_takes_the_papers_with_the_largest_gain() -> None:
    # By hand, gain = p + 2 p (1 - p): 0.99 -> 1.0098, 0.75 -> 1.125, 0.5 -> 1, 0.2 -> 0.52
    candidates = [("a", 0.2), ("b", 0.99), ("c", 0.5), ("d", 0.75)]
    session = plan(1, Pace(20.0, 30), candidates)
    assert session.ids == ("d", "b", "c")
    assert session.approvals == pytest.approx(2.24)
    assert session.learning == pytest.approx(0.375 + 0.0198 + 0.5)
    assert session.takes == 1.0


def test_no_other_set_has_a_larger_gain() -> None:
    draw = random.Random(3)
    for _ in range(30):
        candidates = [(f"2603.{n:05}", draw.random()) for n in range(40)]
        session = plan(1, Pace(6.0, 30), candidates)
        assert len(session.ids) == 10
        for _ in range(20):
            other = sum(gain(p) for _, p in draw.sample(candidates, 10))
            assert other <= session.gain + 1e-9


def test_plan_does_not_depend_on_the_order_of_candidates() -> None:
    candidates = [(f"2603.{n:05}", (n % 5) / 5) for n in range(30)]
    forwards = plan(2, Pace(12.0, 0), candidates)
    assert plan(2, Pace(12.0, 0), candidates[::-1]) == forwards


@pytest.mark.parametrize(
    ("minutes", "seconds", "papers"),
    [(15, 12.0, 75), (15, 50.0, 18), (0.1, 60.0, 1), (100_000, 1.0, 600)],
)
def test_session_has_the_papers_that_fit(minutes: float, seconds: float, papers: int) -> None:
    assert papers_in(minutes, Pace(seconds, 99)) == papers


def test_certain_papers_teach_nothing() -> None:
    assert gain(1.0) == 1.0
    assert gain(0.0) == 0.0
    assert gain(0.5) == 0.5 + LEARNING
