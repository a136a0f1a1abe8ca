"""Give the editor's page what builds an issue, because review does not know publish."""

import functools
from datetime import datetime, timedelta

from pipeline.publish.digest.issue import build_issue, check_finished, edition_of
from pipeline.publish.digest.week import Week
from pipeline.publish.publication import digest_of
from pipeline.review.issues.desk import IssueDesk, IssueDraft, IssuePaper
from pipeline.runtime.services import Services
from storage.store import OpenStore

_WEEK = timedelta(days=7)
#: weeks that the list of issues shows, touched or not
_SHOWN = 9


def issue_desk(services: Services) -> IssueDesk:
    """Return how the issues of this survey are built and who may approve them."""
    return IssueDesk(
        read_week=lambda text, now: str(_read_week(text, now)),
        draft=functools.partial(_draft, services),
        recent=_recent,
        publishers=services.settings.publish.publishers,
    )


def _recent(now: datetime) -> tuple[str, ...]:
    return tuple(str(Week.of(now - _WEEK * back)) for back in range(_SHOWN))


def _read_week(text: str, now: datetime) -> Week:
    week = Week.parse(text)
    check_finished(week, now, allow_unfinished=True)
    return week


def _draft(services: Services, open_store: OpenStore, text: str, now: datetime) -> IssueDraft:
    week = _read_week(text, now)
    edition = edition_of(services.settings)
    with open_store() as store:
        edits = store.issues.edits(str(week))
        issue = build_issue(
            store,
            services.taxonomy,
            edition,
            week,
            preliminary=week.end > now,
            edits=edits,
        )
    sentences = {one.entry.arxiv_id: one.sentence for one in issue.digest.highlights}
    names = [file.path.name for file in issue.build.files]
    pages = [name for name in names if name.endswith(".html")]
    return IssueDraft(
        week=str(week),
        first_day=week.first_day,
        last_day=week.last_day,
        previous=str(Week.of(week.start - _WEEK)),
        following=str(Week.of(week.end)) if week.end <= now else None,
        preliminary=week.end > now,
        edits=edits,
        papers=tuple(
            IssuePaper(
                entry.arxiv_id,
                entry.title,
                entry.sections[0],
                entry.claim or entry.note,
                sentences.get(entry.arxiv_id, ""),
            )
            for entry in issue.digest.entries
        ),
        highlights=tuple(sentences),
        files={file.path.name: file.data for file in issue.build.files},
        pages=dict(zip(edition.languages, pages, strict=True)),
        digest=digest_of(issue.build.files),
    )
