"""Read what the site shows: decisions, papers, published issues. Never predictions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from markupsafe import Markup

from classifiers.text import document_text
from classifiers.types import Document
from config.schema import Settings
from config.taxonomy import Taxonomy
from config.tex.markup import tex_markup
from config.tex.text import plain_text
from config.visible import SHOWN_OF_TITLE, one_line, shortened
from pipeline.curated.title import survey_title
from pipeline.publish.approved import ApprovedPaper, read_approved
from pipeline.publish.digest.claim import find_claim
from pipeline.publish.digest.week import Week
from pipeline.publish.exports.record import ExportRecord
from pipeline.publish.exports.select import Wanted, choose
from pipeline.publish.feeds.sections import Former, section_history
from pipeline.publish.identity import survey_identity
from pipeline.publish.promise import Promise, promise_on
from pipeline.publish.site.cite import bibtex_of
from pipeline.publish.site.issues import read_issues
from pipeline.publish.site.types import (
    Decided,
    MachineText,
    SiteData,
    SiteIssue,
    SiteLinks,
    SitePaper,
)
from pipeline.publish.subscribers.links import subscribe_page
from pipeline.publish.suggest import suggest_address
from pipeline.publish.translated import Translated, read_translated
from pipeline.runtime.ending import ended
from pipeline.runtime.services import Services
from storage.paper_key import key_label
from storage.store import Store
from storage.suggestion_types import Credit
from storage.types import Verdict

#: characters of an abstract, far above the longest
_READ = 20_000
#: of a name
_LONGEST_NAME = 500
#: papers that are named as the nearest
_NEAR = 5


@dataclass(frozen=True, slots=True)
class SiteSource:
    """What the database and the published files say, before anything is made of it."""

    approved: tuple[ApprovedPaper, ...]
    #: by arXiv ID
    records: tuple[ExportRecord, ...]
    translated: tuple[tuple[str, Translated], ...]
    issues: tuple[SiteIssue, ...]
    decided: tuple[Decided, ...]
    survey_id: str
    #: as it stands on this day
    promise: Promise
    #: what the editors say of the end of a survey that ended; may be empty
    notice: str
    #: IDs that no section has any more, with those that they lead to
    former: tuple[Former, ...]
    #: people who agreed to be named for what they suggested
    credits: tuple[Credit, ...] = ()


def read_source(services: Services) -> SiteSource:
    """Read what the site is made of; the clock is asked for the day on which the promise stands.

    Raises:
        NotPublishedError: a published issue cannot be read.
    """
    settings, taxonomy, today = services.settings, services.taxonomy, services.clock().date()
    with services.open_store() as store:
        issues = read_issues(services, store)
        approved = read_approved(store).papers
        records = choose(store, Wanted(), taxonomy).records
        translated = read_translated(store, approved)
        decided = _decided(store, settings)
        survey_id = str(survey_identity(store).survey_id)
        freeze = ended(store.freezes.standing(), today)
        changes = store.taxonomy.changes()
        credits_ = tuple(store.suggestions.credits())
    last = issues[0].week if issues else None
    ended_on = None if freeze is None else freeze.ends_on
    return SiteSource(
        approved=approved,
        records=tuple(sorted(records, key=lambda one: one.paper.arxiv_id)),
        translated=tuple(sorted(translated.items())),
        issues=issues,
        decided=decided,
        survey_id=survey_id,
        promise=promise_on(today, settings.site, last, ended_on=ended_on),
        notice="" if freeze is None else one_line(freeze.notice),
        former=section_history((one.id for one in taxonomy.sections), changes).former,
        credits=credits_,
    )


def site_data(services: Services, source: SiteSource) -> SiteData:
    """Return what the site shows, made of what was read."""
    settings = services.settings
    papers = _papers(source, services.taxonomy)
    return SiteData(
        survey_id=source.survey_id,
        title=one_line(survey_title(settings.survey)),
        about=one_line(settings.site.about),
        editor=one_line(settings.publish.editor),
        taxonomy=services.taxonomy,
        papers=papers,
        issues=source.issues,
        decided=source.decided,
        promise=source.promise,
        links=SiteLinks(
            base_url=settings.publish.base_url,
            list_url=settings.publish.list_url,
            suggest_url=suggest_address(settings),
            subscribe_url=subscribe_page(settings.subscribers.url),
            feeds="feeds" in settings.publish.targets,
        ),
        reasons=settings.review.reasons,
        explained=settings.site.why != "none",
        by_id={paper.arxiv_id: paper for paper in papers},
        listed=tuple(paper for paper in papers if not paper.withdrawn),
        notice=source.notice,
        former=source.former,
        credits=source.credits,
    )


def _papers(source: SiteSource, taxonomy: Taxonomy) -> tuple[SitePaper, ...]:
    records = {one.paper.arxiv_id: one for one in source.records}
    known = [section.id for section in taxonomy.sections]
    first_issue = _first_issues(source.issues)
    machine = {arxiv_id: _machine_text(made) for arxiv_id, made in source.translated}
    papers = sorted(
        (
            replace(
                _paper(one, records[one.arxiv_id], known, first_issue.get(one.arxiv_id)),
                machine=machine.get(one.arxiv_id),
            )
            for one in source.approved
        ),
        key=lambda paper: (paper.added_at, paper.arxiv_id),
        reverse=True,
    )
    return _with_near(papers)


def _paper(
    approved: ApprovedPaper, record: ExportRecord, known: Iterable[str], issue: Week | None
) -> SitePaper:
    stored = approved.title[:SHOWN_OF_TITLE]
    abstract = approved.abstract[:_READ]
    title = shortened(plain_text(stored)) or key_label(approved.arxiv_id)
    claim = find_claim(abstract, stored)
    names = (one_line(plain_text(name[:_LONGEST_NAME])) for name in approved.authors)
    return SitePaper(
        arxiv_id=approved.arxiv_id,
        record=record,
        title=title,
        title_html=tex_markup(stored) if plain_text(stored) else Markup.escape(title),
        claim_html=tex_markup(claim),
        abstract_html=tex_markup(abstract),
        abstract=plain_text(abstract),
        claim=plain_text(claim),
        authors=tuple(name for name in names if name),
        note=one_line(approved.rationale),
        imported=approved.listed,
        venue=approved.venue,
        links=approved.links,
        bibtex=bibtex_of(record),
        sections=tuple(id_ for id_ in known if id_ in set(approved.sections)),
        added_at=approved.approved_at,
        changed_at=approved.changed_at,
        issue=issue,
        known=approved.known,
    )


def _machine_text(made: Translated) -> MachineText:
    return MachineText(
        language=made.language,
        title_html=tex_markup(made.title),
        abstract_html=tex_markup(made.abstract),
        title=plain_text(made.title),
        abstract=plain_text(made.abstract),
        model=made.model,
        made=made.made_at.date(),
    )


def _with_near(papers: Iterable[SitePaper]) -> tuple[SitePaper, ...]:
    """Name the nearest listed papers of each paper, by the words of titles and abstracts."""
    from classifiers.representations.nearest import nearest_texts  # noqa: PLC0415  # takes a second

    papers = tuple(papers)
    listed = [paper for paper in papers if not paper.withdrawn]
    texts = [
        document_text(Document(one.arxiv_id, one.record.paper.title, one.record.paper.abstract))
        for one in listed
    ]
    near = {
        paper.arxiv_id: tuple(listed[place].arxiv_id for place in places)
        for paper, places in zip(listed, nearest_texts(texts, _NEAR), strict=True)
    }
    return tuple(replace(paper, near=near.get(paper.arxiv_id, ())) for paper in papers)


def _first_issues(issues: Iterable[SiteIssue]) -> Mapping[str, Week]:
    """Return the first issue that lists each paper; `issues` are the newest first."""
    return {arxiv_id: issue.week for issue in issues for arxiv_id in issue.papers}


def _decided(store: Store, settings: Settings) -> tuple[Decided, ...]:
    """Return the standing decisions that the settings let the site explain, by paper."""
    if settings.site.why == "none":
        return ()
    standing = (
        store.decisions.approved() if settings.site.why == "listed" else store.decisions.decided()
    )
    return tuple(
        Decided(
            one.arxiv_id,
            one.verdict,
            one.decided_at.date(),
            (one.reason or "") if one.verdict is Verdict.REJECTED else "",
        )
        for one in standing
        if not one.unplaced
    )
