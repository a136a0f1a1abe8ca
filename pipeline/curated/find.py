"""Ask arXiv by title for the papers of entries whose ID is missing or wrong.

Papers found and titles asked for are stored after every request, so that a killed run goes on where
it was. A title is asked for again after a week, because its paper may have been submitted.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from pipeline.curated.agreement import Known, compare
from pipeline.curated.types import Entry
from pipeline.curated.verdict import reads_like_title, titles_of
from pipeline.runtime.plurals import counted
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services
from storage.store import Store
from storage.types import Paper, QuarantinedRecord

#: titles in one request
_TOGETHER = 10
_AGAIN_AFTER = timedelta(days=7)
_CURSOR = "bootstrap --find"


class Found(Protocol):
    """arXiv's response to a search."""

    @property
    def papers(self) -> Sequence[Paper]:
        """Papers found."""

    @property
    def total(self) -> int:
        """All that match at arXiv."""

    @property
    def malformed(self) -> Sequence[QuarantinedRecord]:
        """Records that cannot be read."""


class Search(Protocol):
    """What arXiv's query source provides."""

    def titled(self, titles: Sequence[str], /) -> Found:
        """Return papers whose title has one of these as a phrase."""


def find_papers(services: Services, query: Search, run: Run, entries: Sequence[Entry]) -> int:
    """Store the papers at arXiv that agree with entries; return the number of titles asked for."""
    now = services.clock()
    with services.open_store() as store:
        asked = _asked(store, now)
    wanted = [
        entry
        for entry in {entry.title: entry for entry in entries}.values()
        if reads_like_title(entry.title) and _digest(entry) not in asked["titles"]
    ]
    if not wanted:
        return 0
    advance = run.progress(f"asking arXiv for {counted(len(wanted), 'title')}", len(wanted))
    for start in range(0, len(wanted), _TOGETHER):
        part = wanted[start : start + _TOGETHER]
        found, malformed = _search(query, part)
        asked["titles"] += map(_digest, part)
        with services.open_store() as store, store.transaction():
            store.papers.upsert(found, seen_at=now)
            store.quarantine.add(malformed)
            store.cursors.save(_CURSOR, json.dumps(asked), now)
        advance(len(part))
    return len(wanted)


def _search(query: Search, entries: Sequence[Entry]) -> tuple[list[Paper], list[QuarantinedRecord]]:
    found = query.titled([entry.title for entry in entries])
    if found.total > len(found.papers) + len(found.malformed) and len(entries) > 1:
        # One of the titles is common and hides the others' papers.
        parts = [_search(query, [entry]) for entry in entries]
        return [p for papers, _ in parts for p in papers], [r for _, more in parts for r in more]
    agreeing = [
        paper
        for paper in found.papers
        if any(
            compare(titles_of(entry), entry.authors, Known((paper.title,), paper.authors)).same
            for entry in entries
        )
    ]
    return agreeing, list(found.malformed)


def _asked(store: Store, now: datetime) -> dict[str, list[str]]:
    """Return the titles asked for in the last week, as digests, and since when they are noted."""
    fresh = {"since": [now.isoformat()], "titles": []}
    saved: dict[str, list[str]] = json.loads(store.cursors.get(_CURSOR) or "null") or fresh
    return saved if now - datetime.fromisoformat(saved["since"][0]) < _AGAIN_AFTER else fresh


def _digest(entry: Entry) -> str:
    return hashlib.sha256(entry.title.encode("utf-8", "surrogatepass")).hexdigest()[:12]
