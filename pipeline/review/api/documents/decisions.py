"""Define decisions as the API answers and takes them."""

from datetime import date, datetime

from pydantic import Field

from pipeline.review.api.documents.base import Document, Page, Sent
from pipeline.review.audit import DRAWN
from pipeline.review.proposal import NOTE_LIMIT
from storage.opinion_types import Opinion
from storage.paper_key import DOI_PATTERN
from storage.types import Decision, Verdict

#: an arXiv ID without its version, new and old, or the key of a DOI
ARXIV_ID = (
    r"^([0-9]{4}\.[0-9]{4,5}|[a-z]+(-[a-z]+)*(\.[A-Z]{2})?/[0-9]{7}"
    rf"|{DOI_PATTERN})$"
)
#: of decisions and acts
ID = r"^[0-9a-f]{8,32}$"
#: decisions of one act
MOST = 500
#: characters of a key
_LONGEST_KEY = 250


class DecisionDocument(Document):
    """A recorded decision."""

    decision_id: str
    arxiv_id: str
    verdict: Verdict
    sections: tuple[str, ...]
    reviewer: str
    decided_at: datetime
    note: str | None
    reason: str | None = Field(description="Code of a rejection's reason.")
    return_on: date | None = Field(description="A deferred paper waits again from this day on.")
    return_after_version: int | None = Field(
        description="A deferred paper waits again when its version is higher."
    )
    act_id: str | None = Field(description="The act it was recorded in together with others.")
    undone_by: str | None
    undone_at: datetime | None
    unplaced: bool = Field(description="Its section was removed by a change of the taxonomy.")


class ListedDecision(DecisionDocument):
    """A decision of a list."""

    standing: bool = Field(description="Whether it is the one that counts for its paper.")


class DecisionPage(Page):
    """Decisions, latest first."""

    decisions: tuple[ListedDecision, ...]


class Seen(Sent):
    """What the client saw of the paper; what is left out is not compared."""

    standing: str | None = Field(
        default=None,
        max_length=32,
        description="ID of the decision that stood, or `none`.",
    )
    content_hash: str | None = Field(
        default=None, max_length=64, description="`content_hash` of the paper."
    )


class DecisionRequest(Sent):
    """A decision to record."""

    arxiv_id: str = Field(pattern=ARXIV_ID, max_length=_LONGEST_KEY)
    verdict: Verdict
    sections: tuple[str, ...] = Field(
        default=(), max_length=20, description="IDs of sections; only an approval has them."
    )
    accept_suggestion: bool = Field(
        default=False, description="Approve into the section that the model suggests."
    )
    reason: str | None = Field(
        default=None,
        max_length=60,
        description="Code of a reason. A rejection needs one, if the survey has reasons; nothing "
        "else has one.",
    )
    note: str | None = Field(default=None, max_length=NOTE_LIMIT)
    return_on: date | None = Field(
        default=None, description="Only a deferral: the paper waits again from this day on."
    )
    until_new_version: bool = Field(
        default=False, description="Only a deferral: the paper waits again with a new version."
    )
    also: tuple[str, ...] = Field(
        default=(),
        max_length=20,
        description="Approved papers with its title, beside which this one is approved.",
    )
    drawn: bool = Field(
        default=False,
        description="The paper was drawn in the random order and belongs to the audit sample: it "
        f"must be among the first {DRAWN} of the whole queue in that order.",
    )
    seen: Seen = Field(default=Seen(), description="What it was decided on.")


class WordDocument(Document):
    """A word of a double review, which decides nothing until another person agrees."""

    word_id: str = Field(description="Can be taken back like a decision.")
    arxiv_id: str
    verdict: Verdict
    sections: tuple[str, ...]
    reviewer: str
    given_at: datetime
    note: str | None
    reason: str | None


class DecisionOutcome(Document):
    """What became of a decision."""

    outcome: str = Field(
        description="recorded; unchanged: the same was said before; or kept: a second person is "
        "asked, without knowing this word."
    )
    decision: DecisionDocument | None = Field(description="null: only a word was kept.")
    word: WordDocument | None = Field(description="The word that was kept.")
    replaced: DecisionDocument | None = Field(description="The decision that stood before.")


class ActRequest(Sent):
    """Decisions to record as one act, which one undo takes back."""

    decisions: tuple[DecisionRequest, ...] = Field(
        min_length=1, max_length=MOST, description="Of different papers."
    )


class LeftOutDocument(Document):
    """A paper that an act did not decide."""

    arxiv_id: str
    cause: str


class ActOutcome(Document):
    """What an act did."""

    act_id: str | None = Field(description="null: nothing was recorded.")
    recorded: tuple[DecisionDocument, ...]
    unchanged: tuple[DecisionDocument, ...]
    kept: tuple[WordDocument, ...] = Field(description="Words that another person must agree to.")
    left_out: tuple[LeftOutDocument, ...]


class UndoOutcome(Document):
    """What an undo took back."""

    outcome: str = Field(description="undone, or unchanged: it was taken back before.")
    undone: tuple[DecisionDocument, ...]
    words: tuple[WordDocument, ...] = Field(description="Your words that were taken back.")
    later: tuple[DecisionDocument, ...] = Field(
        description="Decisions made since on papers of the act, which an undo leaves."
    )


def decision_document(decision: Decision) -> DecisionDocument:
    """Return a decision as the API answers it."""
    return DecisionDocument.model_validate(_fields(decision))


def word_document(word: Opinion) -> WordDocument:
    """Return a person's own word; whether others spoke is not said."""
    return WordDocument(
        word_id=word.opinion_id,
        arxiv_id=word.arxiv_id,
        verdict=word.verdict,
        sections=word.sections,
        reviewer=word.reviewer,
        given_at=word.given_at,
        note=word.note,
        reason=word.reason,
    )


def listed_decision(decision: Decision, *, standing: bool) -> ListedDecision:
    """Return a decision of a list."""
    return ListedDecision.model_validate({**_fields(decision), "standing": standing})


def _fields(decision: Decision) -> dict[str, object]:
    return {
        "decision_id": decision.decision_id,
        "arxiv_id": decision.arxiv_id,
        "verdict": decision.verdict,
        "sections": decision.sections,
        "reviewer": decision.reviewer,
        "decided_at": decision.decided_at,
        "note": decision.note,
        "reason": decision.reason,
        "return_on": decision.return_on,
        "return_after_version": decision.return_after_version,
        "act_id": decision.batch_id,
        "undone_by": decision.undone_by,
        "undone_at": decision.undone_at,
        "unplaced": decision.unplaced,
    }
