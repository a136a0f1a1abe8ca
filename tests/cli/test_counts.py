"""A step leaves the same counts in `runs`, whichever command calls it."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from pipeline.demo.replica.server import ReplicaServer
from tests.support.arxiv import make_record, noon
from tests.support.cli import survey_in_process

TUESDAY = date(2026, 3, 17)
NUMBERS = (1, 2, 3)

Counts = dict[str, int]
CountsOf = Callable[..., Counts]


@pytest.fixture(scope="module")
def arxiv() -> Iterator[ReplicaServer]:
    """Serve a local arXiv with three papers of one day."""
    with ReplicaServer([make_record(n, TUESDAY) for n in NUMBERS], today=TUESDAY) as server:
        yield server


@pytest.fixture
def counts_of(arxiv: ReplicaServer, tmp_path: Path) -> CountsOf:
    """Return a function that calls a command in the survey `name` and reads its counts."""

    def call(name: str, *words: str) -> Counts:
        directory = tmp_path / name
        directory.mkdir(exist_ok=True)
        survey = survey_in_process(directory, url=arxiv.url, now=noon(TUESDAY).isoformat())
        survey.json(*words)
        newest: Counts = survey.json("status")["runs"][0]["counts"]
        return newest

    return call


def test_run_counts_what_fetch_and_classify_count(counts_of: CountsOf) -> None:
    whole = counts_of("whole", "run")
    fetched, classified = counts_of("steps", "fetch"), counts_of("steps", "classify")
    assert classified == {"classified": len(NUMBERS), "returned": 0}
    assert whole == fetched | classified
    assert whole["new"] == len(NUMBERS)


def test_second_run_counts_what_second_fetch_and_classify_count(counts_of: CountsOf) -> None:
    counts_of("whole", "run")
    counts_of("steps", "run")
    whole = counts_of("whole", "run")
    assert whole == counts_of("steps", "fetch") | counts_of("steps", "classify")
    assert whole["classified"] == 0


def test_add_counts_its_papers_and_what_classify_counts(counts_of: CountsOf) -> None:
    keys = [f"2603.{n:05d}" for n in NUMBERS[:2]]
    added = counts_of("added", "add", *keys)
    assert added.pop("requests") > 0
    assert added == {"added": 2, "quarantined": 0} | {"classified": 2, "returned": 0}
    assert counts_of("added", "classify") == {"classified": 0, "returned": 0}
    again = counts_of("added", "add", *keys)
    again.pop("requests")
    assert again == {"added": 0, "quarantined": 0, "classified": 0, "returned": 0}
