"""Record whether two papers are the same work, and keep those that perhaps are."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.engine.instants import from_utc, to_utc
from storage.engine.parameters import integers_json, rows_json, texts_json
from storage.engine.session import Row, Session
from storage.papers import Papers
from storage.types import Paper, Verdict
from storage.work_keys import families, why_alike, work_keys

# Likely and decided papers whose present text has no keys yet.
_UNREAD = """
WITH wanted AS (
    SELECT arxiv_id FROM queue WHERE in_scope >= $at_least
    UNION
    SELECT arxiv_id FROM decisions WHERE standing
)
SELECT paper.arxiv_id
FROM paper
JOIN wanted ON wanted.arxiv_id = paper.arxiv_id
WHERE NOT EXISTS (
    SELECT 1 FROM work_key
    WHERE work_key.arxiv_id = paper.arxiv_id AND work_key.content_hash = paper.content_hash)
ORDER BY paper.arxiv_id
LIMIT $limit
"""
_FORGET_KEYS = "DELETE FROM work_key WHERE arxiv_id IN (FROM listed($ids))"
_FORGET_PAIRS = """
DELETE FROM same_work_pair
WHERE first_id IN (FROM listed($ids)) OR second_id IN (FROM listed($ids))
"""
_ADD_KEYS = """
INSERT INTO work_key
SELECT arxiv_id, content_hash, unnest(keys)
FROM (SELECT unnest(from_json($rows, '[{
          "arxiv_id": "VARCHAR", "content_hash": "VARCHAR", "keys": ["UBIGINT"]}]'),
          recursive := true))
"""
# A key of many papers is a common word, not the same work.
_SHARING = """
WITH mine AS (SELECT key, arxiv_id FROM work_key WHERE arxiv_id IN (FROM listed($ids))),
held AS (
    SELECT key, arxiv_id FROM work_key
    WHERE key IN (SELECT key FROM mine)
    QUALIFY count(*) OVER (PARTITION BY key) <= $most
)
SELECT DISTINCT least(mine.arxiv_id, held.arxiv_id), greatest(mine.arxiv_id, held.arxiv_id)
FROM mine
JOIN held ON held.key = mine.key AND held.arxiv_id <> mine.arxiv_id
ORDER BY ALL
"""
_ADD_PAIRS = """
INSERT INTO same_work_pair
SELECT first_id, second_id, why, said, CAST($now AS TIMESTAMP)
FROM (SELECT unnest(from_json($rows, '[{
          "first_id": "VARCHAR", "second_id": "VARCHAR", "why": "VARCHAR", "said": "VARCHAR"}]'),
          recursive := true)) AS incoming
WHERE NOT EXISTS (
    SELECT 1 FROM same_work_pair AS known
    WHERE known.first_id = incoming.first_id AND known.second_id = incoming.second_id)
"""
# No choice is needed between papers that are both rejected or withdrawn.
_OPEN = """
SELECT pair.first_id, pair.second_id, pair.why, pair.said, one.verdict, other.verdict
FROM same_work_pair AS pair
LEFT JOIN (SELECT arxiv_id, verdict FROM decisions WHERE standing) AS one
  ON one.arxiv_id = pair.first_id
LEFT JOIN (SELECT arxiv_id, verdict FROM decisions WHERE standing) AS other
  ON other.arxiv_id = pair.second_id
WHERE NOT EXISTS (
        SELECT 1 FROM same_work AS answered
        WHERE answered.first_id = pair.first_id AND answered.second_id = pair.second_id)
  AND one.verdict IS DISTINCT FROM 'rejected' AND other.verdict IS DISTINCT FROM 'rejected'
  AND {condition}
ORDER BY one.verdict IS DISTINCT FROM 'approved' OR other.verdict IS DISTINCT FROM 'approved',
         pair.why = 'near title', pair.first_id, pair.second_id
LIMIT $limit OFFSET $offset
"""
_ANSWER = """
INSERT INTO same_work_event
SELECT coalesce(max(seq), 0) + 1, $first_id, $second_id, $answer, $keeps, $decision_id, $reviewer,
       CAST($now AS TIMESTAMP)
