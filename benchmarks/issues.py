"""Measure the digest: a week of 400 papers built, written in every form, counted and judged."""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from markdown_it import MarkdownIt

from benchmarks.list_papers import is_real, papers
from benchmarks.list_styles import ListedPaper
from benchmarks.measure import Row, Size, medians
from classifiers.kept.registry import ModelRegistry
from config.publish_schema import DigestSettings
from config.schema import Settings
from config.taxonomy import Taxonomy, load_taxonomy
from pipeline.publish.plan import plan
from pipeline.publish.targets import recorded_target
from pipeline.runtime.services import Services
from storage.store import OpenStore, store_opener
from storage.types import NewDecision, Paper, Source, Verdict

_MONDAY = datetime(2026, 3, 16, 8, tzinfo=UTC)
_LATER = datetime(2026, 3, 24, tzinfo=UTC)
_WEEK = "digest:2026-W12"
_SECONDS = 2.0


def digest(size: Size) -> Iterator[Row]:
    """A week of 400 approved papers: its issue planned, in all forms, in one and two languages."""
    listed = papers(size.records(400, 20))
    kind = "real" if is_real() else "made-up"
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        open_store = store_opener(directory / "survey.duckdb")
        approve(open_store, listed, load_taxonomy())
        for languages in (("en",), ("en", "zh")):
            planning, reading = _measured(_services(directory, open_store, languages), size.rounds)
            yield Row(
                f"{len(listed)} {kind} papers, {' and '.join(languages)}",
                f"{planning:.2f} cpu-s",
                f"{planning / reading:.1f} times markdown-it's parse ({reading:.2f} s)",
                f"less than {_SECONDS:.0f} s",
                planning < _SECONDS,
            )


def _services(
    directory: Path, open_store: OpenStore, languages: tuple[Literal["en", "zh"], ...]
) -> Services:
    settings = Settings(digest=DigestSettings(output=directory / "digests", languages=languages))
    return Services(settings, load_taxonomy(), open_store, lambda: _LATER, ModelRegistry(directory))


def _measured(services: Services, rounds: int) -> list[float]:
    """Return seconds for the issue and for reading its Markdown once, in the first language."""
    target = recorded_target(_WEEK, services.settings)
    files = plan(services, target).build.files
    text = next(file.data.decode() for file in files if file.path.suffix == ".md")
    reader = MarkdownIt("commonmark").enable("table")
    return medians(rounds, lambda: plan(services, target), lambda: reader.parse(text))


def approve(open_store: OpenStore, listed: list[ListedPaper], taxonomy: Taxonomy) -> None:
    """Store the papers and approve them, spread over the sections."""
    sections = [section.id for section in taxonomy.sections]
    with open_store() as store:
        store.papers.upsert([_paper(one) for one in listed], seen_at=_MONDAY)
        store.decisions.add(
            [
                NewDecision(
                    arxiv_id=one.arxiv_id,
                    verdict=Verdict.APPROVED,
                    reviewer="ada",
                    decided_at=_MONDAY,
                    sections=(sections[number % len(sections)],),
                )
                for number, one in enumerate(listed)
            ]
        )


def _paper(listed: ListedPaper) -> Paper:
    return Paper(
        arxiv_id=listed.arxiv_id,
        version=1,
        title=listed.title,
        abstract=listed.abstract,
        authors=listed.authors,
        categories=("cs.CV",),
        primary_category="cs.CV",
        source=Source.OAI,
        submitted_at=_MONDAY,
        updated_at=_MONDAY,
    )
