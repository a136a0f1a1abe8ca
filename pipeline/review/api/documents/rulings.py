"""Define rulings as the API answers and takes them."""

from datetime import datetime

from pydantic import Field

from pipeline.review.api.documents.base import Document, Foreign, Page, Sent
from pipeline.review.proposal import NOTE_LIMIT
from storage.rulings import Ruling
from storage.types import Verdict


class RulingDocument(Document):
    """A decision kept as precedent."""

    arxiv_id: str
    title: Foreign
    verdict: Verdict
    sections: tuple[str, ...]
    sentence: str = Field(description="Why, for later papers like this one.")
    ruled_by: str
    ruled_at: datetime
    made_at: datetime
    source: str | None = Field(description="The file that it was imported from.")
    stands: bool
    withdrawn_by: str | None
    withdrawn_at: datetime | None


class RulingPage(Page):
    """Rulings, the latest first."""

    rulings: tuple[RulingDocument, ...]


class RulingRequest(Sent):
    """The sentence of a ruling on the decision that stands."""

    sentence: str = Field(min_length=1, max_length=NOTE_LIMIT)


class RulingOutcome(Document):
    """What became of a ruling."""

    outcome: str = Field(description="made, revised, withdrawn or unchanged.")
    ruling: RulingDocument


def ruling_document(one: Ruling) -> RulingDocument:
    """Return a ruling as the API answers it."""
    return RulingDocument(
        arxiv_id=one.arxiv_id,
        title=one.title,
        verdict=one.verdict,
        sections=one.sections,
        sentence=one.sentence,
        ruled_by=one.ruled_by,
        ruled_at=one.ruled_at,
        made_at=one.made_at,
        source=one.source,
        stands=one.stands,
        withdrawn_by=one.withdrawn_by,
        withdrawn_at=one.withdrawn_at,
    )
