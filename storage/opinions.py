"""Store words that decide nothing alone: of double reviews, third words and repeated papers."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from storage.engine.instants import from_utc, to_utc
from storage.engine.parameters import about, rows_json, texts_json
from storage.engine.session import Session
from storage.errors import DecisionNotFoundError
from storage.opinion_rows import COLUMNS, id_of, opinion_of, row_of
from storage.opinion_types import NewOpinion, Opinion
from storage.types import LIST_REVIEWER

_OPEN = "kind IN ('first', 'second') AND undone_at IS NULL AND settled_by IS NULL"
_ANY = "SELECT count(*) FROM opinion_event"
_ADD = """
INSERT INTO opinion_event
SELECT last.seq + given.number, 'give', given.opinion_id, given.arxiv_id, given.kind,
       given.verdict, given.sections, given.reviewer, given.note, given.reason, given.return_on,
       given.return_after_version, given.content_hash, given.beside, given.decision_id,
       given.repeats, $batch_id, given.given_at, given.ruling
FROM (SELECT unnest(from_json($given, '[{
          "number": "INTEGER", "opinion_id": "VARCHAR", "arxiv_id": "VARCHAR", "kind": "VARCHAR",
          "verdict": "VARCHAR", "sections": ["VARCHAR"], "reviewer": "VARCHAR", "note": "VARCHAR",
          "reason": "VARCHAR", "return_on": "DATE", "return_after_version": "INTEGER",
          "content_hash": "VARCHAR", "beside": ["VARCHAR"], "decision_id": "VARCHAR",
          "repeats": "VARCHAR", "given_at": "TIMESTAMP", "ruling": "BOOLEAN"}]'),
      recursive := true)) AS given,
     (SELECT coalesce(max(seq), 0) AS seq FROM opinion_event) AS last
"""
_END = """
INSERT INTO opinion_event (seq, event, opinion_id, arxiv_id, reviewer, decision_id, happened_at)
SELECT last.seq + ended.number, $event, ended.opinion_id, ended.arxiv_id, $reviewer,
       ended.decision_id, CAST($at AS TIMESTAMP)
