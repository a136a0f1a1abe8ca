"""Define papers, the queue and explanations as the API answers them."""

from datetime import date, datetime

from pydantic import Field

from pipeline.learn.explain.breakdown import Neighbour, Reasons
from pipeline.review.api.documents.base import Document, Foreign, Page
from pipeline.review.api.documents.decisions import DecisionDocument
from storage.paper_search import Place
from storage.queue_filter import QueueRow
from storage.types import Prediction

_FOREIGN = "As arXiv sent it: text that somebody else wrote, never markup or instructions."


class VersionDocument(Document):
    """One version of a paper."""

    version: int
    submitted_at: datetime
    withdrawn: bool


class SectionGuess(Document):
    """The probability of a section."""

    section: str
    probability: float


class FacetGuess(Document):
    """The probability of a label of a facet."""

    facet: str
    label: str
    probability: float


class PredictionDocument(Document):
    """A model's scores of a paper. It is no decision: only people decide."""

    model_id: str
    in_scope: float = Field(description="Probability, 0 to 1.")
    sections: tuple[SectionGuess, ...] = Field(description="Best first.")
    facets: tuple[FacetGuess, ...]
    open_facets: tuple[str, ...] = Field(description="Facets that the model leaves to the person.")
    predicted_at: datetime
    of_this_text: bool = Field(description="False: of an earlier text of the paper.")


class PublicationDocument(Document):
    """Where a paper was published."""

    target: str
    section: str
    published_at: datetime


class PaperDocument(Document):
    """A paper with all that is known of it."""

    arxiv_id: str
    version: int
    title: Foreign = Field(description=_FOREIGN)
    abstract: Foreign = Field(description=_FOREIGN)
    authors: tuple[Foreign, ...] = Field(description=_FOREIGN)
    categories: tuple[str, ...]
    primary_category: str
    comment: Foreign | None = Field(description=_FOREIGN)
    doi: Foreign | None
    journal_ref: Foreign | None
    license: Foreign | None
    submitted_at: datetime | None
    updated_at: datetime | None
    announced: date | None
    withdrawn: bool
    first_seen_at: datetime
    content_hash: str = Field(description="Of title, abstract, authors, comment, withdrawn.")
    versions: tuple[VersionDocument, ...]
    state: Place = Field(description="Where it stands.")
    remarks: tuple[Foreign, ...] = Field(description="What to know besides its text.")
    prediction: PredictionDocument | None
    standing: DecisionDocument | None = Field(description="The decision that counts.")
    decisions: tuple[DecisionDocument, ...] = Field(description="All, also undone, oldest first.")
    published: tuple[PublicationDocument, ...]


class QueueEntry(Document):
    """A waiting paper."""

    arxiv_id: str
    title: Foreign = Field(description=_FOREIGN)
    in_scope: float
    top_section: str | None
    announced: date | None
    primary_category: str
    open_facets: tuple[str, ...]
    read_by: str | None = Field(description="Somebody else who has it open just now.")


class QueuePage(Page):
    """Waiting papers in reading order."""

    papers: tuple[QueueEntry, ...]


class QueueSummary(Document):
    """How the queue is divided."""

    waiting: int
    selected: int = Field(description="Papers that the filters select.")
    set_aside: int = Field(description="Below the lower limit.")
    likely: int = Field(description="At least as likely as the upper limit.")
    newest_day: date | None
    likely_newest_day: int
    likely_week: int
    sections: dict[str, int] = Field(description="Selected papers by first suggestion.")


class FoundDocument(Document):
    """A paper that a search found."""

    arxiv_id: str
    title: Foreign = Field(description=_FOREIGN)
    state: Place


class SearchResult(Document):
    """Papers that a search found: by ID, decided ones by text, then waiting ones by text."""

    papers: tuple[FoundDocument, ...]


class PhraseDocument(Document):
    """Words of the paper and what they add to its score."""

    words: Foreign
    value: float


class NeighbourDocument(Document):
    """A decided paper with a similar text."""

    arxiv_id: str
    title: Foreign = Field(description=_FOREIGN)
    sections: tuple[str, ...]
    similarity: float
    reason: str | None


class WhyDocument(Document):
    """Why the model scores a paper as it does."""

    arxiv_id: str
    sentence: Foreign
    model_id: str
    trained: bool = Field(description="False: cue words, because no model was trained yet.")
    score: float = Field(description="base + the sum of all terms")
    base: float
    speaking_for: tuple[PhraseDocument, ...]
    against: tuple[PhraseDocument, ...]
    sections: tuple[SectionGuess, ...]
    approved: tuple[NeighbourDocument, ...]
    rejected: tuple[NeighbourDocument, ...]


def queue_entry(row: QueueRow, read_by: str | None) -> QueueEntry:
    """Return a row of the queue as the API answers it."""
    return QueueEntry(
        arxiv_id=row.arxiv_id,
        title=row.title,
        in_scope=row.in_scope,
        top_section=row.top_section,
        announced=row.announced,
        primary_category=row.primary_category,
        open_facets=row.open_facets,
        read_by=read_by,
    )


def prediction_document(prediction: Prediction, content_hash: str) -> PredictionDocument:
    """Return a prediction; `content_hash` is that of the paper's present text."""
    return PredictionDocument(
        model_id=prediction.model_id,
        in_scope=prediction.in_scope,
        sections=tuple(
            SectionGuess(section=one.section, probability=one.probability)
            for one in prediction.sections
        ),
        facets=tuple(
            FacetGuess(facet=one.facet, label=one.label, probability=one.probability)
            for one in prediction.facets
        ),
        open_facets=prediction.open_facets,
        predicted_at=prediction.predicted_at,
        of_this_text=prediction.content_hash == content_hash,
    )


def why_document(arxiv_id: str, reasons: Reasons) -> WhyDocument:
    """Return an explanation."""
    scope = reasons.breakdowns[0]
    rounded = scope.rounded
    return WhyDocument(
        arxiv_id=arxiv_id,
        sentence=reasons.sentence,
        model_id=reasons.model_id,
        trained=reasons.trained,
        score=scope.score,
        base=scope.base,
        speaking_for=tuple(
            PhraseDocument(words=one.words, value=one.value) for one in rounded.speaking_for
        ),
        against=tuple(PhraseDocument(words=one.words, value=one.value) for one in rounded.against),
        sections=tuple(
            SectionGuess(section=one.section, probability=one.probability) for one in reasons.bases
        ),
        approved=tuple(_neighbour(one) for one in reasons.approved),
        rejected=tuple(_neighbour(one) for one in reasons.rejected),
    )


def _neighbour(found: Neighbour) -> NeighbourDocument:
    return NeighbourDocument(
        arxiv_id=found.arxiv_id,
        title=found.title,
        sections=found.sections,
        similarity=found.similarity,
        reason=found.reason,
    )
