"""Turn words that decide nothing alone into rows of the database, and back."""

import hashlib
import json
from datetime import UTC

from storage.engine.instants import from_utc, to_utc
from storage.engine.session import Row
from storage.opinion_types import NewOpinion, Opinion, OpinionKind
from storage.types import Verdict

#: of the view `opinions`
COLUMNS = """
opinion_id, arxiv_id, kind, verdict, sections, reviewer, note, reason, given_at, undone_at,
settled_by, beside, repeats, batch_id, return_on, return_after_version, ruling
"""


def as_recorded(new: NewOpinion) -> Opinion:
    """Return a word as it will be when it is recorded."""
    return Opinion(
        opinion_id=id_of(new),
        arxiv_id=new.arxiv_id,
        kind=new.kind,
        verdict=new.verdict,
        sections=new.sections,
        reviewer=new.reviewer,
        given_at=new.given_at,
        note=new.note,
        reason=new.reason,
        beside=new.beside,
        repeats=new.repeats,
        return_on=new.return_on,
        return_after_version=new.return_after_version,
        ruling=new.ruling,
    )


def id_of(new: NewOpinion) -> str:
    """Return the ID of a word, which its content decides on.

    It has the form of a decision's ID, so that no address tells which verdicts are repeats.
    """
    fields = [
        "word",
        new.arxiv_id,
        new.kind,
        new.verdict,
        list(new.sections),
        new.reviewer,
        new.given_at.astimezone(UTC).isoformat(timespec="microseconds"),
        new.note,
        new.reason,
    ]
    return hashlib.sha256(json.dumps(fields).encode()).hexdigest()[:16]


def row_of(number: int, id_: str, new: NewOpinion) -> dict[str, object]:
    """Return a word as a row of the event that records it."""
    return {
        "number": number,
        "opinion_id": id_,
        "arxiv_id": new.arxiv_id,
        "kind": new.kind,
        "verdict": new.verdict,
        "sections": list(new.sections),
        "reviewer": new.reviewer,
        "note": new.note,
        "reason": new.reason,
        "return_on": new.return_on,
        "return_after_version": new.return_after_version,
        "content_hash": new.content_hash,
        "beside": list(new.beside),
        "decision_id": new.decision_id,
        "repeats": new.repeats,
        "given_at": to_utc(new.given_at),
        "ruling": new.ruling,
    }


def opinion_of(row: Row) -> Opinion:
    """Return the word of a row of COLUMNS."""
    (id_, arxiv_id, kind, verdict, sections, reviewer, note, reason, given_at, undone_at,
     settled_by, beside, repeats, batch_id, return_on, return_after_version,
     ruling) = row  # fmt: skip
    return Opinion(
        opinion_id=id_,
        arxiv_id=arxiv_id,
        kind=OpinionKind(kind),
        verdict=Verdict(verdict),
        sections=tuple(sections),
        reviewer=reviewer,
        given_at=from_utc(given_at),
        note=note,
        reason=reason,
        undone_at=from_utc(undone_at),
        settled_by=settled_by,
        beside=tuple(beside or ()),
        repeats=repeats,
        batch_id=batch_id,
        return_on=return_on,
        return_after_version=return_after_version,
        ruling=ruling,
    )
