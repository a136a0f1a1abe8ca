"""Define what the site shows, before it is rendered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from config.reasons import Reason
from config.taxonomy import Section, Taxonomy
from pipeline.enrich.links import Link
from pipeline.enrich.venue import Venue
from pipeline.publish.digest.week import Week
from pipeline.publish.exports.record import ExportRecord
from pipeline.publish.feeds.sections import Former
from pipeline.publish.known import NOTHING, Known
from pipeline.publish.promise import Promise
from storage.suggestion_types import Credit
from storage.types import Verdict


@dataclass(frozen=True, slots=True)
class MachineText:
    """Title and abstract that a machine translated, and which."""

    language: str
    #: as escaped HTML, and as plain text
    title_html: Markup
    abstract_html: Markup
    title: str
    abstract: str
    model: str
    made: date


@dataclass(frozen=True, slots=True)
class SitePaper:
    """A paper with a standing approval. Its texts are visible and on one line, unless stated."""

    arxiv_id: str
    record: ExportRecord
    title: str
    #: title, claim and abstract as escaped HTML
    title_html: Markup
    claim_html: Markup
    abstract_html: Markup
    abstract: str
    claim: str
    authors: tuple[str, ...]
    #: the reviewer's sentence; may be empty
    note: str
    #: it came with the curated list
    imported: bool
    venue: Venue | None
    links: tuple[Link, ...]
    #: its entry as `export --format bibtex` writes it
    bibtex: str
    #: IDs that the taxonomy has, in its order
    sections: tuple[str, ...]
    #: when it was first approved, and what last changed for readers
    added_at: datetime
    changed_at: datetime
    #: the first issue that has it
    issue: Week | None = None
    #: arXiv IDs of the nearest listed papers, nearest first
    near: tuple[str, ...] = ()
    machine: MachineText | None = None
    #: what other services told of it
    known: Known = NOTHING

    @property
    def withdrawn(self) -> bool:
        """Whether it is withdrawn at arXiv: it keeps its page, which says so, and is not listed."""
        return self.record.paper.withdrawn

    @property
    def submitted(self) -> date | None:
        """The day of the first version, in UTC."""
        at = self.record.paper.submitted_at
        return None if at is None else at.date()

    @property
    def updated(self) -> date | None:
        """The day of the current version, in UTC."""
        at = self.record.paper.updated_at
        return None if at is None else at.date()


@dataclass(frozen=True, slots=True)
class SiteIssue:
    """A published issue of the digest."""

    week: Week
    #: its JSON document, as published
    content: Mapping[str, Any]

    @property
    def papers(self) -> tuple[str, ...]:
        """The arXiv IDs of its papers."""
        return tuple(paper["arxiv_id"] for group in self.groups for paper in group["papers"])

    @property
    def groups(self) -> Sequence[Mapping[str, Any]]:
        """Its papers under headings, in its order."""
        groups: Sequence[Mapping[str, Any]] = self.content["groups"]
        return groups

    def text(self, language: str, key: str) -> str:
        """Return its heading or lead in a language, else in its first."""
        texts = self.content["languages"]
        chosen = texts.get(language) or next(iter(texts.values()))
        return str(chosen[key])


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided on one paper, without the reviewer."""

    arxiv_id: str
    verdict: Verdict
    day: date
    #: code of a rejection's reason; empty: none was stated
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SiteLinks:
    """Addresses from the settings; empty ones are left out."""

    base_url: str = ""
    list_url: str = ""
    suggest_url: str = ""
    #: the page on which readers subscribe to mail
    subscribe_url: str = ""
    #: whether the target `feeds` is published beside the site
    feeds: bool = False


@dataclass(frozen=True, slots=True)
class SiteData:
    """Everything that the site shows."""

    #: a random ID that tells this survey from others in a reader's browser
    survey_id: str
    title: str
    about: str
    editor: str
    taxonomy: Taxonomy
    #: newest first
    papers: tuple[SitePaper, ...]
    #: newest first
    issues: tuple[SiteIssue, ...]
    decided: tuple[Decided, ...]
    promise: Promise
    links: SiteLinks
    reasons: tuple[Reason, ...] = ()
    #: whether there are pages that explain decisions
    explained: bool = True
    by_id: Mapping[str, SitePaper] = field(default_factory=dict)
    #: the papers that are not withdrawn, newest first
    listed: tuple[SitePaper, ...] = ()
    #: what the editors say of the end of a survey that ended; may be empty
    notice: str = ""
    #: IDs that no section has any more, with those that they lead to
    former: tuple[Former, ...] = ()
    #: people who agreed to be named for what they suggested
    credits: tuple[Credit, ...] = ()

    def of_section(self, section: Section) -> tuple[SitePaper, ...]:
        """Return the listed papers of a section, newest first."""
        return tuple(paper for paper in self.listed if section.id in paper.sections)
