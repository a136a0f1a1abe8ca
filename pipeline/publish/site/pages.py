"""Render every page of the site as HTML."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from config.reasons import Reason, named_reason
from config.taxonomy import Section
from config.visible import one_line, shortened
from pipeline.publish import addresses
from pipeline.publish.digest.words import Words
from pipeline.publish.feeds.sections import Former
from pipeline.publish.site.environment import environment
from pipeline.publish.site.types import Decided, SiteData, SiteIssue, SitePaper
from pipeline.publish.site.view import Page
from storage.paper_key import doi_of
from storage.suggestion_types import Credit
from storage.types import Verdict

#: papers on the first page
_NEWEST = 12
#: characters of a contributor's name
_LONGEST_NAME = 100
#: highlights of the latest issue on the first page
_HIGHLIGHTS = 3
#: figures of an issue, in order: the key of its JSON and of its phrase
_MADE = ("announced", "reviewed", "approved", "rejected", "deferred", "in_scope", "waiting")


@dataclass(frozen=True, slots=True)
class Rendered:
    """One page, and the lines in it that load something."""

    path: str
    html: str
    own_lines: frozenset[str]


def render_pages(data: SiteData, words: Words, stamp: str, index: str) -> Iterator[Rendered]:
    """Yield every page.

    Args:
        data: what the site shows.
        words: the phrases.
        stamp: of the scripts and styles, which browsers keep.
        index: of the search index.
    """
    base = Page("", data, words, stamp)
    yield _home(base)
    yield _rendered(replace(base, path=addresses.ISSUES), "issues.html.j2")
    scripts = (f"search-index.js?v={index}", f"search.js?v={stamp}")
    yield _rendered(replace(base, path=addresses.SEARCH, scripts=scripts), "search.html.j2")
    for section in data.taxonomy.sections:
        yield _section(base, section)
    for former in data.former:
        yield _former(base, former)
    for paper in data.papers:
        yield _paper(base, paper)
    for number, issue in enumerate(data.issues):
        yield _issue(base, issue, *_neighbours(data.issues, number))
    if data.explained:
        yield from _why(base)
    if data.credits:
        page = replace(base, path=addresses.THANKS)
        yield _rendered(page, "thanks.html.j2", people=contributors(data))


def _rendered(page: Page, template: str, **values: object) -> Rendered:
    own_lines = page.own_lines
    html = environment().get_template(template).render(page=page, own_lines=own_lines, **values)
    return Rendered(page.path, html, frozenset(own_lines))


def _home(base: Page) -> Rendered:
    data, words = base.data, base.words
    issue = data.issues[0] if data.issues else None
    page = replace(base, path=addresses.INDEX, feed=(words.say("feed_all"), addresses.all_feed()))
    return _rendered(
        page,
        "home.html.j2",
        issue=issue,
        highlights=[one[:2] for one in highlights_of(data, issue)][:_HIGHLIGHTS],
        newest=data.listed[:_NEWEST],
        listed=data.listed,
        tally=tally_of(base),
    )


def contributors(data: SiteData) -> list[tuple[str, list[Credit]]]:
    """Return (name, what they suggested) of people who agreed to be named, by name."""
    found: dict[str, list[Credit]] = {}
    for one in data.credits:
        name = shortened(one_line(one.name), _LONGEST_NAME)
        if name:
            found.setdefault(name, []).append(one)
    return sorted(found.items(), key=lambda each: each[0].casefold())


def tally_of(page: Page) -> str:
    """Return in a sentence how many papers there are."""
    listed = page.data.listed
    placed = {section for paper in listed for section in paper.sections}
    return page.words.say(
        "tally",
        papers=page.words.count("papers", len(listed)),
        sections=page.words.count("sections", len(placed)),
    )


def _section(base: Page, section: Section) -> Rendered:
    feed = addresses.section_feed(section.id)
    page = replace(
        base, path=addresses.section_page(section.id), feed=(base.words.say("feed_section"), feed)
    )
    papers = base.data.of_section(section)
    withdrawn = [one for one in base.data.papers if one.withdrawn and section.id in one.sections]
    return _rendered(
        page,
        "section.html.j2",
        section=section,
        papers=papers,
        withdrawn=withdrawn,
        bibtex=addresses.section_bibtex(section.id),
        feed=feed,
    )


def _former(base: Page, former: Former) -> Rendered:
    """Render the page at the address of a section that has another ID now, or none."""
    now = [base.data.taxonomy.section(one) for one in former.now]
    page = replace(
        base,
        path=addresses.section_page(former.section),
        forward=addresses.section_page(now[0].id) if len(now) == 1 else "",
    )
    return _rendered(page, "former.html.j2", former=former.section, now=now)


def _paper(base: Page, paper: SitePaper) -> Rendered:
    page = replace(base, path=addresses.paper_page(paper.arxiv_id))
    return _rendered(
        page,
        "paper.html.j2",
        paper=paper,
        near=page.known(paper.near),
        imported=paper.imported,
        why=base.data.explained,
    )


def _issue(
    base: Page, issue: SiteIssue, earlier: SiteIssue | None, later: SiteIssue | None
) -> Rendered:
    feed = (base.words.say("feed_issues"), addresses.issues_feed())
    page = replace(base, path=addresses.issue_page(str(issue.week)), feed=feed)
    return _rendered(
        page,
        "issue.html.j2",
        issue=issue,
        letter=addresses.digest_page(str(issue.week)),
        highlights=highlights_of(base.data, issue),
        corrections=corrections_of(page, issue),
        made=[(key, f"{issue.content['made'][key]:,}") for key in _MADE],
        earlier=earlier,
        later=later,
    )


def highlights_of(data: SiteData, issue: SiteIssue | None) -> list[tuple[SitePaper, str, str]]:
    """Return (paper, sentence, by whom) of an issue's highlights that are still listed."""
    found = [] if issue is None else issue.content["highlights"]
    papers = ((data.by_id.get(one["arxiv_id"]), one) for one in found)
    return [
        (paper, one["sentence"], one["by"])
        for paper, one in papers
        if paper is not None and not paper.withdrawn
    ]


