"""A small survey that has decided: the list, decisions a day apart, an undecided stream."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import chain
from pathlib import Path

from classifiers.types import Document, Example
from config.taxonomy import Taxonomy, parse_taxonomy, taxonomy_text
from storage.store import OpenStore
from storage.types import NewDecision, Verdict
from tests.support.builders import make_paper
from tests.support.cli import Result, call_in_process
from tests.support.storage import migrated
from tests.support.texts import SECTIONS, approved, outside, rejected

START = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
LONG_AGO = START - timedelta(days=60)


@cache
def small_taxonomy_text() -> str:
    """Return the built-in taxonomy with the sections of the fictional papers and their labels.

    Training takes a sixth of the time, because each section and label is an output of its own.
    """
    head, *tables = taxonomy_text().split("\n[[")
    kinds = [(table.partition("]]")[0], table) for table in tables]
    sections = [table for kind, table in kinds if _name(table, "id") in SECTIONS]
    labels = [
        table
        for kind, table in kinds
        if kind != "section" and any(_name(table, "name") == _name(s, kind) for s in sections)
    ]
    return "\n[[".join([head, *labels, *sections])


def small_taxonomy() -> Taxonomy:
    """Return `small_taxonomy_text` parsed."""
    return parse_taxonomy(small_taxonomy_text(), "small.toml")


def small_taxonomy_file(folder: Path) -> Path:
    """Return the path of `small_taxonomy_text` in the folder, written if it is not there."""
    path = folder / "small.toml"
    if not path.exists():
        path.write_text(small_taxonomy_text(), encoding="utf-8")
    return path


def opener(folder: Path) -> OpenStore:
    """Return the opener of the folder's database, where the settings' default has it."""
    return migrated(folder / "var" / "survey.duckdb")


def arxiv_id(document: Document) -> str:
    """Return an id for a fictional document, always the same for the same."""
    number = int.from_bytes(document.key.encode(), "big") % 90_000 + 10_000
    return f"2512.{number}"


def _name(table: str, key: str) -> str:
    found = re.search(rf'^{key} = "(.+)"$', table, re.MULTILINE)
    return found[1] if found else ""


def decisions(count: int = 60, *, start: int = 100) -> list[Example]:
    """Return approvals and rejections in turn."""
    half = -(-count // 2)
    yes, no = approved(-(-half // 4), start=start), rejected(half, start=start)
    mixed = yes[::4] + yes[1::4] + yes[2::4] + yes[3::4]
    return list(chain.from_iterable(zip(mixed[:half], no, strict=True)))[:count]


def store_papers(
    open_store: OpenStore, documents: Sequence[Document], *, seen_at: datetime = LONG_AGO
) -> None:
    """Store documents as papers that were submitted the day before they were seen."""
    submitted = seen_at - DAY
    with open_store() as store:
        store.papers.upsert(
            [
                make_paper(
                    arxiv_id(document),
                    title=document.title,
                    abstract=document.abstract,
                    submitted_at=submitted,
                    updated_at=submitted,
                    versions=(),
                )
                for document in documents
            ],
            seen_at=seen_at,
        )


def decide(
    open_store: OpenStore,
    examples: Sequence[Example],
    *,
    first: datetime,
    step: timedelta = DAY,
    reviewer: str = "ada",
    seen_at: datetime = LONG_AGO,
) -> None:
    """Store papers and decisions on them, `step` apart."""
    store_papers(open_store, [example.document for example in examples], seen_at=seen_at)
    with open_store() as store:
        store.decisions.add(
            [
                NewDecision(
                    arxiv_id=arxiv_id(example.document),
                    verdict=Verdict.APPROVED if example.in_scope else Verdict.REJECTED,
                    sections=example.sections,
                    reviewer=reviewer,
                    decided_at=first + number * step,
                )
                for number, example in enumerate(examples)
            ]
        )


def settle(folder: Path, *, decided: int = 60, listed: int = 6) -> OpenStore:
    """Return a survey with a list, decisions from START on, and forty undecided papers."""
    open_store = opener(folder)
    decide(open_store, approved(listed), first=START, step=0 * DAY, reviewer="list")
    if decided:
        decide(open_store, decisions(decided), first=START + DAY)
    inside = [example.document for example in approved(5, start=500)]
    store_papers(open_store, [*inside, *outside(20, start=500)])
    return open_store


def call(folder: Path, *words: str, now: datetime = START + 100 * DAY) -> Result:
    """Run a command in this process, in a folder without settings, with the small taxonomy."""
    loopback = {
        f"LIVING_SURVEY_ARXIV__{key}": f"http://127.0.0.1:9/{key.lower()}"
        for key in ("OAI_URL", "RSS_URL", "QUERY_URL")
    }
    paths = {
        "LIVING_SURVEY_DATABASE__PATH": str(folder / "var" / "survey.duckdb"),
        "LIVING_SURVEY_CLASSIFIER__MODELS": str(folder / "var" / "models"),
        "LIVING_SURVEY_CLASSIFIER__REPORTS": str(folder / "var" / "reports"),
        "LIVING_SURVEY_ARXIV__LIMITER": str(folder / "limiter"),
        "LIVING_SURVEY_SURVEY__TAXONOMY": str(small_taxonomy_file(folder)),
    }
    return call_in_process(*words, env={**loopback, **paths, "LIVING_SURVEY_NOW": now.isoformat()})
