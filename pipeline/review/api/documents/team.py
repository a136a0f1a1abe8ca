"""Define the board, assignments, absences and claims as the API answers and takes them."""

from datetime import date, datetime

from pydantic import Field

from pipeline.review.api.documents.base import Document, Sent
from pipeline.review.team.acts import MOST, Away
from pipeline.review.team.board import Board, PersonRow
from storage.assignments import Assignment
from storage.claims import Claim

_NAME = 100


class BatchDocument(Document):
    """A batch of papers, as far as it is not decided."""

    number: int
    papers: int
    waiting: int


class PersonDocument(Document):
    """What waits for a person."""

    person: str
    sections: tuple[str, ...]
    batches: tuple[BatchDocument, ...]
    waiting: int = Field(description="Likely papers of the sections, and the batches' papers.")
    contradicting: int | None = Field(
        description="Of those compared, how many the model would decide against a ruling; null: "
        "not compared."
    )
    minutes: float
    measured: bool = Field(description="The pace is the person's own, not assumed.")
    decided: int = Field(description="Decisions of the last seven days that stand.")
    reading: tuple[str, ...] = Field(description="Papers that the person reads just now.")
    away: bool
    away_from: date | None = Field(description="Of the absence that is or comes next.")
    away_until: date | None
    closed: bool = Field(description="The account is disabled or does not exist.")


class BoardDocument(Document):
    """What waits for each person, and for everybody."""

    people: tuple[PersonDocument, ...]
    waiting: int
    unassigned: int = Field(description="Likely papers that are assigned to no one who can read.")
    returned: tuple[str, ...] = Field(
        description="Sections of people who cannot read, which are everybody's meanwhile."
    )
    too_few: int | None = Field(
        description="How many people can read just now, if two must agree on papers and fewer can."
    )


class AssignmentDocument(Document):
    """Papers that a person is to read."""

    assignment: int = Field(description="Its number.")
    person: str
    section: str | None = Field(description="null: a batch of papers.")
    papers: tuple[str, ...] = Field(description="Of a batch.")
    assigned_by: str
    assigned_at: datetime


class AssignmentsDocument(Document):
    """The assignments that stand, the oldest first."""

    assignments: tuple[AssignmentDocument, ...]


class AssignRequest(Sent):
    """Sections, or a number of papers, that a person is to read."""

    person: str = Field(min_length=1, max_length=_NAME)
    sections: tuple[str, ...] = Field(
        default=(), max_length=50, description="IDs of sections. With `batch`: at most one."
    )
    batch: int | None = Field(
        default=None,
        ge=1,
        le=MOST,
        description="The first so many likely papers that are in no batch.",
    )


class AbsenceRequest(Sent):
    """Days on which a person is away."""

    person: str | None = Field(
        default=None, min_length=1, max_length=_NAME, description="Left out: yourself."
    )
    first_day: date | None = Field(default=None, description="Left out: today.")
    last_day: date | None = Field(default=None, description="Left out: until it is ended.")


class ReturnRequest(Sent):
    """A person who is here again."""

    person: str | None = Field(
        default=None, min_length=1, max_length=_NAME, description="Left out: yourself."
    )


class AbsenceDocument(Document):
    """What was noted of a person's absence."""

    person: str
    first_day: date | None
    last_day: date | None
    claims: int = Field(description="Claimed papers that are free now.")
    ended: int = Field(description="Absences that ended.")


class ClaimDocument(Document):
    """A paper that somebody reads just now."""

    arxiv_id: str
    person: str
    until: datetime
    ahead: bool = Field(description="It is kept for somebody who reads another paper first.")


class ClaimsDocument(Document):
    """The papers that are read just now."""

    claims: tuple[ClaimDocument, ...]


class ClaimRequest(Sent):
    """A paper to claim."""

    over: bool = Field(default=False, description="true: also if somebody else reads it.")


class ClaimOutcome(Document):
    """What became of a claim."""

    claim: ClaimDocument | None = Field(
        description="null: nothing needs to be kept, because no one else reads here."
    )


def board_document(board: Board) -> BoardDocument:
    """Return the board as the API answers it."""
    return BoardDocument(
        people=tuple(map(_person, board.people)),
        waiting=board.waiting,
        unassigned=board.unassigned,
        returned=board.returned,
        too_few=board.too_few,
    )


def _person(row: PersonRow) -> PersonDocument:
    return PersonDocument(
        person=row.name,
        sections=row.sections,
        batches=tuple(
            BatchDocument(number=one.number, papers=one.papers, waiting=one.waiting)
            for one in row.batches
        ),
        waiting=row.waiting,
        contradicting=row.contradicting,
        minutes=row.minutes,
        measured=row.is_measured,
        decided=row.decided,
        reading=row.reading,
        away=row.is_away,
        away_from=row.away_from,
        away_until=row.away_until,
        closed=row.is_closed,
    )


def assignment_document(one: Assignment) -> AssignmentDocument:
    """Return an assignment as the API answers it."""
    return AssignmentDocument(
        assignment=one.number,
        person=one.reviewer,
        section=one.section,
        papers=one.papers,
        assigned_by=one.assigned_by,
        assigned_at=one.assigned_at,
    )


def absence_document(noted: Away) -> AbsenceDocument:
    """Return what was noted of an absence."""
    return AbsenceDocument(
        person=noted.reviewer,
        first_day=noted.first_day,
        last_day=noted.last_day,
        claims=noted.claims,
        ended=noted.ended,
    )


def claim_document(one: Claim) -> ClaimDocument:
    """Return a claim as the API answers it."""
    return ClaimDocument(
        arxiv_id=one.arxiv_id, person=one.reviewer, until=one.until, ahead=one.ahead
    )
