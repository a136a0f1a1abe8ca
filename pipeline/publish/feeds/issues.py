"""Make the entries of issues."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.publish import addresses
from pipeline.publish.approved import ApprovedPaper
from pipeline.publish.digest.week import Week
from pipeline.publish.digest.words import load_words
from pipeline.publish.feeds import text
from pipeline.publish.feeds.paper import Maker
from pipeline.publish.feeds.types import Entry
from pipeline.publish.feeds.words import say
from storage.store import Store


@dataclass(frozen=True, slots=True)
class PublishedIssue:
    """An issue that is out."""

    week: Week
    papers: tuple[str, ...]
    first_at: datetime
    last_at: datetime


def read_issues(store: Store) -> tuple[PublishedIssue, ...]:
    """Return the issues that are out, in the order in which they came out first."""
    found = (
        PublishedIssue(
            Week.parse(target.partition(":")[2]),
            tuple(sorted(store.publications.papers(target))),
            first_at,
            last_at,
        )
        for target, first_at, last_at in store.publications.times("digest")
    )
    return tuple(sorted(found, key=lambda one: (one.first_at, one.week)))


def issue_entries(
    issues: Sequence[PublishedIssue], approved: Sequence[ApprovedPaper], maker: Maker
) -> tuple[Entry, ...]:
    """Return an entry for each issue, in the given order."""
    papers = {one.arxiv_id: one for one in approved}
    return tuple(_entry(one, papers, maker) for one in issues)


def _entry(issue: PublishedIssue, papers: Mapping[str, ApprovedPaper], maker: Maker) -> Entry:
    about, week = maker.about, str(issue.week)
    span = load_words(about.language).span(issue.week)
    page = addresses.issue_page(week) if maker.has_pages else addresses.digest_page(week)
    return Entry(
        id=maker.identity.issue(week),
        title=f"{say(about.language, 'issue', week=week)} ({text.line(span)})",
        url=addresses.absolute(about.base_url, page)
        if about.base_url
        else addresses.between(addresses.ISSUE_FEED, page),
        published=issue.first_at,
        updated=issue.last_at,
        authors=(),
        content="".join(_content(issue, papers, maker)),
    )


def _content(
    issue: PublishedIssue, papers: Mapping[str, ApprovedPaper], maker: Maker
) -> Iterator[str]:
    """Yield the papers of an issue that are still approved."""
    language, words = maker.about.language, load_words(maker.about.language)
    days = (words.day(issue.week.first_day), words.day(issue.week.last_day))
    yield text.element("p", say(language, "issue_days", first=days[0], last=days[1]))
    entries = [maker.entry(papers[one]) for one in issue.papers if one in papers]
    if not entries:
        yield text.element("p", say(language, "issue_empty"))
        return
    items = (f"<li>{text.link(one.url, one.title)}</li>" for one in entries)
    yield f"<ul>{''.join(items)}</ul>"
