from datetime import date

import pytest

from pipeline.runtime.queue_words import queue_sentence
from storage.queue_filter import QueueLimits, QueueTally

TODAY = date(2026, 11, 25)


def tally(newest: date | None, whole: int = 4506) -> QueueTally:
    return QueueTally(
        sections={},
        size=whole,
        across=whole,
        whole=whole,
        set_aside=2512,
        newest_day=newest,
        likely_today=12,
        likely_week=31,
        above_limit=1570,
    )


@pytest.mark.parametrize(
    ("newest", "said"),
    [
        (TODAY, "12 likely today, 31 this week, 1,570 above 50 %, 2,512 set aside"),
        (
            date(2026, 11, 20),
            "12 likely of 20 November, 31 since 14 November, 1,570 above 50 %, 2,512 set aside",
        ),
        (None, "1,570 above 50 %, 2,512 set aside"),
    ],
)
def test_likely_papers_come_first(newest: date | None, said: str) -> None:
    found = queue_sentence(tally(newest), QueueLimits(), TODAY)
    assert found.removesuffix(" below 10 %") == said


def test_nothing_is_set_aside_without_a_limit() -> None:
    said = queue_sentence(tally(TODAY), QueueLimits(0.6, 0.0), TODAY)
    assert said.endswith("1,570 above 60 %")


def test_empty_queue_is_said_so() -> None:
    assert queue_sentence(tally(None, whole=0), QueueLimits(), TODAY) == "no paper waits"
