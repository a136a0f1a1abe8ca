"""Find papers wherever they stand: by a typed ID, or decided ones by their text."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from storage.engine.session import Session
from storage.paper_key import doi_of, parse_key
from storage.queue_filter import QueueFilter, search_terms
from storage.queue_sql import condition_of_text

_FIND = """
SELECT paper.arxiv_id, paper.title,
       CASE WHEN waiting.waits_from <= $today THEN 'waiting'
            WHEN standing.verdict IS NOT NULL THEN standing.verdict
            WHEN paper.withdrawn THEN 'withdrawn'
            WHEN paper.incomplete THEN 'incomplete'
            ELSE 'unclassified' END
FROM paper
LEFT JOIN (FROM waiting WHERE arxiv_id = $id) AS waiting ON true
LEFT JOIN (FROM decisions WHERE standing AND arxiv_id = $id) AS standing ON true
WHERE paper.arxiv_id = $id
"""
# arXiv separates several DOIs by blanks.
_PUBLISHED_AS = """
SELECT arxiv_id FROM paper
WHERE doi IS NOT NULL AND list_contains(string_split(lower(doi), ' '), $doi)
ORDER BY arxiv_id
LIMIT 1
"""
_DECIDED = """
SELECT arxiv_id, title, verdict
FROM (
    SELECT standing.arxiv_id, standing.verdict, standing.sections, standing.decided_at,
           kept.title, kept.abstract, kept.authors, kept.categories
    FROM decisions AS standing
    JOIN decided_text AS kept
      ON kept.arxiv_id = standing.arxiv_id AND kept.content_hash = standing.content_hash
    WHERE standing.standing
)
WHERE {condition}
ORDER BY decided_at DESC, arxiv_id
LIMIT $limit
"""

_OF_PAPERS = "arxiv_id IN (SELECT arxiv_id FROM paper WHERE announced {})"
#: conditions of the queue that hold for decided papers too, by the field that is the parameter
_FACTS: Mapping[str, str] = {
    "section": "list_contains(sections, $section)",
    "category": "list_contains(categories, $category)",
    "announced_from": _OF_PAPERS.format(">= $announced_from"),
    "announced_until": _OF_PAPERS.format("<= $announced_until"),
}


class Place(StrEnum):
    """Where a paper stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    DEFERRED = "deferred"
    WITHDRAWN = "withdrawn"
    INCOMPLETE = "incomplete"
    #: it has no prediction yet
    UNCLASSIFIED = "unclassified"


@dataclass(frozen=True, slots=True)
class FoundPaper:
    """A paper that a search found."""

    arxiv_id: str
    title: str
    place: Place


class PaperSearch:
    """All papers by ID, and the decided ones by the text they were decided on."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, text: str, today: date) -> FoundPaper | None:
        """Return the paper whose ID a text is, in any notation; None if it is none or unknown.

        A DOI is also that of the published version of a paper at arXiv.
        """
        key = parse_key(text)
        if key is None:
            return None
        row = self._session.row(_FIND, {"id": key, "today": today})
        if row is None and (doi := doi_of(key)) is not None:
            published = self._session.row(_PUBLISHED_AS, {"doi": doi})
            row = published and self._session.row(_FIND, {"id": published[0], "today": today})
        return FoundPaper(row[0], row[1], Place(row[2])) if row else None

    def decided(self, wanted: QueueFilter, limit: int) -> list[FoundPaper]:
        """Return decided papers that have every word of a search, last decided first.

        Of the other conditions those hold that are on the paper itself: its author, its category,
        the days it was announced, and the section that it was approved into.

        Raises:
            UsageError: the search is too long.
        """
        if not search_terms(wanted.search):
            return []
        text = condition_of_text(wanted.search, wanted.author)
        facts = {name: getattr(wanted, name) for name in _FACTS}
        facts = {name: value for name, value in facts.items() if value is not None}
        condition = " AND ".join([text.sql, *(_FACTS[name] for name in facts)])
        rows = self._session.rows(
            _DECIDED.format(condition=condition), {**text.parameters, **facts, "limit": limit}
        )
        return [FoundPaper(arxiv_id, title, Place(verdict)) for arxiv_id, title, verdict in rows]