FROM (SELECT unnest(from_json($ended, '[{
          "number": "INTEGER", "opinion_id": "VARCHAR", "arxiv_id": "VARCHAR",
          "decision_id": "VARCHAR"}]'), recursive := true)) AS ended,
     (SELECT coalesce(max(seq), 0) AS seq FROM opinion_event) AS last
"""
_LATEST = "SELECT arxiv_id, max(happened_at) FROM opinion_event WHERE {only} GROUP BY arxiv_id"
_REVIEWERS = "SELECT DISTINCT reviewer FROM opinion_event WHERE event = 'give' ORDER BY reviewer"
_GRADED = """
WITH said AS (
    SELECT reviewer, arxiv_id, verdict, happened_at
    FROM decision_event
    WHERE kind = 'decide' AND reviewer <> $listed_by
      AND decision_id NOT IN (SELECT decision_id FROM decision_event WHERE kind = 'undo')
      AND coalesce(batch_id, '') NOT IN (
          SELECT batch_id FROM decision_batch WHERE kind <> 'bulk')
      AND decision_id NOT IN (
          SELECT decision_id FROM opinion_event WHERE kind = 'third' OR event = 'release')
    UNION ALL
    SELECT reviewer, arxiv_id, verdict, happened_at
    FROM opinion_event
    WHERE event = 'give' AND kind IN ('first', 'second') AND decision_id IS NULL
      AND opinion_id NOT IN (SELECT opinion_id FROM opinion_event WHERE event = 'undo')
),
once AS (
    SELECT reviewer, arxiv_id, arg_min(verdict, happened_at) AS verdict,
           min(happened_at) AS happened_at
    FROM said
    WHERE verdict <> 'deferred'
    GROUP BY reviewer, arxiv_id
)
SELECT once.reviewer, once.happened_at, once.verdict = 'approved',
       arg_max(prediction.in_scope, prediction.predicted_at)
FROM once
JOIN prediction ON prediction.arxiv_id = once.arxiv_id
WHERE prediction.predicted_at < once.happened_at
GROUP BY once.reviewer, once.arxiv_id, once.happened_at, once.verdict
ORDER BY once.happened_at, once.arxiv_id
"""
# Papers of which this reviewer has said his word, and those that wait for a third one.
_READ_BY = f"""
SELECT arxiv_id FROM opinions WHERE {_OPEN}
GROUP BY arxiv_id
HAVING count(*) > 1 OR bool_or(reviewer = $reviewer)
"""  # noqa: S608  made of constants
_LAST = """
reviewer = $reviewer AND kind <> 'third' AND undone_at IS NULL ORDER BY seq DESC LIMIT 1
"""
_GIVEN_ON = f"""
reviewer = $reviewer AND given_at >= CAST($since AS TIMESTAMP) AND undone_at IS NULL
AND (kind = 'repeat' OR {_OPEN} AND arxiv_id IN (FROM listed($papers)))
ORDER BY seq
"""
# A word that a decision of the same person was recorded with counts as that decision.
_GIVEN_SINCE = """
SELECT count(*)
FROM opinion_event
WHERE event = 'give' AND reviewer = $reviewer AND happened_at >= $since AND decision_id IS NULL
  AND opinion_id NOT IN (SELECT opinion_id FROM opinion_event WHERE event = 'undo')
"""


class Opinions:
    """The table `opinion_event`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        #: None: not asked in this lease yet
        self._exist: bool | None = None

    def exist(self) -> bool:
        """Return whether any word was ever given, which most surveys answer with no."""
        if self._exist is None:
            self._exist = self._session.number(_ANY) > 0
        return self._exist

    def open_on(self, arxiv_ids: Iterable[str]) -> dict[str, tuple[Opinion, ...]]:
        """Return the words that wait for another person's, by paper, oldest first."""
        if not self.exist():
            return {}
        sql, asked = about(f"{{only}} AND {_OPEN} ORDER BY seq", list(arxiv_ids))
        return _by_paper(self._select(sql, asked))

    def last_moments(self, arxiv_ids: Iterable[str]) -> dict[str, datetime]:
        """Return when the last word on each paper was given or taken back."""
        if not self.exist():
            return {}
        rows = self._session.rows(*about(_LATEST, list(arxiv_ids)))
        return {key: from_utc(moment) for key, moment in rows}

    def open(self) -> dict[str, tuple[Opinion, ...]]:
        """Return all words that wait for another person's, by paper, oldest first."""
        if not self.exist():
            return {}
        return _by_paper(self._select(f"{_OPEN} ORDER BY seq", {}))

    def closed_to(self, reviewer: str) -> frozenset[str]:
        """Return the papers that do not wait for this reviewer though they have no decision."""
        if not self.exist():
            return frozenset()
        return frozenset(row[0] for row in self._session.rows(_READ_BY, {"reviewer": reviewer}))

    def find(self, opinion_id: str) -> Opinion | None:
        """Return one word, or None if there is no word of this ID."""
        if not self.exist():
            return None
        asked: dict[str, object] = {"opinion_id": opinion_id}
        return next(iter(self._select("opinion_id = $opinion_id", asked)), None)

    def get(self, opinion_id: str) -> Opinion:
        """Return one word, or raise DecisionNotFoundError."""
        found = self.find(opinion_id)
        if found is None:
            raise DecisionNotFoundError(opinion_id)
        return found

    def last_of(self, reviewer: str) -> Opinion | None:
        """Return the reviewer's last word that was not taken back, without third words."""
        if not self.exist():
            return None
        return next(iter(self._select(_LAST, {"reviewer": reviewer})), None)

    def of_batch(self, batch_id: str) -> list[Opinion]:
        """Return the words given in one act, also those taken back, in order of recording."""
        if not self.exist():
            return []
        return self._select("batch_id = $batch_id ORDER BY seq", {"batch_id": batch_id})

    def of_decisions(self, decision_ids: Iterable[str]) -> dict[str, tuple[Opinion, ...]]:
        """Return the words that led to decisions, by decision, oldest first."""
        if not self.exist():
            return {}
        asked: dict[str, object] = {"decisions": texts_json(list(decision_ids))}
        found: defaultdict[str, tuple[Opinion, ...]] = defaultdict(tuple)
        for one in self._select("settled_by IN (FROM listed($decisions)) ORDER BY seq", asked):
            found[one.settled_by or ""] += (one,)
        return dict(found)

    def of_decision(self, decision_id: str) -> tuple[Opinion, ...]:
        """Return the words that led to a decision, oldest first."""
        return self.of_decisions([decision_id]).get(decision_id, ())

    def given_since(self, reviewer: str, since: datetime) -> int:
        """Return how many words a reviewer gave that are not decisions too."""
        if not self.exist():
            return 0
        return self._session.number(_GIVEN_SINCE, {"reviewer": reviewer, "since": to_utc(since)})

    def given_on(self, arxiv_ids: Iterable[str], reviewer: str, since: datetime) -> list[Opinion]:
        """Return a reviewer's words since then that wait on these papers, or repeat any paper."""
        if not self.exist():
            return []
        asked = {"papers": texts_json(list(arxiv_ids)), "reviewer": reviewer}
        return self._select(_GIVEN_ON, {**asked, "since": to_utc(since)})

    def reviewers(self) -> tuple[str, ...]:
        """Return everybody who ever gave a word."""
        return tuple(row[0] for row in self._session.rows(_REVIEWERS))

    def graded(self) -> list[tuple[str, datetime, bool, float]]:
        """Return the first verdict of each person on each paper, by time.

        Each is (who, when, whether it is an approval, the model's probability from before). Without
        deferrals, imports, third words, repeats, what was taken back, and papers that had no
        prediction.
        """
        rows = self._session.rows(_GRADED, {"listed_by": LIST_REVIEWER})
        return [(who, from_utc(at), approved, chance) for who, at, approved, chance in rows]

    def live(self) -> list[Opinion]:
        """Return all words that were not taken back, in order of recording."""
        return self._select("undone_at IS NULL ORDER BY seq", {})

    def add(
        self, given: Sequence[NewOpinion], *, batch_id: str | None = None
    ) -> tuple[Opinion, ...]:
        """Record words; the caller holds the transaction of the decisions they belong to."""
        if not given:
            return ()
        ids = [id_of(new) for new in given]
        rows = (
            row_of(number, id_, new)
            for number, (id_, new) in enumerate(zip(ids, given, strict=True), start=1)
        )
        with self._session.transaction():
            self._session.write(_ADD, {"given": rows_json(rows), "batch_id": batch_id})
            self._exist = True
            sql = "opinion_id IN (FROM listed($opinions))"
            found = self._select(sql, {"opinions": texts_json(ids)})
        by_id = {one.opinion_id: one for one in found}
        return tuple(by_id[id_] for id_ in ids)

    def take_back(self, words: Sequence[Opinion], *, reviewer: str, at: datetime) -> None:
        """Record that words were taken back."""
        self._end("undo", [(one, None) for one in words], reviewer, at)

    def release(self, words: Sequence[tuple[Opinion, str]], *, reviewer: str, at: datetime) -> None:
        """Record that words became decisions without a second one; the texts are their IDs."""
        self._end("release", words, reviewer, at)

    def _end(
        self, event: str, ended: Sequence[tuple[Opinion, str | None]], reviewer: str, at: datetime
    ) -> None:
        if not ended:
            return
        rows = (
            {
                "number": number,
                "opinion_id": one.opinion_id,
                "arxiv_id": one.arxiv_id,
                "decision_id": decision_id,
            }
            for number, (one, decision_id) in enumerate(ended, start=1)
        )
        with self._session.transaction():
            self._session.write(
                _END,
                {
                    "event": event,
                    "reviewer": reviewer,
                    "at": to_utc(at),
                    "ended": rows_json(rows),
                },
            )

    def _select(self, condition: str, asked: dict[str, object]) -> list[Opinion]:
        sql = f"SELECT {COLUMNS} FROM opinions WHERE {condition}"  # noqa: S608  constants
        return [opinion_of(row) for row in self._session.rows(sql, asked)]


def _by_paper(words: Iterable[Opinion]) -> dict[str, tuple[Opinion, ...]]:
    found: defaultdict[str, tuple[Opinion, ...]] = defaultdict(tuple)
    for one in words:
        found[one.arxiv_id] += (one,)
    return dict(found)
