"""Write the Markdown twin of every page: what the page says, for people and programs that read."""

from collections.abc import Iterable, Iterator

from pipeline.publish import addresses
from pipeline.publish.digest.escape import escape_markdown, link_target
from pipeline.publish.digest.words import Words
from pipeline.publish.feeds.sections import Former
from pipeline.publish.site.found import found_of, warning_of
from pipeline.publish.site.pages import (
    contributors,
    corrections_of,
    highlights_of,
    month_of,
    reasons_of,
    why_of,
)
from pipeline.publish.site.types import Decided, SiteIssue, SitePaper
from pipeline.publish.site.view import Page
from storage.paper_key import doi_of, key_label


def home(page: Page, tally: str) -> str:
    """Return the first page."""
    words, data = page.words, page.data
    lines = [f"# {_text(data.title)}", " ".join(map(_text, filter(None, (data.about, tally))))]
    if said := page.promise():
        lines.append(_text(said))
    lines.append(f"## {words.say('latest_issue')}")
    if data.issues:
        issue = data.issues[0]
        lines.append(
            f"[{_text(issue.text(words.code, 'heading'))}]({_issue(page, issue)}):"
            f" {_text(issue.text(words.code, 'lead'))}"
        )
    else:
        lines.append(words.say("no_issue"))
    lines += [f"## {words.say('sections')}", *_tasks(page)]
    lines += [f"## {words.say('newest')}", _papers(page, data.listed[:12])]
    return _page(lines)


def section(page: Page, papers: Iterable[SitePaper], section_id: str) -> str:
    """Return the page of a section."""
    one = page.data.taxonomy.section(section_id)
    other = page.other_name(one)[1]
    lines = [f"# {_text(page.name(one))}", _text(other), _text(one.definition)]
    for year, those in page.by_year(list(papers)):
        lines += [f"## {year}", _papers(page, those)]
    return _page(lines)


def former(page: Page, one: Former) -> str:
    """Return the page at the address of a section that has another ID now, or none."""
    words, taxonomy = page.words, page.data.taxonomy
    lines = [
        f"# {words.say('former_title')}",
        words.say("former_now" if one.now else "former_gone"),
        "\n".join(
            f"- [{_text(page.name(taxonomy.section(now)))}]({_twin(page.section(now))})"
            for now in one.now
        ),
    ]
    return _page(lines)


def paper(page: Page, one: SitePaper) -> str:
    """Return the page of a paper."""
    words = page.words
    sections = page.sections_of(one)
    named = f"[{_text(doi_of(one.arxiv_id) or one.arxiv_id)}]({link_target(one.record.url)})"
    facts = [
        f"- {'arXiv' if one.record.arxiv_id else 'DOI'}: {named}",
        *(f"- {_text(label)}: {_text(text)}" for label, text in page.facts(one)),
        *(
            f"- {words.say(link.kind)}: [{_text(link.host)}]({link_target(link.url)})"
            for link in one.links
        ),
    ]
    placed = [
        f"- [{_text(page.name(section))}]({_twin(page.section(section.id))})"
        for section in sections
    ]
    lines = [
        f"# {_text(one.title)}",
        _text(", ".join(one.authors) or words.say("no_authors")),
        f"**{words.say('withdrawn_warning')}**" if one.withdrawn else "",
        f"**{_text(warning_of(one, words))}**" if one.known.retracted else "",
        "\n".join(facts),
        f"## {words.say('abstract')}",
        _text(one.abstract or words.say("no_abstract")),
        *_machine(words, one),
        *_found(words, one),
        f"## {words.say('placed')}",
        "\n".join(placed) or words.say("no_section_now"),
        _text(", ".join(page.tags(one))),
    ]
    if not one.withdrawn:
        said = one.note or words.say("came_with_list" if one.imported else "no_sentence")
        lines += [f"## {words.say('why_here')}", f"> {_text(said)}" if one.note else _text(said)]
    near = page.known(one.near)
    if near:
        lines += [f"## {words.say('nearest')}", _titles(page, near)]
    lines += [f"## {words.say('cite')}"]
    lines.append(f"[{words.say('bibtex_all')}]({page.at(addresses.BIBTEX)})")
    return _page(lines)


def _found(words: Words, one: SitePaper) -> list[str]:
    rows = [
        f"- {_text(row.label)}: {_text(row.text)} ({_text(row.source)})"
        for row in found_of(one, words)
    ]
    return [f"## {words.say('found')}", "\n".join(rows)] if rows else []


def _machine(words: Words, one: SitePaper) -> list[str]:
    made = one.machine
    if made is None:
        return []
    note = words.say("machine_note", model=made.model, day=words.day(made.made))
    return [f"## {words.say('machine')}", _text(note), _text(made.title), _text(made.abstract)]


def issues(page: Page) -> str:
    """Return the archive of issues."""
    words = page.words
    rows = [
        f"- [{_text(issue.text(words.code, 'heading'))}]({_issue(page, issue)}) ({issue.week}):"
        f" {_text(issue.text(words.code, 'lead'))}"
        for issue in page.data.issues
    ]
    lines = [f"# {words.say('issues_title')}", words.say("issues_lead")]
    return _page([*lines, "\n".join(rows) or words.say("no_issue")])


