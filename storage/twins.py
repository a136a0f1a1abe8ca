"""Find held papers with the title of another one: arXiv takes some papers twice."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from storage.engine.parameters import about, integers_json, texts_json
from storage.engine.session import Row, Session
from storage.types import Paper, Verdict
from storage.work_keys import families

# Compared by key, because reading three million titles takes longer than a page may.
_KEYS = "SELECT arxiv_id, title_key FROM paper WHERE {only}"
_ALIKE = """
SELECT arxiv_id, title_key, authors FROM paper
WHERE {condition}
ORDER BY arxiv_id
"""
_ONE_KEY = "title_key = CAST($keys AS UBIGINT)"
_MANY_KEYS = """title_key IN (SELECT unnest(from_json($keys, '["UBIGINT"]')))"""
_VERDICTS = """
SELECT arxiv_id, verdict FROM decisions
WHERE standing AND list_contains(from_json($ids, '["VARCHAR"]'), arxiv_id)
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

    def of(
        self, papers: Sequence[Paper], keys: Mapping[str, int | None] | None = None
    ) -> dict[str, tuple[Twin, ...]]:
        """Return the other papers with the titles of these held ones; those without are left out.

        `keys` are those of their titles; None: they are read. Pairs that a reviewer called
        different are left out.
        """
        given = {paper.arxiv_id for paper in papers}
        if keys is None:
            keys = dict(self._session.rows(*about(_KEYS, list(given))))
        alike: defaultdict[int | None, list[Row]] = defaultdict(list)
        for arxiv_id, key, authors in self._of_keys(list({key for key in keys.values() if key})):
            alike[key].append((arxiv_id, authors))
        others = [
            row[0]
            for rows in alike.values()
            for row in rows
            if len(rows) > 1 or row[0] not in given
        ]
        if not others:
            return {}
        verdicts: dict[str, str] = dict(self._session.rows(_VERDICTS, {"ids": texts_json(others)}))
        different = self._different()
        found = {
            paper.arxiv_id: tuple(
                Twin(arxiv_id, Verdict(verdicts[arxiv_id]) if arxiv_id in verdicts else None)
                for arxiv_id, authors in alike.get(keys.get(paper.arxiv_id), ())
                if arxiv_id != paper.arxiv_id
                and frozenset((arxiv_id, paper.arxiv_id)) not in different
                and _share_author(paper.authors, authors)
            )
            for paper in papers
        }
        return {arxiv_id: twins for arxiv_id, twins in found.items() if twins}

    def _of_keys(self, keys: Sequence[int]) -> list[Row]:
        """Return papers by title; one constant is several times faster than a join."""
        if not keys:
            return []
        one = len(keys) == 1
        sql = _ALIKE.format(condition=_ONE_KEY if one else _MANY_KEYS)
        return self._session.rows(sql, {"keys": keys[0] if one else integers_json(keys)})

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
