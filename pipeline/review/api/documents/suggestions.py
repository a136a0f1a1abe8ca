"""Define suggestions from outside as the API answers them, and what is done about them."""

from datetime import datetime

from pydantic import Field

from pipeline.review.api.documents.base import Document, Foreign, Page, Sent
from pipeline.review.api.documents.decisions import DecisionDocument, WordDocument
from pipeline.suggestions.clean import LONGEST_NOTE
from storage.suggestion_types import Channel, Relation, Suggestion, SuggestionKind, SuggestionState

#: of a suggestion
SUGGESTION_ID = r"^[0-9a-f]{32}$"


class SuggestionDocument(Document):
    """A suggestion as it stands. Its texts are a stranger's, and nothing of it is verified."""

    suggestion_id: str
    case: str = Field(description="The same for all who suggest the same kind of thing of a paper.")
    kind: SuggestionKind
    arxiv_id: str
    old_value: Foreign = Field(description="What was published when it came.")
    new_value: Foreign = Field(description="IDs of sections, a venue, a link or an arXiv ID.")
    note: Foreign
    name: Foreign = Field(description="As the person gave it; empty: none.")
    relation: Relation = Field(description="Who the person says to be.")
    credited: bool = Field(description="The person agreed to be named.")
    channel: Channel
    language: str
    received_at: datetime
    state: SuggestionState
    settled_at: datetime | None
    settled_by: str | None
    detail: Foreign = Field(description="What was changed, or why not.")
    decision_id: str | None
    answer: Foreign = Field(description="What a publisher wrote to the person.")


class SuggestionPage(Page):
    """Suggestions, the newest first."""

    suggestions: tuple[SuggestionDocument, ...]


class AcceptRequest(Sent):
    """A correction to take up."""

    sections: tuple[str, ...] = Field(
        default=(),
        max_length=20,
        description="Of a wrong section: the right ones, if not those suggested.",
    )
    seen: str | None = Field(
        default=None,
        max_length=32,
        description="ID of the decision that stood, or `none`; left out: not compared.",
    )


class RefuseRequest(Sent):
    """A suggestion to refuse or to close."""

    because: str = Field(
        min_length=1, max_length=LONGEST_NOTE, description="What the people who asked read."
    )
    close: bool = Field(default=False, description="true: closed without a decision, such as spam.")
    whole_case: bool = Field(
        default=False, description="true: all open suggestions of its case, as on the page."
    )


class AnswerRequest(Sent):
    """Words to the person who suggested something."""

    text: str = Field(min_length=1, max_length=LONGEST_NOTE, description="What they read.")
    whole_case: bool = Field(default=False, description="true: to all people of its case.")


class SuggestionOutcome(Document):
    """What was done about suggestions."""

    outcome: str = Field(
        description="applied, refused, closed, answered or waiting; kept: a second person is "
        "asked, without knowing this word."
    )
    suggestions: tuple[SuggestionDocument, ...]
    decision: DecisionDocument | None = Field(description="The decision that was recorded.")
    word: WordDocument | None = Field(description="The word that was kept.")


def suggestion_document(one: Suggestion) -> SuggestionDocument:
    """Return a suggestion as the API answers it."""
    return SuggestionDocument(
        suggestion_id=one.suggestion_id,
        case=one.case,
        kind=one.kind,
        arxiv_id=one.arxiv_id,
        old_value=one.old_value,
        new_value=one.new_value,
        note=one.note,
        name=one.name,
        relation=one.relation,
        credited=one.credited,
        channel=one.channel,
        language=one.language,
        received_at=one.received_at,
        state=one.state,
        settled_at=one.settled_at,
        settled_by=one.settled_by,
        detail=one.detail,
        decision_id=one.decision_id,
        answer=one.answer,
    )
