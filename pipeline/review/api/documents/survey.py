"""Define what the API answers about the survey: sections, publications, runs, state, tokens."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import Field

from config.reasons import Reason
from config.roles import Role
from config.scopes import Scope
from config.taxonomy import Taxonomy
from pipeline.review.api.documents.base import Document, Foreign, Page
from pipeline.review.audit import AuditReport
from pipeline.runtime.facts import StateOfSurvey
from storage.api_tokens import Token
from storage.types import RunRecord, RunStatus


class SectionDocument(Document):
    """A section of the survey."""

    id: str
    path: tuple[str, ...] = Field(description="Headings, the outermost first.")
    task: str
    modality: str | None
    technique: str | None
    definition: str
    names: dict[str, str] = Field(description="By language.")


class LabelDocument(Document):
    """A value of a facet."""

    name: str
    definition: str
    names: dict[str, str] = Field(description="By language.")


class FacetDocument(Document):
    """A dimension of the taxonomy."""

    name: str
    labels: tuple[LabelDocument, ...]


class ReasonDocument(Document):
    """A reason for rejecting a paper."""

    code: str
    name: str
    definition: str


class SectionsDocument(Document):
    """The taxonomy of the survey and its reasons for rejecting a paper."""

    survey: str
    fingerprint: str = Field(description="Changes with the taxonomy.")
    sections: tuple[SectionDocument, ...]
    facets: tuple[FacetDocument, ...]
    reasons: tuple[ReasonDocument, ...]


class PublishedLine(Document):
    """A paper that was published to a target."""

    arxiv_id: str
    target: str
    section: str
    published_at: datetime
    title: Foreign = Field(description="The paper's present title.")


class PublishedPage(Page):
    """What was published, latest first."""

    published: tuple[PublishedLine, ...]


class AuditDocument(Document):
    """The audit: how many relevant papers are still unseen."""

    wanted: int = Field(description="Size of the random sample.")
    approved: int
    rejected: int
    deferred: int
    skipped: int
    waiting: int
    unseen: float | None = Field(description="Relevant papers among the waiting; null: unknown.")
    unseen_low: float | None = Field(description="Of the 95 % interval.")
    unseen_high: float | None
    recall_low: float | None = Field(description="Found share of all relevant papers.")
    recall_high: float | None
    advice: str


class RunDocument(Document):
    """One execution of a command."""

    run_id: str
    command: str
    started_at: datetime
    finished_at: datetime | None
    status: RunStatus
    counts: dict[str, int]
    error: str | None


class RunPage(Page):
    """Executions, latest first."""

    runs: tuple[RunDocument, ...]


class FactDocument(Document):
    """One thing that is known of the survey."""

    name: str
    said: str
    trouble: bool = Field(description="Somebody should act.")


class StatusDocument(Document):
    """How the survey is."""

    facts: tuple[FactDocument, ...]


class TokenDocument(Document):
    """A token of the API, without its secret."""

    token_id: str
    person: str
    label: str
    scopes: tuple[str, ...]
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    revoked_by: str | None
    revoked_at: datetime | None
    used_at: datetime | None = Field(description="Noted at most every ten minutes.")


class TokensDocument(Document):
    """All tokens."""

    tokens: tuple[TokenDocument, ...]


class MeDocument(Document):
    """Who the token speaks for."""

    person: str = Field(description="The name recorded with decisions.")
    role: Role
    scopes: tuple[Scope, ...] = Field(description="What the token may do.")
    token: TokenDocument


def sections_document(
    taxonomy: Taxonomy, survey: str, reasons: tuple[Reason, ...]
) -> SectionsDocument:
    """Return the taxonomy."""
    return SectionsDocument(
        survey=survey,
        fingerprint=taxonomy.fingerprint,
        sections=tuple(
            SectionDocument(
                id=one.id,
                path=one.path,
                task=one.task,
                modality=one.modality,
                technique=one.technique,
                definition=one.definition,
                names=dict(one.names),
            )
            for one in taxonomy.sections
        ),
        facets=tuple(
            FacetDocument(
                name=facet.name,
                labels=tuple(
                    LabelDocument(
                        name=label.name, definition=label.definition, names=dict(label.names)
                    )
                    for label in facet.labels
                ),
            )
            for facet in taxonomy.facets
        ),
        reasons=tuple(
            ReasonDocument(code=one.code, name=one.name, definition=one.definition)
            for one in reasons
        ),
    )


def audit_document(report: AuditReport) -> AuditDocument:
    """Return the audit's report."""
    unseen = report.unseen
    return AuditDocument(
        wanted=report.wanted,
        approved=report.sample.approved,
        rejected=report.sample.rejected,
        deferred=report.sample.deferred,
        skipped=report.sample.skipped,
        waiting=report.screening.waiting,
        unseen=unseen.relevant if unseen and unseen.enough else None,
        unseen_low=unseen.low if unseen else None,
        unseen_high=unseen.high if unseen else None,
        recall_low=unseen.recall_low if unseen else None,
        recall_high=unseen.recall_high if unseen else None,
        advice=report.advice,
    )


def run_document(run: RunRecord) -> RunDocument:
    """Return an execution."""
    return RunDocument(
        run_id=run.run_id,
        command=run.command,
        started_at=run.started_at,
        finished_at=run.finished_at,
        status=run.status,
        counts=dict(run.counts),
        error=run.error,
    )


def status_document(state: StateOfSurvey) -> StatusDocument:
    """Return the state of the survey."""
    return StatusDocument(
        facts=tuple(
            FactDocument(name=fact.name, said=fact.text, trouble=fact.trouble)
            for group in state.groups
            for fact in group.facts
        )
    )


def token_document(token: Token) -> TokenDocument:
    """Return a token."""
    return TokenDocument(
        token_id=token.token_id,
        person=token.person,
        label=token.label,
        scopes=token.scopes,
        created_by=token.created_by,
        created_at=token.created_at,
        expires_at=token.expires_at,
        revoked_by=token.revoked_by,
        revoked_at=token.revoked_at,
        used_at=token.used_at,
    )


def published_line(row: tuple[str, str, str, datetime], titles: Mapping[str, str]) -> PublishedLine:
    """Return a publication with the paper's title."""
    arxiv_id, target, section, published_at = row
    return PublishedLine(
        arxiv_id=arxiv_id,
        target=target,
        section=section,
        published_at=published_at,
        title=titles.get(arxiv_id, ""),
    )
