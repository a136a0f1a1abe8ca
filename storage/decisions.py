"""Record decisions and their undos as append-only events."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from storage.decision_reads import DecisionReader, on_papers
from storage.decision_rows import decision_id_of, event_row, moment_after
from storage.engine.instants import from_utc, to_utc
from storage.engine.parameters import rows_json, texts_json
from storage.errors import NothingToUndoError, PaperNotFoundError
from storage.types import Decision, NewDecision

_KNOWN = "SELECT arxiv_id FROM paper WHERE arxiv_id IN (FROM listed($ids))"
_ADD = """
INSERT INTO decision_event
SELECT last.seq + row_number() OVER (ORDER BY incoming.number), 'decide', incoming.decision_id,
       incoming.arxiv_id, incoming.verdict, incoming.sections, incoming.reviewer, incoming.note,
       incoming.happened_at,
       paper.content_hash
FROM (SELECT unnest(from_json($events, '[{
          "number": "INTEGER", "decision_id": "VARCHAR", "arxiv_id": "VARCHAR",
          "verdict": "VARCHAR", "sections": ["VARCHAR"], "reviewer": "VARCHAR", "note": "VARCHAR",
          "happened_at": "TIMESTAMP"}]'), recursive := true)) AS incoming
JOIN paper ON paper.arxiv_id = incoming.arxiv_id,
     (SELECT coalesce(max(seq), 0) AS seq FROM decision_event) AS last
WHERE incoming.decision_id NOT IN (SELECT decision_id FROM decision_event WHERE kind = 'decide')
"""
# Compares hashes first, because reading scattered abstracts is slow.
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
_UNDO = """
INSERT INTO decision_event
SELECT (SELECT max(seq) + 1 FROM decision_event), 'undo', decision_id, arxiv_id, verdict, sections,
       $reviewer, NULL, $undone_at, content_hash
FROM decision_event
WHERE kind = 'decide' AND decision_id = $decision_id
"""
# Of every kind, because a decision must be dated after an undo too; without what was undone and is
# dated ahead, so that an undo heals a decision made while the clock was wrong.
_LAST_EVENTS = """
SELECT arxiv_id, max(happened_at)
FROM decision_event
WHERE arxiv_id IN (FROM listed($ids))
  AND (happened_at <= CAST($now AS TIMESTAMP) + INTERVAL 1 DAY
       OR decision_id NOT IN (SELECT decision_id FROM decision_event WHERE kind = 'undo'))
GROUP BY arxiv_id
"""


class Decisions(DecisionReader):
    """The tables `decision_event` and `decided_text`."""

    def add(self, batch: Sequence[NewDecision]) -> tuple[Decision, ...]:
        """Record decisions that are not recorded yet; return all in the given order.

        Raises:
            PaperNotFoundError: a paper is unknown; nothing is recorded.
        """
        if not batch:
            return ()
        ids = list(dict.fromkeys(new.arxiv_id for new in batch))
        keys = [decision_id_of(new) for new in batch]
        with self._session.transaction():
            known = {row[0] for row in self._session.rows(_KNOWN, {"ids": texts_json(ids)})}
            if unknown := [arxiv_id for arxiv_id in ids if arxiv_id not in known]:
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
            for decision in self.select(
                f"{on_papers(ids)} AND decision_id IN (FROM listed($events))",
                ids=texts_json(ids),
                events=texts_json(events),
            )
        }
        return tuple(recorded[key] for key in keys)

    def unkept(self, arxiv_ids: Iterable[str]) -> list[str]:
        """Return the papers whose current text is not kept, sorted by ID."""
        sql = f"SELECT arxiv_id {_UNKEPT} ORDER BY arxiv_id"
        return [row[0] for row in self._session.rows(sql, {"ids": texts_json(arxiv_ids)})]

    def keep_texts(self, arxiv_ids: Iterable[str]) -> None:
        """Store current texts ahead of `add`, in parts, because thousands take seconds."""
        with self._session.transaction():
            self._session.write(_KEEP_TEXT, {"ids": texts_json(arxiv_ids)})

    def undo(
        self, *, reviewer: str, undone_at: datetime, decision_id: str | None = None
    ) -> Decision:
        """Undo one decision: the given one, or the reviewer's last.

        Raises:
            DecisionNotFoundError: the decision does not exist.
            NothingToUndoError: it was undone before, or the reviewer has none left.
        """
        with self._session.transaction():
            if decision_id is None:
                chosen = self._last_of(reviewer)
            else:
                chosen = self.get(decision_id)
                if chosen.undone_by is not None:
                    raise NothingToUndoError(
                        f"Decision {decision_id} on {chosen.arxiv_id} was undone already by"
                        f" {chosen.undone_by}.",
                        hint="Decide again to record another decision.",
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

    def next_moment(self, arxiv_id: str, now: datetime) -> datetime:
        """Return `now`, or the microsecond after a later last event of the paper.

        The standing decision is the latest by time, even after the clock was set back.
        """
        return self.next_moments([arxiv_id], now)[arxiv_id]

    def next_moments(self, arxiv_ids: Iterable[str], now: datetime) -> dict[str, datetime]:
        """Return `next_moment` for each paper, in one query."""
        ids = list(arxiv_ids)
        parameters = {"ids": texts_json(ids), "now": to_utc(now)}
        last: dict[str, datetime] = dict(self._session.rows(_LAST_EVENTS, parameters))
        return {
            arxiv_id: moment_after(now, [from_utc(last[arxiv_id])] if arxiv_id in last else [])
            for arxiv_id in ids
        }

    def _last_of(self, reviewer: str) -> Decision:
        decisions = self.select(
            "reviewer = $reviewer AND undone_by IS NULL ORDER BY seq DESC LIMIT 1",
            reviewer=reviewer,
        )
        if not decisions:
            raise NothingToUndoError(
                f"{reviewer} has no decision to undo.",
                hint="Without an ID only your own last decision is undone; give the ID of another.",
            )
        return decisions[0]