FROM same_work_event
"""
_ANSWERED = """
SELECT first_id, second_id, answer, keeps, decision_id, reviewer, answered_at
FROM same_work
WHERE first_id = $first_id AND second_id = $second_id
"""
# In steps, because most papers share their title with no other, and a comparison with one constant
# is several times faster than a join.
_MINE = "SELECT arxiv_id, title_key, authors FROM paper WHERE {condition}"
_ONE_ID, _IDS = "arxiv_id = $ids", "arxiv_id IN (FROM listed($ids))"
_ONE_KEY = "title_key = CAST($keys AS UBIGINT)"
_KEYS = """title_key IN (SELECT unnest(from_json($keys, '["UBIGINT"]')))"""
_APPROVED = """
SELECT arxiv_id FROM decisions
WHERE standing AND verdict = 'approved'
  AND list_contains(from_json($ids, '["VARCHAR"]'), arxiv_id)
"""
_DIFFERENT = "SELECT first_id, second_id FROM same_work WHERE answer = 'different'"
#: papers that may have a key together
_MOST_SHARING = 30
_ALL = 2**31


class Answer(StrEnum):
    """What a reviewer says of two papers."""

    SAME = "same"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two papers that are perhaps the same work; the first ID is the smaller one."""

    first_id: str
    second_id: str
    #: same title, near title, same abstract, same doi or comment
    why: str
    #: what a comment says of the other
    said: str | None = None
    #: of the standing decisions
    first_verdict: Verdict | None = None
    second_verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """A reviewer's answer."""

    first_id: str
    second_id: str
    answer: Answer
    #: which of them is the one to list
    keeps: str | None
    #: that rejected the other
    decision_id: str | None
    reviewer: str
    answered_at: datetime


