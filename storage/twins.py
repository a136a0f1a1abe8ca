"""Find held papers with the title of another one: arXiv takes some papers twice."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from storage.engine.parameters import texts_json
from storage.engine.session import Row, Session
from storage.types import Paper, Verdict

# Titles of all papers are compared as they are written, because normalising three million takes
# seconds; titles of decided papers are compared by their words.
_ALIKE = r"""
WITH settled AS (SELECT arxiv_id, verdict FROM decisions WHERE standing),
alike AS (
    SELECT arxiv_id FROM paper WHERE title IN (FROM listed($titles))
    UNION
    SELECT arxiv_id FROM paper
    WHERE rowid IN (
        SELECT rowid FROM paper WHERE arxiv_id IN (SELECT arxiv_id FROM settled))
      AND trim(regexp_replace(lower(title), '[^\p{L}\p{N}]+', ' ', 'g')) IN (FROM listed($keys))
)
SELECT paper.arxiv_id, paper.title, paper.authors, settled.verdict
FROM paper
LEFT JOIN settled ON settled.arxiv_id = paper.arxiv_id
WHERE paper.rowid IN (SELECT rowid FROM paper WHERE arxiv_id IN (SELECT arxiv_id FROM alike))
ORDER BY paper.arxiv_id
"""
_APPROVED = """
SELECT arxiv_id, title, authors, 'approved' FROM paper
WHERE rowid IN (
    SELECT rowid FROM paper
    WHERE arxiv_id IN (
        SELECT arxiv_id FROM decisions WHERE standing AND verdict = 'approved'))
ORDER BY arxiv_id
"""
_WORDS = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Twin:
    """A paper with the title of another, and an author of it."""

    arxiv_id: str
    #: of the standing decision
    verdict: Verdict | None


class Twins:
    """Papers with equal titles, apart from case and punctuation, and an author in common."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, papers: Sequence[Paper]) -> dict[str, tuple[Twin, ...]]:
        """Return the other papers with the titles of the given ones; those without are left out."""
        titles = texts_json(paper.title for paper in papers)
        keys = texts_json(title_key(paper.title) for paper in papers)
        by_key = _by_key(self._session.rows(_ALIKE, {"titles": titles, "keys": keys}))
        found = {paper.arxiv_id: _others(paper, by_key) for paper in papers}
        return {arxiv_id: twins for arxiv_id, twins in found.items() if twins}

    def approved(self) -> tuple[tuple[str, ...], ...]:
        """Return the IDs of approved papers with the same title, one tuple for each title."""
        groups = []
        for rows in _by_key(self._session.rows(_APPROVED)).values():
            first = rows[0]
            same = [row[0] for row in rows if row is first or _share_author(first[2], row[2])]
            if len(same) > 1:
                groups.append(tuple(same))
        return tuple(groups)


def title_key(title: str) -> str:
    """Return the words of a title, for comparison."""
    return " ".join(_WORDS.findall(title.lower()))


def _by_key(rows: Iterable[Row]) -> Mapping[str, list[Row]]:
    """Group rows of (ID, title, authors, verdict) by the words of the title."""
    by_key: dict[str, list[Row]] = {}
    for row in rows:
        by_key.setdefault(title_key(row[1]), []).append(row)
    return by_key


def _others(paper: Paper, by_key: Mapping[str, list[Row]]) -> tuple[Twin, ...]:
    return tuple(
        Twin(arxiv_id, Verdict(verdict) if verdict else None)
        for arxiv_id, _, authors, verdict in by_key.get(title_key(paper.title), ())
        if arxiv_id != paper.arxiv_id and _share_author(paper.authors, authors)
    )


def _share_author(some: Sequence[str], others: Sequence[str]) -> bool:
    """Say whether two lists of authors have a family name in common, or both are empty."""
    left, right = _families(some), _families(others)
    return bool(left & right) or not (left or right)


def _families(authors: Sequence[str]) -> set[str]:
    return {words[-1] for author in authors if (words := title_key(author).split())}
