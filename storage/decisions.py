"""Record decisions and their undos as append-only events."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from storage.batches import Batches, NewBatch, batch_id_of
from storage.decision_reads import DecisionReader
from storage.decision_rows import added_decision, decision_id_of, event_row, moment_after
from storage.engine.instants import from_utc, to_utc
from storage.engine.parameters import about, rows_json, texts_json
from storage.errors import NothingToUndoError, PaperNotFoundError
from storage.types import Decision, NewDecision, PaperMark, Verdict
from storage.waiting import refresh, remove

# Read once, because finding papers among millions takes longer than recording decisions on them.
_DECIDING = """
CREATE OR REPLACE TEMP TABLE deciding AS
SELECT arxiv_id, content_hash, rowid AS row_id, {texts}
       struct_pack(version := version, source := source, categories := categories,
                   journal_ref := journal_ref, doi := doi, withdrawn := withdrawn) AS record
FROM paper
WHERE {rows}
"""
# By row, because a join on the ID reads these columns of all papers.
_ROWS = "rowid IN (SELECT rowid FROM paper WHERE {only})"
_KNOWN = "SELECT arxiv_id FROM deciding"
_MARKS = "SELECT arxiv_id, record.version, content_hash FROM deciding"
_ADD = """
INSERT INTO decision_event (
    seq, kind, decision_id, arxiv_id, verdict, sections, reviewer, note, happened_at, content_hash,
    reason, batch_id, return_on, return_after_version, record)
SELECT last.seq + row_number() OVER (ORDER BY incoming.number), 'decide', incoming.decision_id,
       incoming.arxiv_id, incoming.verdict, incoming.sections, incoming.reviewer, incoming.note,
       incoming.happened_at, paper.content_hash, incoming.reason, $batch_id, incoming.return_on,
       incoming.return_after_version, paper.record
