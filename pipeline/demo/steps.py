"""The demo's commands and the days on which they run.

Decisions are made in two past weeks, because the forecast needs them, and after the papers were
classified, because they are compared with what was predicted before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

MONDAY = datetime(2026, 3, 23, tzinfo=UTC)
WEEK = "2026-W12"


@dataclass(frozen=True, slots=True)
class Step:
    """One command."""

    #: what happens
    title: str
    words: tuple[str, ...]
    #: the product's clock, and the local arXiv's
    now: datetime


#: what arXiv holds until Sunday, and what Monday's announcement changes in it
PAPERS = ("papers.jsonl", "listed.jsonl", "cases.jsonl")
CHANGED = "changed.jsonl"


def _steps() -> Iterator[Step]:
    """Yield the walk: three Fridays, and the Monday after them."""
    fridays = [MONDAY - timedelta(days=3 + 7 * back) for back in (2, 1, 0)]
    first = fridays[0]
    morning, noon, afternoon = (timedelta(hours=hour) for hour in (10, 12, 16))
    past = ("--from", f"{first - timedelta(days=11):%Y-%m-%d}", "--until", f"{first:%Y-%m-%d}")
    for title, *words in (
        ("Start: an empty database beside living-survey.toml.", "init"),
        ("Import the curated list, checked against arXiv. It contains errors.", "bootstrap"),
        ("Fetch the past days.", "backfill", *past),
        ("Train a model on the list.", "train"),
    ):
        yield Step(title, tuple(words), first + morning)
    for friday in fridays:
        day, file = f"{friday.day} {friday:%B}", f"decisions-w{friday:%V}.jsonl"
        yield Step(f"{day}: fetch and classify, as cron does.", ("run",), friday + morning)
        scripted = "A week's decisions of two reviewers, scripted here."
        yield Step(scripted, ("decide", "--from", file), friday + afternoon)
    yield Step("Train again, on the decisions too.", ("train",), fridays[-1] + afternoon)
    changed = f"{MONDAY.day} {MONDAY:%B}: some decided papers changed at arXiv."
    yield Step(changed, ("run",), MONDAY + morning)
    for title, *words in (
        ("Papers waiting for a reviewer, most likely first.", "queue", "--limit", "8"),
        ("Decided papers that changed at arXiv.", "inbox"),
        ("When the queue clears, and what another limit means.", "plan"),
        ("The week's digest: approved papers only.", "digest", "--week", WEEK),
        ("Papers held, runs, and complete days.", "status"),
    ):
        yield Step(title, tuple(words), MONDAY + noon)


STEPS = tuple(_steps())