def corrections_of(page: Page, issue: SiteIssue) -> list[tuple[SitePaper | None, str, str]]:
    """Return (paper, its ID, what changed) of an issue's corrections and withdrawals.

    A paper that no longer stands approved is named by its ID alone.
    """
    return [
        (
            page.data.by_id.get(one["arxiv_id"]),
            one["arxiv_id"],
            page.words.say("section_separator").join(_said(page, one)),
        )
        for one in (*issue.content["withdrawn"], *issue.content["corrections"])
    ]


def _said(page: Page, one: Mapping[str, Any]) -> Iterator[str]:
    words = page.words
    names = {section.id: page.name(section) for section in page.data.taxonomy.sections}

    def listing(ids: Sequence[str]) -> str:
        return words.listing([names.get(id_, id_) for id_ in ids]) or words.say("no_section")

    shown = one["arxiv_id"] in page.data.by_id
    for kind in one["kinds"]:
        if kind == "retitled" and not shown:
            continue
        if kind == "published" and one["venue"]:
            keys = {"accepted": "was_accepted_at", "published": "was_published_in"}
            yield words.say(keys.get(one["venue"]["kind"], "was_named"), name=one["venue"]["name"])
            continue
        yield words.say(
            f"was_{kind}",
            title=one["former_title"],
            issue=one["issue"],
            former=listing(one["former_sections"]),
            sections=listing(one["sections"]),
        )


def _neighbours(
    issues: Sequence[SiteIssue], number: int
) -> tuple[SiteIssue | None, SiteIssue | None]:
    """Return the issue before and the one after; `issues` are the newest first."""
    earlier = issues[number + 1] if number + 1 < len(issues) else None
    return earlier, issues[number - 1] if number else None


def _why(base: Page) -> Iterator[Rendered]:
    data = base.data
    months: dict[str, list[Decided]] = {}
    for one in data.decided:
        months.setdefault(month_of(one.arxiv_id), []).append(one)
    page = replace(
        base,
        path=addresses.WHY,
        scripts=("why-index.js", f"why.js?v={base.stamp}"),
    )
    yield _rendered(
        page,
        "why.html.j2",
        months=[(month, len(months[month])) for month in sorted(months, key=_sortable)],
        reasons=reasons_of(data),
    )
    for month, those in months.items():
        page = replace(base, path=addresses.why_page(month))
        rows = [(one, why_of(page, one), one.arxiv_id in data.by_id) for one in those]
        yield _rendered(page, "why_month.html.j2", month=month, rows=rows)


def month_of(arxiv_id: str) -> str:
    """Return the month in an ID as it is written there: year and month, two digits each.

    A DOI has none: those papers are together under `doi`.
    """
    if doi_of(arxiv_id) is not None:
        return "doi"
    return arxiv_id.rpartition("/")[2][:4]


def _sortable(month: str) -> int:
    """Put the newest month first; arXiv began in 1991, so 9107 is older than 0001."""
    number = int(month) if month.isdecimal() else 0
    return -number if number < 9100 else 10_000 - number


def reasons_of(data: SiteData) -> list[Reason]:
    """Return the reasons that occur in the decisions, in the settings' order."""
    used = {one.reason for one in data.decided if one.reason}
    ordered = [one.code for one in data.reasons if one.code in used]
    return [named_reason(data.reasons, code) for code in (*ordered, *sorted(used - {*ordered}))]


def why_of(page: Page, one: Decided) -> str:
    """Return the decision in a sentence."""
    words = page.words
    if one.verdict is Verdict.APPROVED:
        return words.say("why_approved")
    if one.verdict is Verdict.DEFERRED:
        return words.say("why_deferred")
    if not one.reason:
        return words.say("why_rejected_plain")
    reason = named_reason(page.data.reasons, one.reason).name_in(words.code)
    return words.say("why_rejected", reason=reason)
