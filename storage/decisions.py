"""Decisions: the human's word, kept as events that are only ever appended, never changed.

Taking one back is an event too. Publishing and training read nothing else.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from storage.decision_rows import decision_id_of, decision_of, event_row, moment_after
from storage.engine.instants import from_utc, to_utc
from storage.engine.parameters import rows_json, texts_json
from storage.engine.session import Session
from storage.errors import DecisionNotFoundError, NothingToUndoError, PaperNotFoundError
from storage.types import (
    ApprovedPaper,
    Decision,
    NewDecision,
    PaperText,
    TrainingExample,
    Verdict,
)

_COLUMNS = """
decision_id, arxiv_id, verdict, sections, reviewer, decided_at, note, undone_by, undone_at, unplaced
"""
_PAPER_OF = """
SELECT arxiv_id FROM decision_event WHERE kind = 'decide' AND decision_id = $decision_id
"""
_HELD = "SELECT arxiv_id FROM paper WHERE arxiv_id IN (FROM listed($ids))"
_ADD = """
INSERT INTO decision_event
SELECT last.seq + row_number() OVER (ORDER BY told.number), 'decide', told.decision_id,
       told.arxiv_id, told.verdict, told.sections, told.reviewer, told.note, told.happened_at,
       paper.content_hash
FROM (SELECT unnest(from_json($events, '[{
          "number": "INTEGER", "decision_id": "VARCHAR", "arxiv_id": "VARCHAR",
          "verdict": "VARCHAR", "sections": ["VARCHAR"], "reviewer": "VARCHAR", "note": "VARCHAR",
          "happened_at": "TIMESTAMP"}]'), recursive := true)) AS told
JOIN paper ON paper.arxiv_id = told.arxiv_id,
     (SELECT coalesce(max(seq), 0) AS seq FROM decision_event) AS last
WHERE told.decision_id NOT IN (SELECT decision_id FROM decision_event WHERE kind = 'decide')
"""
# Found by hash first, so that no text is read that is kept already: with 3 million papers that
# takes 0.2 cpu-s where reading 20,000 scattered abstracts to no end takes 3.8.
_UNKEPT = """
FROM paper
WHERE arxiv_id IN (FROM listed($ids))
  AND NOT EXISTS (
      SELECT 1 FROM decided_text AS kept
      WHERE kept.arxiv_id = paper.arxiv_id AND kept.content_hash = paper.content_hash)
"""
_KEEP_TEXT = f"""
INSERT INTO decided_text
SELECT arxiv_id, content_hash, title, abstract, authors, categories, comment
FROM paper
WHERE rowid IN (SELECT rowid {_UNKEPT})
"""  # noqa: S608  made of constants
# A few ids are looked for before the view numbers the events of each paper, many are joined after:
# of 20,000 decisions those on ten papers are found in 8 ms instead of 24.
_FEW = 200
_OF_FEW = """list_contains(from_json($ids, '["VARCHAR"]'), arxiv_id)"""
_OF_MANY = "arxiv_id IN (FROM listed($ids))"
_UNDO = """
INSERT INTO decision_event
SELECT (SELECT max(seq) + 1 FROM decision_event), 'undo', decision_id, arxiv_id, verdict, sections,
       $reviewer, NULL, $undone_at, content_hash
FROM decision_event
WHERE kind = 'decide' AND decision_id = $decision_id
"""
# Of every kind: a decision must be dated after what was taken back as well.
_LAST_EVENTS = """
SELECT arxiv_id, max(happened_at)
FROM decision_event
WHERE arxiv_id IN (FROM listed($ids))
GROUP BY arxiv_id
"""
# What stood at an instant, from the events before it: later undoing and later decisions are unseen,
# and so are later changes of the taxonomy.
_APPROVED = """
WITH past AS (
    SELECT * FROM decision_event WHERE happened_at < $end
),
live AS (
    SELECT * FROM past
    WHERE kind = 'decide'
      AND decision_id NOT IN (SELECT decision_id FROM past WHERE kind = 'undo')
    QUALIFY row_number() OVER (PARTITION BY arxiv_id ORDER BY happened_at DESC, seq DESC) = 1
),
placed AS (
    SELECT decision_id, arg_max(sections, seq) AS sections
    FROM placement
    WHERE placed_at < $end
    GROUP BY decision_id
)
SELECT live.arxiv_id, kept.title, kept.abstract, kept.authors, kept.comment,
       coalesce(placed.sections, live.sections), live.reviewer, live.note, live.happened_at
FROM live
JOIN decided_text AS kept
  ON kept.arxiv_id = live.arxiv_id AND kept.content_hash = live.content_hash
LEFT JOIN placed ON placed.decision_id = live.decision_id
WHERE live.verdict = 'approved' AND live.happened_at >= $start
ORDER BY live.happened_at, live.arxiv_id
"""
_TRAINING = """
SELECT kept.arxiv_id, kept.title, kept.abstract, kept.categories, kept.content_hash,
       decisions.verdict, decisions.sections, decisions.reviewer, decisions.decided_at
FROM decisions
JOIN decided_text AS kept
  ON kept.arxiv_id = decisions.arxiv_id AND kept.content_hash = decisions.content_hash
WHERE decisions.standing AND decisions.verdict IN ('approved', 'rejected')
ORDER BY decisions.decided_at, decisions.seq
"""


class Decisions:
    """The table `decision_event` and the texts that were decided on.

    Sections are read by today's ids (`storage/taxonomy.py`); the view `decisions` also has them as
    they were decided.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, batch: Sequence[NewDecision]) -> tuple[Decision, ...]:
        """Record decisions; one that is there already, equal in every field, is not stored again.

        Returns them all as recorded, in the order given. Nothing is recorded if a paper is unknown.

        Raises:
            PaperNotFoundError: names the papers we do not hold.
        """
        if not batch:
            return ()
        ids = list(dict.fromkeys(new.arxiv_id for new in batch))
        keys = [decision_id_of(new) for new in batch]
        with self._session.transaction():
            held = {row[0] for row in self._session.rows(_HELD, {"ids": texts_json(ids)})}
            if unknown := [arxiv_id for arxiv_id in ids if arxiv_id not in held]:
                raise PaperNotFoundError(unknown)
            events = dict(zip(keys, batch, strict=True))
            self._session.write(_KEEP_TEXT, {"ids": texts_json(ids)})
            self._session.write(
                _ADD,
                {
                    "events": rows_json(
                        event_row(n, id_, new) for n, (id_, new) in enumerate(events.items())
                    )
                },
            )
        recorded = {
            decision.decision_id: decision
            for decision in self._read(
                f"{_of(ids)} AND decision_id IN (FROM listed($events))",
                ids=texts_json(ids),
                events=texts_json(events),
            )
        }
        return tuple(recorded[key] for key in keys)

    def unkept(self, arxiv_ids: Iterable[str]) -> list[str]:
        """Return those of the papers whose present text no decision was ever made on, by id."""
        sql = f"SELECT arxiv_id {_UNKEPT} ORDER BY arxiv_id"
        return [row[0] for row in self._session.rows(sql, {"ids": texts_json(arxiv_ids)})]

    def keep_texts(self, arxiv_ids: Iterable[str]) -> None:
        """Keep the present texts of papers that are about to be decided on.

        `add` does so itself; but to read thousands of texts takes seconds, and done beforehand, in
        parts, it holds nobody up. A text without a decision says nothing.
        """
        with self._session.transaction():
            self._session.write(_KEEP_TEXT, {"ids": texts_json(arxiv_ids)})

    def undo(
        self, *, reviewer: str, undone_at: datetime, decision_id: str | None = None
    ) -> Decision:
        """Take back one decision: the named one, or the last that this reviewer recorded.

        It is dated after what it takes back, even if the clock is behind.

        Raises:
            DecisionNotFoundError: there is no decision of that id.
            NothingToUndoError: it was taken back before, or the reviewer has none left.
        """
        with self._session.transaction():
            if decision_id is None:
                chosen = self._last_of(reviewer)
            else:
                chosen = self.get(decision_id)
                if chosen.undone_by is not None:
                    raise NothingToUndoError(
                        f"decision {decision_id} on {chosen.arxiv_id} was taken back already by"
                        f" {chosen.undone_by}.",
                        hint="Decide again to put something else in its place.",
                    )
            self._session.write(
                _UNDO,
                {
                    "decision_id": chosen.decision_id,
                    "reviewer": reviewer,
                    "undone_at": to_utc(moment_after(undone_at, [chosen.decided_at])),
                },
            )
        return self.get(chosen.decision_id)

    def get(self, decision_id: str) -> Decision:
        """Return one decision.

        Raises:
            DecisionNotFoundError: there is none of that id.
        """
        named = self._session.row(_PAPER_OF, {"decision_id": decision_id})
        if named is None:
            raise DecisionNotFoundError(decision_id)
        found = self._read(
            "arxiv_id = $arxiv_id AND decision_id = $decision_id",
            arxiv_id=named[0],
            decision_id=decision_id,
        )
        return found[0]

    def of_paper(self, arxiv_id: str) -> list[Decision]:
        """Return all decisions on a paper, also those taken back, oldest first."""
        return self._read("arxiv_id = $arxiv_id ORDER BY decided_at, seq", arxiv_id=arxiv_id)

    def histories(self, arxiv_ids: Iterable[str]) -> dict[str, list[Decision]]:
        """Return `of_paper` of each paper that has any, all in one look."""
        found: defaultdict[str, list[Decision]] = defaultdict(list)
        ids = list(arxiv_ids)
        for decision in self._read(f"{_of(ids)} ORDER BY decided_at, seq", ids=texts_json(ids)):
            found[decision.arxiv_id].append(decision)
        return dict(found)

    def next_moment(self, arxiv_id: str, now: datetime) -> datetime:
        """Return `now`, or the instant after a paper's last event where the clock is behind it.

        The last decision by time stands, so one that is recorded last must also be dated last,
        even if the clock was set back or stands still in a replay.
        """
        return self.next_moments([arxiv_id], now)[arxiv_id]

    def next_moments(self, arxiv_ids: Iterable[str], now: datetime) -> dict[str, datetime]:
        """Return `next_moment` of each paper, all in one look: thousands cost what one does."""
        ids = list(arxiv_ids)
        last: dict[str, datetime] = dict(self._session.rows(_LAST_EVENTS, {"ids": texts_json(ids)}))
        return {
            arxiv_id: moment_after(now, [from_utc(last[arxiv_id])] if arxiv_id in last else [])
            for arxiv_id in ids
        }

    def standing(self, arxiv_ids: Iterable[str]) -> dict[str, Decision]:
        """Return the decision that stands for each paper that has one."""
        ids = list(arxiv_ids)
        found = self._read(f"standing AND {_of(ids)}", ids=texts_json(ids))
        return {decision.arxiv_id: decision for decision in found}

    def count(self) -> int:
        """Return how many decisions were ever recorded, undone ones included."""
        [(count,)] = self._session.rows(
            "SELECT count(*) FROM decision_event WHERE kind = 'decide'", {}
        )
        return int(count)

    def last_event(self) -> int:
        """Return the number of the last thing recorded, 0 for none: see `changed_since`."""
        return self._session.number("SELECT max(seq) FROM decision_event")

    def changed_since(self, event: int) -> frozenset[str]:
        """Return the papers about which something was decided or taken back after an event."""
        sql = "SELECT DISTINCT arxiv_id FROM decision_event WHERE seq > $event"
        return frozenset(row[0] for row in self._session.rows(sql, {"event": event}))

    def recent(self, limit: int, reviewer: str | None = None) -> list[Decision]:
        """Return the last decisions recorded, newest first, also those taken back."""
        return self._read(
            "coalesce(reviewer = $reviewer, true) ORDER BY seq DESC LIMIT $limit",
            reviewer=reviewer,
            limit=limit,
        )

    def training(self) -> list[TrainingExample]:
        """Return the standing approvals and rejections with the text they were made on."""
        return [
            TrainingExample(
                text=PaperText(row[0], row[1], row[2], tuple(row[3]), row[4]),
                verdict=Verdict(row[5]),
                sections=tuple(row[6]),
                reviewer=row[7],
                decided_at=from_utc(row[8]),
            )
            for row in self._session.rows(_TRAINING)
        ]

    def approved_between(self, start: datetime, end: datetime) -> list[ApprovedPaper]:
        """Return the papers approved in [start, end) whose approval stood at `end`.

        What was decided, undone or changed in the taxonomy from `end` on is not seen, so an old
        week stays as it was.
        """
        return [
            ApprovedPaper(
                arxiv_id=row[0],
                title=row[1],
                abstract=row[2],
                authors=tuple(row[3]),
                comment=row[4],
                sections=tuple(row[5]),
                reviewer=row[6],
                note=row[7],
                decided_at=from_utc(row[8]),
            )
            for row in self._session.rows(_APPROVED, {"start": to_utc(start), "end": to_utc(end)})
        ]

    def _last_of(self, reviewer: str) -> Decision:
        found = self._read(
            "reviewer = $reviewer AND undone_by IS NULL ORDER BY seq DESC LIMIT 1",
            reviewer=reviewer,
        )
        if not found:
            raise NothingToUndoError(
                f"{reviewer} has no decision to take back.",
                hint="Only one's own last decision is undone this way; name another by its id.",
            )
        return found[0]

    def _read(self, condition: str, **parameters: object) -> list[Decision]:
        """Return decisions; the condition is always a constant of this module."""
        rows = self._session.rows(
            f"SELECT {_COLUMNS} FROM decisions WHERE {condition}",  # noqa: S608  see docstring
            parameters,
        )
        return [decision_of(row) for row in rows]


def _of(arxiv_ids: Sequence[str]) -> str:
    """Return the condition on a decision that it is on one of the papers in `$ids`."""
    return _OF_FEW if len(arxiv_ids) <= _FEW else _OF_MANY