class SameWork:
    """The tables `work_key`, `same_work_pair` and `same_work_event`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._papers = Papers(session)

    def find(self, *, at_least: float, limit: int, now: datetime) -> int:
        """Compare papers that were not compared yet, and return how many; at most `limit`.

        Compared are decided papers and those as likely as `at_least`, by their present texts.
        """
        rows = self._session.rows(_UNREAD, {"at_least": at_least, "limit": limit})
        ids = [arxiv_id for (arxiv_id,) in rows]
        if not ids:
            return 0
        stored = self._papers.get_many(ids)
        keys = [
            {
                "arxiv_id": one.paper.arxiv_id,
                "content_hash": one.content_hash,
                "keys": sorted(work_keys(one.paper)),
            }
            for one in stored.values()
        ]
        with self._session.transaction():
            self._session.write(_FORGET_KEYS, {"ids": texts_json(ids)})
            self._session.write(_FORGET_PAIRS, {"ids": texts_json(ids)})
            self._session.write(_ADD_KEYS, {"rows": rows_json(keys)})
            self._add_pairs(ids, now)
        return len(ids)

    def open(self, *, limit: int = _ALL, offset: int = 0) -> list[Pair]:
        """Return the pairs without an answer; two approved papers first."""
        return self._pairs("true", limit=limit, offset=offset)

    def of(self, arxiv_id: str) -> list[Pair]:
        """Return the unanswered pairs of one paper."""
        condition = "$id IN (pair.first_id, pair.second_id)"
        return self._pairs(condition, id=arxiv_id, limit=_ALL, offset=0)

    def count(self) -> int:
        """Return the number of unanswered pairs."""
        return len(self.open())

    def doubles(self, arxiv_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Return the papers with the exact title and an author of each of the given ones.

        They are approved, or given too. Pairs that a reviewer called different are left out.
        """
        ids = list(arxiv_ids)
        mine = self._titled(_IDS, ids) if len(ids) > 1 else self._titled(_ONE_ID, ids)
        keys = list({key for _, key, _ in mine if key is not None})
        alike = self._of_keys(keys)
        groups: defaultdict[int, list[tuple[str, Sequence[str]]]] = defaultdict(list)
        for arxiv_id, key, authors in alike:
            groups[key].append((arxiv_id, authors))
        if all(len(group) < 2 for group in groups.values()):
            return {}
        others = {arxiv_id for group in groups.values() for arxiv_id, _ in group if len(group) > 1}
        rows = self._session.rows(_APPROVED, {"ids": texts_json(others)})
        counting = {arxiv_id for (arxiv_id,) in rows} | set(ids)
        different = {frozenset(row) for row in self._session.rows(_DIFFERENT)}
        found = {
            arxiv_id: tuple(
                other
                for other, theirs in sorted(groups[key])
                if other != arxiv_id
                and other in counting
                and frozenset((arxiv_id, other)) not in different
                and (families(authors) & families(theirs) or not (authors or theirs))
            )
            for arxiv_id, key, authors in mine
            if key is not None
        }
        return {arxiv_id: doubles for arxiv_id, doubles in found.items() if doubles}

    def answer(
        self,
        one: str,
        other: str,
        answer: Answer,
        *,
        keeps: str | None = None,
        decision_id: str | None = None,
        reviewer: str,
        now: datetime,
    ) -> None:
        """Record an answer."""
        self._event(
            one,
            other,
            answer.value,
            keeps=keeps,
            decision_id=decision_id,
            reviewer=reviewer,
            now=now,
        )

    def undo(self, one: str, other: str, *, reviewer: str, now: datetime) -> None:
        """Record that the answer no longer holds."""
        self._event(one, other, "undo", reviewer=reviewer, now=now)

    def answered(self, one: str, other: str) -> Answered | None:
        """Return the answer that holds, or None."""
        first, second = sorted((one, other))
        row = self._session.row(_ANSWERED, {"first_id": first, "second_id": second})
        if row is None:
            return None
        _, _, said, keeps, decision_id, reviewer, answered_at = row
        return Answered(
            first, second, Answer(said), keeps, decision_id, reviewer, from_utc(answered_at)
        )

    def _titled(self, condition: str, ids: Sequence[str]) -> list[Row]:
        given = texts_json(ids) if condition == _IDS else ids[0] if ids else ""
        return self._session.rows(_MINE.format(condition=condition), {"ids": given})

    def _of_keys(self, keys: Sequence[int]) -> list[Row]:
        if not keys:
            return []
        one = len(keys) == 1
        sql = _MINE.format(condition=_ONE_KEY if one else _KEYS)
        return self._session.rows(sql, {"keys": keys[0] if one else integers_json(keys)})

    def _event(
        self,
        one: str,
        other: str,
        answer: str,
        *,
        keeps: str | None = None,
        decision_id: str | None = None,
        reviewer: str,
        now: datetime,
    ) -> None:
        first, second = sorted((one, other))
        self._session.write(
            _ANSWER,
            {
                "first_id": first,
                "second_id": second,
                "answer": answer,
                "keeps": keeps,
                "decision_id": decision_id,
                "reviewer": reviewer,
                "now": to_utc(now),
            },
        )

    def _add_pairs(self, ids: Sequence[str], now: datetime) -> None:
        sharing = self._session.rows(_SHARING, {"ids": texts_json(ids), "most": _MOST_SHARING})
        papers = self._read({key for pair in sharing for key in pair})
        rows = [
            {"first_id": first, "second_id": second, "why": alike[0], "said": alike[1]}
            for first, second in sharing
            if first in papers and second in papers
            if (alike := why_alike(papers[first], papers[second]))
        ]
        if rows:
            self._session.write(_ADD_PAIRS, {"rows": rows_json(rows), "now": to_utc(now)})

    def _read(self, ids: Iterable[str]) -> dict[str, Paper]:
        return {key: one.paper for key, one in self._papers.get_many(ids).items()}

    def _pairs(self, condition: str, **parameters: object) -> list[Pair]:
        rows = self._session.rows(_OPEN.format(condition=condition), parameters)
        return [
            Pair(*row[:4], *(Verdict(verdict) if verdict else None for verdict in row[4:]))
            for row in rows
        ]
