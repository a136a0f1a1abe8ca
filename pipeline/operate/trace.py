"""Trace a paper: from arXiv's response over model and reviewer to what published it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pipeline.ingest.sources.transport.archive import Archive
from pipeline.runtime.services import Services
from storage.correction_types import RecordedResolution
from storage.errors import PaperNotFoundError
from storage.highlights import Highlight
from storage.issue_types import IssueEvent
from storage.opinion_types import Opinion
from storage.publication_types import Publication
from storage.store import Store
from storage.traces import Announced, RecordedScore, RunNamed
from storage.types import Decision, StoredPaper

#: commands that store papers
_FETCHING = ("run", "fetch", "backfill", "import", "add", "bootstrap", "start")


@dataclass(frozen=True, slots=True)
class Fetched:
    """When a record was stored, and from what."""

    at: datetime
    runs: tuple[RunNamed, ...]
    #: the archived response that holds the paper; None: it is not in the archive
    response: Path | None
    url: str | None


@dataclass(frozen=True, slots=True)
class Judged:
    """A decision, and what the model had said by then."""

    decision: Decision
    #: None: no stored prediction is that old
    score: RecordedScore | None
    #: of two people, or of three, that led to it, oldest first; none: one person decided alone
    words: tuple[Opinion, ...] = ()


@dataclass(frozen=True, slots=True)
class Carried:
    """A publication that carried the paper."""

    target: str
    act_id: str
    published_at: datetime | None
    person: str
    run_id: str | None
    sections: tuple[str, ...]
    #: SHA-256 by path
    files: Mapping[str, str]
    override_reason: str | None


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything recorded of one paper, in order of time."""

    arxiv_id: str
    title: str
    paper: StoredPaper
    #: first, then the present record if it came later
    fetched: tuple[Fetched, ...]
    announced: tuple[Announced, ...]
    #: with undone ones, oldest first
    judged: tuple[Judged, ...]
    corrections: tuple[RecordedResolution, ...]
    highlights: tuple[Highlight, ...]
    #: what editors did with the issues that carried it
    edits: tuple[tuple[str, IssueEvent], ...]
    #: oldest first
    published: tuple[Carried, ...]
    #: target, section and time of each first publication, as in `published`
    first_published: tuple[tuple[str, str, datetime], ...]


def trace(services: Services, arxiv_id: str) -> Trace:
    """Return everything recorded of a paper.

    Raises:
        PaperNotFoundError: it is not stored.
    """
    archive = Archive(services.settings.arxiv.archive)
    with services.open_store() as store:
        paper = store.papers.current(arxiv_id)
        if paper is None:
            raise PaperNotFoundError([arxiv_id])
        moments = dict.fromkeys((paper.first_seen_at, paper.taken_at or paper.first_seen_at))
        runs = {moment: store.traces.runs_at(moment, _FETCHING) for moment in moments}
        acts = store.publications.of_paper(arxiv_id)
        found = Trace(
            arxiv_id=arxiv_id,
            title=paper.paper.title,
            paper=paper,
            fetched=(),
            announced=store.traces.announced(arxiv_id),
            judged=tuple(
                Judged(
                    one,
                    store.traces.score_before(arxiv_id, one.decided_at),
                    store.opinions.of_decision(one.decision_id),
                )
                for one in store.decisions.of_paper(arxiv_id)
            ),
            corrections=tuple(store.corrections.resolutions_of(arxiv_id)),
            highlights=store.highlights.of([arxiv_id]).get(arxiv_id, ()),
            edits=_edits(store, arxiv_id, acts),
            published=tuple(_carried(act, arxiv_id) for act in acts),
            first_published=tuple(store.published.of_paper(arxiv_id)),
        )
    fetched = tuple(_fetched(archive, arxiv_id, moment, runs[moment]) for moment in moments)
    return replace(found, fetched=fetched)


def _fetched(
    archive: Archive, arxiv_id: str, moment: datetime, runs: tuple[RunNamed, ...]
) -> Fetched:
    response = archive.nearest(arxiv_id.encode(), moment)
    return Fetched(
        at=moment,
        runs=runs,
        response=response.path if response else None,
        url=response.url if response else None,
    )


def _edits(
    store: Store, arxiv_id: str, acts: Sequence[Publication]
) -> tuple[tuple[str, IssueEvent], ...]:
    """Return week and act of what concerns the paper or the whole of an issue that carried it."""
    weeks = dict.fromkeys(
        act.target.partition(":")[2] for act in acts if act.target.startswith("digest:")
    )
    return tuple(
        (week, event)
        for week in weeks
        for event in reversed(store.issues.events(week))
        if event.arxiv_id in {None, arxiv_id}
    )


def _carried(act: Publication, arxiv_id: str) -> Carried:
    return Carried(
        target=act.target,
        act_id=act.act_id,
        published_at=act.finished_at,
        person=act.person,
        run_id=act.run_id,
        sections=tuple(section for one, section in act.entries if one == arxiv_id),
        files={file.path: file.sha256 for file in act.files},
        override_reason=act.override_reason,
    )