def issue(page: Page, one: SiteIssue) -> str:
    """Return the page of an issue."""
    words = page.words
    lines = [f"# {_text(one.text(words.code, 'heading'))}", _text(one.text(words.code, "lead"))]
    if highlights := highlights_of(page.data, one):
        lines.append(f"## {words.say('highlights')}")
        lines.append(
            "\n".join(
                f"- {_link(page, paper)}{f': {_text(said)}' if said else ''}"
                for paper, said, _ in highlights
            )
        )
    for group in one.groups:
        lines.append(f"## {_text(page.group_name(group))}")
        lines.append("\n".join(_listed(page, row["arxiv_id"]) for row in group["papers"]))
    if corrections := corrections_of(page, one):
        lines.append(f"## {words.say('corrections')}")
        lines.append(
            "\n".join(
                f"- {_link(page, paper) if paper else _text(key_label(arxiv_id))}: {_text(said)}"
                for paper, arxiv_id, said in corrections
            )
        )
    return _page(lines)


def search(page: Page) -> str:
    """Return every paper, because Markdown has no search."""
    return _page([f"# {page.words.say('all_papers')}", _titles(page, page.data.listed)])


def thanks(page: Page) -> str:
    """Return the page that names contributors."""
    words = page.words
    lines = []
    for name, those in contributors(page.data):
        did = ", ".join(f"{words.say(f'credit_{one.kind}')} {_text(one.arxiv_id)}" for one in those)
        lines.append(f"- {_text(name)}: {did}")
    return _page([f"# {words.say('thanks_title')}", words.say("thanks_lead"), "\n".join(lines)])


def why(page: Page, months: Iterable[str]) -> str:
    """Return what is said of decisions."""
    words = page.words
    reasons = [
        f"- **{_text(one.name_in(words.code))}** {_text(one.definition)}".rstrip()
        for one in reasons_of(page.data)
    ]
    rows = [f"- [{month}]({month}.md)" for month in months]
    return _page(
        [
            f"# {words.say('why_title')}",
            f"{words.say('why_lead')} {words.say('why_states')}",
            f"## {words.say('why_way_back')}",
            words.say("why_way_back_text"),
            *([f"## {words.say('why_reasons')}", "\n".join(reasons)] if reasons else []),
            f"## {words.say('why_months')}",
            "\n".join(rows) or words.say("why_none"),
        ]
    )


def why_month(page: Page, month: str, decided: Iterable[Decided]) -> str:
    """Return the decisions on the papers of a month."""
    words = page.words
    rows = []
    for one in decided:
        said = f"{why_of(page, one)} {words.say('why_decided', date=page.day(one.day))}"
        named = _text(one.arxiv_id)
        if one.arxiv_id in page.data.by_id:
            named = f"[{named}]({page.paper_twin(one.arxiv_id)})"
        rows.append(f"- {named}: {_text(said)}")
    return _page([f"# {words.say('why_month', month=month)}", "\n".join(rows)])


def llms(page: Page, tally: str) -> str:
    """Return `llms.txt`: what the site is and where its Markdown begins (llmstxt.org)."""
    data, words = page.data, page.words
    rows = [
        ("latest_issue", f"{addresses.ISSUES}"),
        ("all_papers", addresses.SEARCH),
        *((("why_title", addresses.WHY),) if data.explained else ()),
    ]
    links = [f"- [{words.say(key)}]({_absolute(page, path)})" for key, path in rows]
    sections = [
        f"- [{_text(page.name(one))}]({_absolute(page, addresses.section_page(one.id))}):"
        f" {_text(one.definition)}"
        for one in data.taxonomy.sections
    ]
    return _page(
        [
            f"# {_text(data.title)}",
            f"> {_text(' '.join(filter(None, (data.about, tally))))}",
            "\n".join(links),
            f"## {words.say('sections')}",
            "\n".join(sections),
        ]
    )


def by_month(decided: Iterable[Decided]) -> dict[str, list[Decided]]:
    """Return the decisions by the month in the paper's ID."""
    months: dict[str, list[Decided]] = {}
    for one in decided:
        months.setdefault(month_of(one.arxiv_id), []).append(one)
    return months


def _page(lines: Iterable[str]) -> str:
    return "\n\n".join(filter(None, lines)) + "\n"


def _text(text: str) -> str:
    return escape_markdown(text)


def _link(page: Page, one: SitePaper) -> str:
    return f"[{_text(one.title)}]({page.paper_twin(one.arxiv_id)})"


def _titles(page: Page, papers: Iterable[SitePaper]) -> str:
    return "\n".join(f"- {_link(page, one)}" for one in papers)


def _papers(page: Page, papers: Iterable[SitePaper]) -> str:
    return "\n".join(_entry(page, one) for one in papers) or page.words.say("no_paper")


def _entry(page: Page, one: SitePaper) -> str:
    said = f" {_text(one.claim)}" if one.claim else ""
    day = f" {_text(page.day(one.submitted))}." if one.submitted else ""
    return f"- {_link(page, one)}. {_text(page.authors(one))}.{day}{said}"


def _listed(page: Page, arxiv_id: str) -> str:
    one = page.data.by_id.get(arxiv_id)
    if one is None:
        return f"- {_text(key_label(arxiv_id))}: {page.words.say('taken_back_since')}"
    if one.withdrawn:
        return f"- {_link(page, one)}: {page.words.say('withdrawn_since')}"
    return _entry(page, one)


def _tasks(page: Page) -> Iterator[str]:
    for task, sections in page.by_task():
        rows = [
            f"- [{_text(page.name(one))}]({_twin(page.section(one.id))}) ({papers:,})"
            for one, papers in sections
        ]
        yield f"### {_text(task)}"
        yield "\n".join(rows)


def _issue(page: Page, one: SiteIssue) -> str:
    return _twin(page.issue(one.week))


def _twin(reference: str) -> str:
    return addresses.twin(reference)


def _absolute(page: Page, path: str) -> str:
    return addresses.absolute(page.data.links.base_url, addresses.twin(path))
