"""What is left of a survey's first day, by what the database holds."""

from datetime import date, timedelta

import pytest

from config.schema import ArxivSettings
from pipeline.ingest.coverage import Span
from pipeline.operate.first_day import (
    Fit,
    ToDo,
    days_to_backfill,
    pace,
    requests,
)
from storage.harvests import Harvest
from tests.support.arxiv import noon

DAY = timedelta(days=1)
TODAY = date(2025, 12, 15)
BEGIN = date(2025, 11, 15)
NEVER_RUN = {"cs": TODAY - 3 * DAY}


def _harvest(first: date, last: date, name: str = "cs") -> Harvest:
    return Harvest(name, first, last, noon(TODAY))


def test_first_day_asks_for_thirty_days_up_to_today() -> None:
    assert days_to_backfill([], NEVER_RUN, TODAY) == Span(BEGIN, TODAY)


@pytest.mark.parametrize(
    ("harvests", "left"),
    [
        ([(BEGIN, TODAY)], None),
        ([(BEGIN, TODAY - DAY)], None),
        ([(BEGIN, date(2025, 12, 5))], Span(date(2025, 12, 6), TODAY)),
        ([(date(2025, 11, 20), TODAY)], Span(BEGIN, TODAY)),
        ([(BEGIN, date(2025, 12, 5)), (date(2025, 12, 8), TODAY)], None),  # a weekend
    ],
)
def test_backfill_goes_on_at_the_first_day_that_is_missing(
    harvests: list[tuple[date, date]], left: Span | None
) -> None:
    windows = [_harvest(first, last) for first, last in harvests]
    assert days_to_backfill(windows, NEVER_RUN, TODAY) == left


def test_empty_answer_is_not_asked_for_again() -> None:
    empty = Harvest("cs", BEGIN, date(2025, 11, 20), noon(TODAY), empty=True)
    assert days_to_backfill([empty, _harvest(date(2025, 11, 21), TODAY)], NEVER_RUN, TODAY) is None


def test_set_that_is_missing_is_asked_for_from_the_beginning() -> None:
    windows = [_harvest(BEGIN, TODAY)]
    assert days_to_backfill(windows, {**NEVER_RUN, "eess": TODAY - 3 * DAY}, TODAY) == Span(
        BEGIN, TODAY
    )


def test_requests_are_estimated_for_the_steps_that_are_left() -> None:
    todo = ToDo(True, Span(BEGIN, TODAY), train=True, run=True, approved=0)
    assert todo.steps == ("bootstrap", "backfill", "train", "run")
    needed = requests(todo, ArxivSettings(), ids=230)
    assert needed["bootstrap"] == 3
    assert needed["train"] == 0
    assert needed["backfill"] > needed["run"] > 0
    done = ToDo(False, None, train=False, run=False, approved=9)
    assert requests(done, ArxivSettings(), ids=0) == {}


def test_time_is_at_least_the_interval_for_each_request() -> None:
    settings = ArxivSettings()
    assert pace(0, settings) == "no request to arXiv"
    assert pace(1, settings) == "about 1 request to arXiv, a minute or less at its rate"
    assert pace(60, settings) == "about 60 requests to arXiv, 3 minutes at its rate"


def test_built_in_taxonomy_must_place_most_entries() -> None:
    assert Fit(450, 477).built_in
    assert not Fit(15, 30).built_in
    assert not Fit(0, 0).built_in
