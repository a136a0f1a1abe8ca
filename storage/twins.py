"""Find held papers with the title of another one: arXiv takes some papers twice."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from storage.engine.parameters import texts_json
from storage.engine.session import Row, Session
from storage.types import Paper, Verdict
from storage.work_keys import families

# Compared by key, because reading three million titles takes longer than a page may.
_ALIKE = """
WITH wanted AS (SELECT item AS title, title_key_of(item) AS key FROM listed($titles)),
alike AS (
    SELECT arxiv_id, title_key, authors FROM paper
    WHERE rowid IN (SELECT rowid FROM paper WHERE title_key IN (SELECT key FROM wanted))
)
SELECT wanted.title, alike.arxiv_id, alike.authors, settled.verdict
FROM wanted
JOIN alike ON alike.title_key = wanted.key
LEFT JOIN decisions AS settled ON settled.arxiv_id = alike.arxiv_id AND settled.standing
ORDER BY ALL
"""
_APPROVED = """
WITH approved AS (
    SELECT arxiv_id, title_key, authors FROM paper
    WHERE rowid IN (
        SELECT rowid FROM paper
        WHERE title_key IS NOT NULL AND arxiv_id IN (
            SELECT arxiv_id FROM decisions WHERE standing AND verdict = 'approved'))
)
SELECT title_key, arxiv_id, authors
FROM approved
WHERE title_key IN (SELECT title_key FROM approved GROUP BY title_key HAVING count(*) > 1)
ORDER BY title_key, arxiv_id
"""
_ANSWERED = "SELECT first_id, second_id FROM same_work WHERE answer = 'different'"


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
        """Return the other papers with the titles of the given ones; those without are left out.

        Pairs that a reviewer called different are left out.
        """
        rows = self._session.rows(_ALIKE, {"titles": texts_json({paper.title for paper in papers})})
        different = self._different()
        alike: defaultdict[str, list[Row]] = defaultdict(list)
        for title, *row in rows:
            alike[title].append(tuple(row))
        found = {
            paper.arxiv_id: tuple(
                Twin(arxiv_id, Verdict(verdict) if verdict else None)
                for arxiv_id, authors, verdict in alike[paper.title]
                if arxiv_id != paper.arxiv_id
                and frozenset((arxiv_id, paper.arxiv_id)) not in different
                and _share_author(paper.authors, authors)
            )
            for paper in papers
        }
        return {arxiv_id: twins for arxiv_id, twins in found.items() if twins}

    def approved(self) -> tuple[tuple[str, ...], ...]:
        """Return the IDs of approved papers with the same title, one tuple for each title."""
        different = self._different()
        groups = []
        for _, rows in groupby(self._session.rows(_APPROVED), key=itemgetter(0)):
            (_, first, authors), *others = rows
            same = [
                arxiv_id
                for _, arxiv_id, theirs in others
                if frozenset((first, arxiv_id)) not in different and _share_author(authors, theirs)
            ]
            if same:
                groups.append((first, *same))
        return tuple(groups)

    def _different(self) -> set[frozenset[str]]:
        return {frozenset(row) for row in self._session.rows(_ANSWERED)}


def _share_author(some: Sequence[str], others: Sequence[str]) -> bool:
    """Say whether two lists of authors have a family name in common, or both are empty."""
    left, right = families(some), families(others)
    return bool(left & right) or not (left or right)
