"""Read decisions."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from storage.decision_pages import DecisionPages
from storage.decision_rows import COLUMNS, decision_of
from storage.engine.instants import from_utc, to_utc
from storage.engine.parameters import about, texts_json
from storage.engine.session import Session
from storage.errors import DecisionNotFoundError
from storage.types import ApprovedPaper, Decision, PaperText, TrainingExample, Verdict

_PAPER_OF = """
SELECT arxiv_id FROM decision_event WHERE kind = 'decide' AND decision_id = $decision_id
"""
# A few IDs are filtered before the view numbers the events, because that is faster; many are
# joined after.
_FEW = 200
_OF_FEW = """list_contains(from_json($ids, '["VARCHAR"]'), arxiv_id)"""
_OF_MANY = "arxiv_id IN (FROM listed($ids))"
# The decisions standing at an instant, from earlier events only.
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
       coalesce(placed.sections, live.sections), live.reviewer, live.note, live.happened_at,
       live.record.version, live.record.journal_ref, kept.categories
FROM live
JOIN decided_text AS kept
  ON kept.arxiv_id = live.arxiv_id AND kept.content_hash = live.content_hash
LEFT JOIN placed ON placed.decision_id = live.decision_id
WHERE live.verdict = 'approved' AND live.happened_at >= $start
ORDER BY live.happened_at, live.arxiv_id
"""
_TRAINING = """
SELECT kept.arxiv_id, kept.title, kept.abstract, kept.categories, kept.content_hash,
       decisions.verdict, decisions.sections, decisions.reviewer, decisions.decided_at,
       decisions.reason
FROM (FROM decisions WHERE {papers}) AS decisions
JOIN decided_text AS kept
  ON kept.arxiv_id = decisions.arxiv_id AND kept.content_hash = decisions.content_hash
WHERE decisions.standing AND decisions.verdict IN ('approved', 'rejected')
  AND decisions.rule IS NULL
ORDER BY decisions.decided_at, decisions.seq
"""


