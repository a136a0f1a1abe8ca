"""Measure what a service reads when it starts, and the order of likely papers after a decision."""

import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path

from benchmarks.desk import fill
from benchmarks.measure import Row, Size, call, cpu_seconds
from config.schema import ClassifierSettings, DatabaseSettings, Settings
from config.taxonomy import load_taxonomy
from pipeline.learn.follow import Follower, FollowReport
from pipeline.runtime.services import open_services
from storage.queue_filter import QueueFilter
from storage.store import store_opener
from storage.types import NewDecision, Verdict

_NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
_TODAY = date(2026, 11, 30)
_MILLIONS = 3_000_000
_DECISIONS = 600
_SETTINGS = """
[database]
path = "survey.duckdb"
[classifier]
models = "models"
reports = "reports"
"""


def first(size: Size) -> Iterator[Row]:
    """Order the likely ones of 3 million waiting papers after a start and two decisions."""
    count, known = size.records(_MILLIONS, 2_000), size.records(_DECISIONS, 100)
    sections = [section.id for section in load_taxonomy().sections]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "living-survey.toml").write_text(_SETTINGS, "utf-8")
        open_store = store_opener(folder / "survey.duckdb")
        with open_store() as store:
            fill(store, count)
            rows = store.queue.rows(QueueFilter(order="likely"), limit=known + 2, today=_TODAY)
            decisions = (_decision(row.arxiv_id, n, sections) for n, row in enumerate(rows))
            store.decisions.add(list(islice(decisions, known)))
        call(("train", "--json"), cwd=folder, environment={})
        settings = Settings(
            database=DatabaseSettings(path=folder / "survey.duckdb"),
            classifier=ClassifierSettings(models=folder / "models", reports=folder / "reports"),
            now=_NOW,
        )
        follower = Follower(open_services(settings))
        asked: list[FollowReport] = []
        spent = [cpu_seconds(lambda: asked.append(follower.follow()))]
        for row in rows[known:]:
            with open_store() as store:
                store.decisions.add([NewDecision(row.arxiv_id, Verdict.REJECTED, (), "ada", _NOW)])
            spent.append(cpu_seconds(lambda: asked.append(follower.follow())))
    if [each.decisions for each in asked] != [0, 1, 2]:
        raise SystemExit(f"the orders are {asked}")
    yield Row(
        f"order after a decision, {count:,} wait",
        f"{spent[1]:.2f} cpu-s, the next {spent[2]:.2f}",
        f"{asked[1].papers:,} papers in it; read before it: {spent[0]:.1f} cpu-s",
        "below 10 cpu-s",
        max(spent[1:]) < 10,
    )


def _decision(arxiv_id: str, number: int, sections: list[str]) -> NewDecision:
    """Return an approval for seven in ten papers, a rejection for the others."""
    if number % 10 < 7:
        section = sections[number % len(sections)]
        return NewDecision(arxiv_id, Verdict.APPROVED, (section,), "ada", _NOW)
    return NewDecision(arxiv_id, Verdict.REJECTED, (), "ada", _NOW)