FROM (SELECT unnest(from_json($events, '[{
          "number": "INTEGER", "decision_id": "VARCHAR", "arxiv_id": "VARCHAR",
          "verdict": "VARCHAR", "sections": ["VARCHAR"], "reviewer": "VARCHAR", "note": "VARCHAR",
          "happened_at": "TIMESTAMP", "reason": "VARCHAR", "return_on": "DATE",
          "return_after_version": "INTEGER"}]'), recursive := true)) AS incoming
JOIN deciding AS paper ON paper.arxiv_id = incoming.arxiv_id,
     (SELECT coalesce(max(seq), 0) AS seq FROM decision_event) AS last
"""
_RECORDED = """
SELECT decision_id FROM decision_event
WHERE kind = 'decide' AND decision_id IN (FROM listed($events))
"""
_UNKEPT = """
FROM {papers} AS paper
WHERE NOT EXISTS (
    SELECT 1 FROM decided_text AS kept
    WHERE kept.arxiv_id = paper.arxiv_id AND kept.content_hash = paper.content_hash)
"""
_TEXTS = "title, abstract, authors, categories, comment,"
_KEEP_TEXT = """
INSERT INTO decided_text
SELECT arxiv_id, content_hash, title, abstract, authors, categories, comment
"""
_KEEP_ONE = f"{_KEEP_TEXT} {_UNKEPT.format(papers='deciding')}"
# Compares hashes first, because reading scattered abstracts is slow.
_KEEP_MANY = f"""
{_KEEP_TEXT} FROM paper
WHERE rowid IN (
    SELECT row_id {_UNKEPT.format(papers="deciding")} AND arxiv_id IN (FROM listed($ids)))
"""
_UNKEPT_IDS = f"SELECT arxiv_id {_UNKEPT.format(papers='deciding')} ORDER BY arxiv_id"
_UNDO = """
INSERT INTO decision_event (
    seq, kind, decision_id, arxiv_id, verdict, sections, reviewer, happened_at, content_hash,
    batch_id)
SELECT (SELECT max(seq) FROM decision_event) + row_number() OVER (ORDER BY seq), 'undo',
       decision_id, arxiv_id, verdict, sections, $reviewer, $undone_at, content_hash, batch_id
FROM decision_event
WHERE kind = 'decide' AND decision_id IN (FROM listed($events))
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


_LATEST = "SELECT arxiv_id, max(happened_at) FROM decision_event WHERE {only} GROUP BY arxiv_id"


class Decisions(DecisionReader):
    """The tables `decision_event` and `decided_text`."""

    #: whether the temporary table `deciding` has the text of its paper
    _has_text = False

    def prepare(self, arxiv_ids: Iterable[str]) -> dict[str, PaperMark]:
        """Find the papers that `add` shall decide; return version and text's hash of the known."""
        self._find(list(arxiv_ids))
        return {
            key: PaperMark(version, hash_) for key, version, hash_ in self._session.rows(_MARKS)
        }

    def add(
        self,
        batch: Sequence[NewDecision],
        act: NewBatch | None = None,
        *,
        prepared: bool = False,
    ) -> tuple[Decision, ...]:
        """Record decisions that are not recorded yet; return all in the given order.

        Args:
            batch: the decisions.
            act: given if they are recorded together, so that they can be undone together.
            prepared: `prepare` was called for all their papers in the same transaction.

        Raises:
            PaperNotFoundError: a paper is unknown; nothing is recorded.
        """
        if not batch:
            return ()
        ids = list(dict.fromkeys(new.arxiv_id for new in batch))
        keys = [decision_id_of(new) for new in batch]
        with self._session.transaction():
            if not prepared:
                self._find(ids)
            known = {row[0] for row in self._session.rows(_KNOWN)}
            if unknown := [arxiv_id for arxiv_id in ids if arxiv_id not in known]:
                raise PaperNotFoundError(unknown)
            events = dict(zip(keys, batch, strict=True))
            before = [
                row[0] for row in self._session.rows(_RECORDED, {"events": texts_json(events)})
            ]
            recorded = {one.decision_id: one for one in self.get_many(before)} if before else {}
            added = {key: new for key, new in events.items() if key not in recorded}
            batch_id = batch_id_of(added) if act and added else None
            if added:
                self._record(added, act, batch_id)
        recorded |= {key: added_decision(key, new, batch_id) for key, new in added.items()}
        return tuple(recorded[key] for key in keys)

    def _record(
        self, events: Mapping[str, NewDecision], act: NewBatch | None, batch_id: str | None
    ) -> None:
        if act and batch_id:
            Batches(self._session).add(batch_id, act)
        ids = {new.arxiv_id for new in events.values()}
        self._keep_texts(ids)
        rows = (event_row(n, id_, new) for n, (id_, new) in enumerate(events.items()))
        self._session.write(_ADD, {"batch_id": batch_id, "events": rows_json(rows)})
        self._update_queue(events.values(), ids)

    def _update_queue(self, added: Collection[NewDecision], ids: Collection[str]) -> None:
        """Take decided papers out of the queue; derive the rows of the others again."""
        last: dict[str, datetime] = dict(self._session.rows(*about(_LATEST, list(ids))))
        # The latest decision stands; asking the view `decisions` takes three times as long.
        standing = {
            new.arxiv_id: new for new in added if to_utc(new.decided_at) == last[new.arxiv_id]
        }
        decided = {key for key, new in standing.items() if new.verdict is not Verdict.DEFERRED}
        remove(self._session, decided)
        refresh(self._session, (key for key in ids if key not in decided))

    def unkept(self, arxiv_ids: Iterable[str]) -> list[str]:
        """Return the papers whose current text is not kept, sorted by ID."""
        self._find(list(arxiv_ids))
        return [row[0] for row in self._session.rows(_UNKEPT_IDS)]

    def keep_texts(self, arxiv_ids: Iterable[str]) -> None:
        """Store current texts ahead of `add`, in parts, because thousands take seconds."""
        ids = list(arxiv_ids)
        with self._session.transaction():
            self._find(ids)
            self._keep_texts(ids)

    def _find(self, ids: Sequence[str]) -> None:
        """Fill the temporary table `deciding` with these papers; with the text of a single one."""
        self._has_text = len(ids) == 1
        texts, rows = (_TEXTS, "{only}") if self._has_text else ("", _ROWS)
        self._session.rows(*about(_DECIDING.format(texts=texts, rows=rows), ids))

    def _keep_texts(self, ids: Iterable[str]) -> None:
        """Store the texts of these papers, which `deciding` holds."""
        if self._has_text:
            self._session.write(_KEEP_ONE)
        else:
            self._session.write(_KEEP_MANY, {"ids": texts_json(ids)})

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
                chosen = self.last_of(reviewer)
            else:
                chosen = self.get(decision_id)
                if chosen.undone_by is not None:
                    raise NothingToUndoError(
                        f"Decision {decision_id} on {chosen.arxiv_id} was undone already by"
                        f" {chosen.undone_by}.",
                        hint="Decide again to record another decision.",
                    )
            self.undo_all([chosen], reviewer=reviewer, undone_at=undone_at)
        return self.get(chosen.decision_id)

    def undo_all(
        self, decisions: Sequence[Decision], *, reviewer: str, undone_at: datetime
    ) -> None:
        """Undo these decisions, none of which is undone."""
        if not decisions:
            return
        moment = moment_after(undone_at, [one.decided_at for one in decisions])
        with self._session.transaction():
            self._session.write(
                _UNDO,
                {
                    "events": texts_json(one.decision_id for one in decisions),
                    "reviewer": reviewer,
                    "undone_at": to_utc(moment),
                },
            )
            refresh(self._session, (one.arxiv_id for one in decisions))

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

    def last_of(self, reviewer: str) -> Decision:
        """Return the reviewer's last decision that is not undone, or raise NothingToUndoError."""
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