class DecisionReader:
    """Read the view `decisions` and `decided_text`, with sections of the current taxonomy."""

    def __init__(self, session: Session) -> None:
        self._session = session
        #: in the order of recording, page by page
        self.pages = DecisionPages(session)

    def get(self, decision_id: str) -> Decision:
        """Return one decision, or raise DecisionNotFoundError."""
        named = self._session.row(_PAPER_OF, {"decision_id": decision_id})
        if named is None:
            raise DecisionNotFoundError(decision_id)
        found = self.select(
            "arxiv_id = $arxiv_id AND decision_id = $decision_id",
            arxiv_id=named[0],
            decision_id=decision_id,
        )
        return found[0]

    def get_many(self, decision_ids: Iterable[str]) -> tuple[Decision, ...]:
        """Return the known decisions, in order of recording."""
        ids = texts_json(decision_ids)
        return tuple(self.select("decision_id IN (FROM listed($events)) ORDER BY seq", events=ids))

    def of_paper(self, arxiv_id: str) -> list[Decision]:
        """Return all decisions on a paper, with undone ones, oldest first."""
        return self.select("arxiv_id = $arxiv_id ORDER BY decided_at, seq", arxiv_id=arxiv_id)

    def histories(self, arxiv_ids: Iterable[str]) -> dict[str, list[Decision]]:
        """Return `of_paper` of each paper with decisions."""
        found: defaultdict[str, list[Decision]] = defaultdict(list)
        ids = list(arxiv_ids)
        for decision in self.select(
            f"{on_papers(ids)} ORDER BY decided_at, seq", ids=texts_json(ids)
        ):
            found[decision.arxiv_id].append(decision)
        return dict(found)

    def standing(self, arxiv_ids: Iterable[str]) -> dict[str, Decision]:
        """Return the standing decisions by paper."""
        ids = list(arxiv_ids)
        sql, asked = about("standing AND {only}", ids)
        found = self.select(sql, **asked)
        return {decision.arxiv_id: decision for decision in found}

    def of_batch(self, batch_id: str) -> list[Decision]:
        """Return the decisions recorded in one act, with undone ones, in order of recording."""
        return self.select("batch_id = $batch_id ORDER BY seq", batch_id=batch_id)

    def approved_by(self, reviewer: str) -> list[Decision]:
        """Return the standing approvals of one reviewer, by paper."""
        return self.select(
            "standing AND verdict = 'approved' AND reviewer = $reviewer ORDER BY arxiv_id",
            reviewer=reviewer,
        )

    def approved(self) -> list[Decision]:
        """Return the standing approvals, by paper."""
        return self.select("standing AND verdict = 'approved' ORDER BY arxiv_id")

    def decided(self) -> list[Decision]:
        """Return the standing decisions of every kind, by paper."""
        return self.select("standing ORDER BY arxiv_id")

    def count(self) -> int:
        """Return the number of decisions, with undone ones."""
        return self._session.number("SELECT count(*) FROM decision_event WHERE kind = 'decide'")

    def approvals(self) -> int:
        """Return the number of approved papers."""
        return self._session.number(
            "SELECT count(*) FROM decisions WHERE standing AND verdict = 'approved'"
        )

    def last_event(self) -> int:
        """Return the sequence number of the last event, or 0."""
        return self._session.number("SELECT max(seq) FROM decision_event")

    def changed_since(self, event: int) -> frozenset[str]:
        """Return the papers with an event after this one."""
        sql = "SELECT DISTINCT arxiv_id FROM decision_event WHERE seq > $event"
        return frozenset(row[0] for row in self._session.rows(sql, {"event": event}))

    def recent(self, limit: int, reviewer: str | None = None) -> list[Decision]:
        """Return decisions, with undone ones, newest first."""
        return self.select(
            "coalesce(reviewer = $reviewer, true) ORDER BY seq DESC LIMIT $limit",
            reviewer=reviewer,
            limit=limit,
        )

    def training(self) -> list[TrainingExample]:
        """Return the standing approvals and rejections with the texts they were made on."""
        return training_examples(self._session)

    def approved_between(self, start: datetime, end: datetime) -> list[ApprovedPaper]:
        """Return the papers approved in [start, end), as of `end`.

        Later events are ignored, so that an old week stays the same.
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
                version=row[9],
                journal_ref=row[10],
                categories=tuple(row[11] or ()),
            )
            for row in self._session.rows(_APPROVED, {"start": to_utc(start), "end": to_utc(end)})
        ]

    def select(self, condition: str, **parameters: object) -> list[Decision]:
        """Return decisions by a condition, which must be a constant."""
        rows = self._session.rows(
            f"SELECT {COLUMNS} FROM decisions WHERE {condition}",  # noqa: S608  see docstring
            parameters,
        )
        return [decision_of(row) for row in rows]


def on_papers(arxiv_ids: Sequence[str]) -> str:
    """Return the SQL condition for the papers in `$ids`."""
    return _OF_FEW if len(arxiv_ids) <= _FEW else _OF_MANY


def training_examples(
    session: Session, arxiv_ids: Collection[str] | None = None
) -> list[TrainingExample]:
    """Return the standing approvals and rejections, of all papers or of some."""
    ids = None if arxiv_ids is None else list(arxiv_ids)
    papers = "true" if ids is None else on_papers(ids)
    rows = session.rows(
        _TRAINING.format(papers=papers), {} if ids is None else {"ids": texts_json(ids)}
    )
    return [
        TrainingExample(
            text=PaperText(row[0], row[1], row[2], tuple(row[3]), row[4]),
            verdict=Verdict(row[5]),
            sections=tuple(row[6]),
            reviewer=row[7],
            decided_at=from_utc(row[8]),
            reason=row[9],
        )
        for row in rows
    ]
