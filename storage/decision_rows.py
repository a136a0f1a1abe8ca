"""Convert decisions to and from database rows."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from storage.engine.instants import from_utc, to_utc
from storage.engine.session import Row
from storage.types import Decision, NewDecision, Verdict

COLUMNS = """
decision_id, arxiv_id, verdict, sections, reviewer, decided_at, note, undone_by, undone_at,
unplaced, reason, return_on, return_after_version, batch_id
"""


def moment_after(now: datetime, events: Sequence[datetime]) -> datetime:
    """Return `now`, or the microsecond after a later last event."""
    return max([now, *(event + timedelta(microseconds=1) for event in events)])


def decision_id_of(new: NewDecision) -> str:
    """Return the first 16 hex digits of the sha256 of all fields.

    Fields added later count only where they are stated, so that older IDs stay as they are.
    """
    fields: list[object] = [
        new.arxiv_id,
        new.verdict.value,
        list(new.sections),
        new.reviewer,
        new.decided_at.astimezone(UTC).isoformat(timespec="microseconds"),
        new.note,
    ]
    returns = new.return_on.isoformat() if new.return_on else None
    added = [new.reason, returns, new.return_after_version]
    if any(one is not None for one in added):
        fields += added
    return hashlib.sha256(json.dumps(fields).encode()).hexdigest()[:16]


def event_row(number: int, id_: str, new: NewDecision) -> dict[str, object]:
    """Return a decision as a row of `events`."""
    return {
        "number": number,
        "decision_id": id_,
        "arxiv_id": new.arxiv_id,
        "verdict": new.verdict.value,
        "sections": list(new.sections),
        "reviewer": new.reviewer,
        "note": new.note,
        "happened_at": to_utc(new.decided_at),
        "reason": new.reason,
        "return_on": new.return_on,
        "return_after_version": new.return_after_version,
    }


def added_decision(id_: str, new: NewDecision, batch_id: str | None) -> Decision:
    """Return a decision as it is recorded."""
    return Decision(
        decision_id=id_,
        arxiv_id=new.arxiv_id,
        verdict=new.verdict,
        sections=tuple(new.sections),
        reviewer=new.reviewer,
        decided_at=new.decided_at.astimezone(UTC),
        note=new.note,
        reason=new.reason,
        return_on=new.return_on,
        return_after_version=new.return_after_version,
        batch_id=batch_id,
    )


def decision_of(row: Row) -> Decision:
    """Return the decision in a row of `decisions`."""
    (id_, arxiv_id, verdict, sections, reviewer, decided_at, note, undone_by, undone_at, unplaced,
     reason, return_on, return_after_version, batch_id) = row  # fmt: skip
    return Decision(
        decision_id=id_,
        arxiv_id=arxiv_id,
        verdict=Verdict(verdict),
        sections=tuple(sections),
        reviewer=reviewer,
        decided_at=from_utc(decided_at),
        note=note,
        undone_by=undone_by,
        undone_at=from_utc(undone_at),
        unplaced=unplaced,
        reason=reason,
        return_on=return_on,
        return_after_version=return_after_version,
        batch_id=batch_id,
    )
