"""Give the templates a page's place, addresses and phrases. Texts are escaped by the template."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from config.taxonomy import Section
from config.visible import one_line, shortened
from pipeline.enrich.venue import Venue
from pipeline.publish import addresses
from pipeline.publish.digest.types import Name
from pipeline.publish.digest.week import Week
from pipeline.publish.digest.words import Words
from pipeline.publish.promise import Kept
from pipeline.publish.site import cite
from pipeline.publish.site.types import SiteData, SitePaper
from pipeline.publish.suggest import Suggestion, fix_link, suggest_link

_quoted = lru_cache(maxsize=16_384)(quote)
_LINK = Markup('<link rel="{}" href="{}"{}>')
_FORWARD = Markup('<meta http-equiv="refresh" content="0; url={}">')
_SCRIPT = Markup('<script defer src="{}"></script>')
#: authors that a list names
_AUTHORS = 5
#: characters of a venue that a service named
_VENUE = 120


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its place, and what all templates ask for."""

    #: below the public directory, such as `papers/2603.00001.html`
    path: str
    data: SiteData
    words: Words
    #: of scripts and styles, so that a browser takes no old one
    stamp: str = ""

    @property
    def root(self) -> str:
        """What leads from the page to the public directory."""
        return "../" * self.path.count("/")

    def at(self, path: str) -> str:
        """Return the reference to another public file."""
        return self.root + _quoted(path)

    def asset(self, name: str) -> str:
        """Return the reference to a style sheet, a script or a picture."""
        return f"{self.at(addresses.asset(name))}?v={self.stamp}"

    #: file names of scripts that only this page loads, with what follows the `?`
    scripts: tuple[str, ...] = ()
    #: (title, path) of the feed that belongs to it
    feed: tuple[str, str] = ("", "")
    #: the page that a browser is sent on to; empty: none
    forward: str = ""

    @property
    def own_lines(self) -> tuple[Markup, ...]:
        """The lines of its head that load something, which no other text may hold."""
        lines = [
            _LINK.format("stylesheet", self.asset("site.css"), ""),
            _LINK.format("icon", self.asset("icon.svg"), Markup(' type="image/svg+xml"')),
            _LINK.format("alternate", self.twin, Markup(' type="text/markdown"')),
        ]
        if self.url:
            lines.append(_LINK.format("canonical", self.url, ""))
        title, feed = self.feed
        if feed and self.data.links.feeds:
            kind = Markup(' type="application/atom+xml" title="{}"').format(title)
            lines.append(_LINK.format("alternate", self.at(feed), kind))
        if self.forward:
            lines.append(_FORWARD.format(self.at(self.forward)))
        scripts = (self.at(addresses.asset("state.js")), self.asset("site.js"))
        own = (f"{self.root}{addresses.asset(name)}" for name in self.scripts)
        return (*lines, *(_SCRIPT.format(one) for one in (*scripts, *own)))

    @property
    def places(self) -> tuple[tuple[str, str], ...]:
        """The pages that every page leads to, with the key of their name."""
        why = ((addresses.WHY, "nav_why"),) if self.data.explained else ()
        return (
            (addresses.INDEX, "nav_home"),
            (addresses.ISSUES, "nav_issues"),
            (addresses.SEARCH, "nav_search"),
            *why,
        )

    def is_at(self, path: str) -> bool:
        """Say whether this is the page."""
        return path == self.path

    @property
    def url(self) -> str:
        """The permanent address, of the page that is sent on to if there is one; may be empty."""
        base, path = self.data.links.base_url, self.forward or self.path
        path = path.removesuffix("index.html") if path == addresses.INDEX else path
        return addresses.absolute(base, path) if base else ""

    @property
    def twin(self) -> str:
        """The reference to the page as Markdown."""
        return quote(addresses.twin(self.path).rpartition("/")[2])

    def paper(self, arxiv_id: str) -> str:
        """Return the reference to a paper's page."""
        return self.at(addresses.paper_page(arxiv_id))

    def paper_twin(self, arxiv_id: str) -> str:
        """Return the reference to a paper's page as Markdown."""
        return self.at(addresses.twin(addresses.paper_page(arxiv_id)))

    def section(self, section_id: str) -> str:
        """Return the reference to a section's page."""
        return self.at(addresses.section_page(section_id))

    def issue(self, week: object) -> str:
        """Return the reference to an issue's page."""
        return self.at(addresses.issue_page(str(week)))

    def name(self, section: Section) -> str:
        """Return the section's name in the page's language."""
        return self.words.name(Name(section.names, section.id))

    def other_name(self, section: Section) -> tuple[str, str]:
        """Return the language and the name that the page's language does not have, or empty."""
        other = "en" if self.words.code == "zh" else "zh"
        name = section.names.get(other, "")
        return (other, name) if name and name != self.name(section) else ("", "")

    def label(self, names: Mapping[str, str], fallback: str) -> str:
        """Return a label's name in the page's language."""
        return self.words.name(Name(names, fallback))

    def authors(self, paper: SitePaper) -> str:
        """Return the first authors and how many there are."""
        names = paper.authors
        if not names:
            return self.words.say("no_authors")
        if len(names) <= _AUTHORS + 1:
            return ", ".join(names)
        return self.words.say("authors_cut", names=", ".join(names[:_AUTHORS]), n=len(names))

    def venue(self, venue: Venue) -> str:
        """Return where a paper is accepted or published."""
        return self.words.say(venue.kind.value, name=venue.name)

    def venue_of(self, paper: SitePaper) -> str:
        """Return where the paper says it is published, else where a service says so; or empty."""
        if paper.venue:
            return self.venue(paper.venue)
        told = paper.known.published
        name = shortened(one_line(told.name), _VENUE) if told else ""
        return self.words.say("published", name=name) if name else ""

    def day(self, day: date) -> str:
        """Return a day in the page's language."""
        return self.words.day(day)

    def facts(self, paper: SitePaper) -> list[tuple[str, str]]:
        """Return (label, text) of the paper's dates and places."""
        words, stored = self.words, paper.record.paper
        rows: list[tuple[str, str]] = []
        if paper.submitted:
            label = "label_submitted" if paper.record.arxiv_id else "label_issued"
            rows.append((words.say(label), self.day(paper.submitted)))
        if stored.version > 1 and paper.updated:
            said = words.say("version_dated", n=stored.version, date=self.day(paper.updated))
            rows.append((words.say("label_updated"), said))
        rows.append((words.say("label_added"), self.day(paper.added_at.date())))
        if paper.changed_at.date() > paper.added_at.date():
            rows.append((words.say("label_changed"), self.day(paper.changed_at.date())))
        if paper.venue:
            rows.append((words.say("label_published"), self.venue(paper.venue)))
        if stored.categories:
            rows.append((words.say("label_categories"), ", ".join(stored.categories)))
        return rows

    def tags(self, paper: SitePaper) -> list[str]:
        """Return the names of the labels of a paper's sections, each once."""
        found: dict[str, None] = {}
        for facet in self.data.taxonomy.facets:
            for section in self.sections_of(paper):
                label = dict(section.labels).get(facet.name)
                if label is not None:
                    found[self.label(facet.label(label).names, label)] = None
        return list(found)

    def sections_of(self, paper: SitePaper) -> list[Section]:
        """Return the sections of a paper."""
        own = set(paper.sections)
        return [section for section in self.data.taxonomy.sections if section.id in own]

    def by_task(self) -> Iterator[tuple[str, list[tuple[Section, int]]]]:
        """Yield (name of the task, its sections with their papers) in the taxonomy's order."""
        counts: dict[str, int] = {}
        for paper in self.data.listed:
            for section_id in paper.sections:
                counts[section_id] = counts.get(section_id, 0) + 1
        tasks = next((one for one in self.data.taxonomy.facets if one.name == "task"), None)
        for label in tasks.labels if tasks else ():
            sections = [
                (section, counts.get(section.id, 0))
                for section in self.data.taxonomy.sections
                if section.task == label.name
            ]
            if sections:
                yield self.label(label.names, label.name), sections

    def by_year(self, papers: Sequence[SitePaper]) -> Iterator[tuple[str, list[SitePaper]]]:
        """Yield (year of submission, papers), the newest first; those without a date last."""
        dated = sorted(
            papers, key=lambda one: (one.submitted or date.min, one.arxiv_id), reverse=True
        )
        years: dict[str, list[SitePaper]] = {}
        for paper in dated:
            year = f"{paper.submitted:%Y}" if paper.submitted else self.words.say("undated")
            years.setdefault(year, []).append(paper)
        yield from years.items()

    def known(self, arxiv_ids: Sequence[str]) -> list[SitePaper]:
        """Return the papers of these IDs that stand approved."""
        return [self.data.by_id[one] for one in arxiv_ids if one in self.data.by_id]

    def fix(self, paper: SitePaper) -> str:
        """Return the address where anything of a paper can be corrected; empty: there is none."""
        return fix_link(self.data.links.suggest_url, paper.arxiv_id)

    def suggest(self, kind: str, paper: SitePaper | None = None, section: str = "") -> str:
        """Return the address of a filled-in suggestion; empty without `suggest_url`."""
        named = "; ".join(map(self.name, self.sections_of(paper))) if paper else section
        return suggest_link(
            self.data.links.suggest_url,
            Suggestion(kind),
            arxiv_id=paper.arxiv_id if paper else "",
            title=paper.record.paper.title if paper else "",
            section=named,
        )

    def ended(self) -> str:
        """Return that the survey ended, and what its editors say of it; empty: it did not."""
        on = self.data.promise.ended_on
        if on is None:
            return ""
        return f"{self.words.say('ended', date=self.day(on))} {self.data.notice}".rstrip()

    def promise(self) -> str:
        """Return the promise in a sentence; empty if there is none."""
        promise, words = self.data.promise, self.words
        if promise.state in {Kept.NONE, Kept.ENDED}:
            return ""
        said = words.say(f"promise_{promise.rhythm}")
        if promise.state is Kept.PAUSED and promise.paused_until:
            return words.say("promise_paused", promise=said, date=self.day(promise.paused_until))
        if promise.due is None:
            return words.say("promise_plain", promise=said)
        key = "promise_overdue" if promise.state is Kept.LATE else "promise_due"
        return words.say(key, promise=said, date=self.day(promise.due))

    def span(self, week: Week) -> str:
        """Return the days of a week."""
        return self.words.span(week)

    coins = staticmethod(cite.coins)
    pdf = staticmethod(cite.pdf_url)
    html = staticmethod(cite.html_url)

    def citation_tags(self, paper: SitePaper) -> list[tuple[str, str]]:
        """Return the filled `citation_*` tags of a paper."""
        return [(name, text) for name, text in cite.citation_tags(paper, self.url) if text]

    def group_name(self, group: Mapping[str, Any]) -> str:
        """Return the heading of an issue's group as it was published."""
        names: Mapping[str, str] = group["names"]
        return names.get(self.words.code) or next(iter(names.values()))
