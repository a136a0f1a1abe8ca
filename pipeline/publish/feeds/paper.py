"""Make the entry of a paper."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from config.taxonomy import Section
from pipeline.publish import addresses
from pipeline.publish.approved import ApprovedPaper
from pipeline.publish.feeds import text
from pipeline.publish.feeds.types import About, Category, Entry
from pipeline.publish.feeds.words import say
from pipeline.publish.identity import SurveyIdentity
from pipeline.publish.known import Told
from pipeline.publish.suggest import Suggestion, fix_link, suggest_link
from pipeline.publish.translated import Translated
from storage.paper_key import key_address, key_label

#: the scheme that arXiv's own feeds use
ARXIV_SCHEME = "http://arxiv.org/schemas/atom"
#: authors of an entry; the number of others is said
_AUTHORS = 50
_PROJECTS = 6


@dataclass(frozen=True, slots=True)
class Maker:
    """What the entries of all papers have in common."""

    identity: SurveyIdentity
    about: About
    #: by ID, in the taxonomy's order
    sections: Mapping[str, Section]
    suggest_url: str
    #: the site has a page of each paper
    has_pages: bool
    #: machine translations into the language of the feeds, by arXiv ID
    translations: Mapping[str, Translated] = field(default_factory=dict)

    def entry(self, paper: ApprovedPaper) -> Entry:
        """Return the entry of a paper."""
        title = text.title(paper.title) or key_label(paper.arxiv_id)
        if paper.withdrawn:
            title = f"{self._say('withdrawn')}: {title}"
        elif told := paper.known.retracted:
            title = f"{self._say(told.state)}: {title}"
        record = key_address(paper.arxiv_id)
        page = addresses.absolute(self.about.base_url, addresses.paper_page(paper.arxiv_id))
        authors = tuple(one for one in map(text.name, paper.authors[:_AUTHORS]) if one)
        return Entry(
            id=self.identity.paper(paper.arxiv_id),
            title=title,
            url=page if self.has_pages and self.about.base_url else record,
            published=paper.approved_at,
            updated=paper.changed_at,
            authors=authors,
            content="".join(self._content(paper, record)),
            categories=(
                *(
                    Category(one.id, self._name(one), self.identity.survey)
                    for one in self._sections(paper)
                ),
                *(Category(one, one, ARXIV_SCHEME) for one in map(text.line, paper.categories)),
            ),
            related=tuple(link.url for link in paper.links[:_PROJECTS]),
            arxiv_id=paper.arxiv_id,
            sections=paper.sections,
            withdrawn=paper.withdrawn,
        )

    def _content(self, paper: ApprovedPaper, record: str) -> Iterator[str]:
        if paper.withdrawn:
            yield f"<p>{text.element('strong', self._say('withdrawn_said'))}</p>"
        if told := paper.known.retracted:
            yield f"<p>{text.element('strong', self._told(f'{told.state}_said', told))}</p>"
        if len(paper.authors) > _AUTHORS:
            more = len(paper.authors) - _AUTHORS
            yield text.element("p", self._say("authors_more", n=more))
        yield text.paragraphs(paper.abstract)
        names = [self._name(one) for one in self._sections(paper)]
        if names:
            yield text.element("p", self._say("in", names=self._say("separator").join(names)))
        if rationale := text.line(paper.rationale):
            said = text.element("strong", self._say("rationale"))
            yield f"<blockquote><p>{said}</p>{text.element('p', rationale)}</blockquote>"
        if paper.venue and (venue := text.line(paper.venue.name)):
            yield text.element("p", self._say("venue", name=venue))
        if (told := paper.known.published) and told.name:
            yield text.element("p", self._told("published_said", told))
        yield from self._translated(paper)
        yield text.joined(
            (
                text.link(record, key_label(paper.arxiv_id)),
                *(text.link(one.url, text.line(one.place)) for one in paper.links[:_PROJECTS]),
            )
        )
        if answers := list(self._answers(paper, names)):
            yield text.joined(answers)

    def _told(self, key: str, told: Told) -> str:
        """Return what a service told, with the first day of it, because feeds keep their bytes."""
        details = [told.on, f"doi:{told.doi}" if told.doi else "", told.since.isoformat()]
        said = self._say("separator").join(one for one in map(text.line, details) if one)
        service = told.service or self._say("a_suggestion")
        return self._say(key, service=service, name=text.line(told.name), details=said)

    def _translated(self, paper: ApprovedPaper) -> Iterator[str]:
        """Yield the machine translation in the feed's language, marked as one."""
        made = self.translations.get(paper.arxiv_id)
        if made is not None:
            marked = self._say("machine", model=text.line(made.model))
            yield f"<p>{text.element('strong', marked)}</p>"
            yield text.element("p", text.title(made.title))
            yield text.paragraphs(made.abstract)

    def _answers(self, paper: ApprovedPaper, names: list[str]) -> Iterator[str]:
        for kind, key in (
            (Suggestion.WRONG_SECTION, "wrong_section"),
            (Suggestion.ACCEPTED_AT, "accepted_at"),
            (Suggestion.MISSING_PAPER, "missing_paper"),
        ):
            missing = kind is Suggestion.MISSING_PAPER
            url = suggest_link(
                self.suggest_url,
                kind,
                arxiv_id="" if missing else paper.arxiv_id,
                title="" if missing else text.title(paper.title),
                section=", ".join(names),
            )
            if url:
                yield text.link(url, self._say(key))
        if url := fix_link(self.suggest_url, paper.arxiv_id):
            yield text.link(url, self._say("fix_paper"))

    def _sections(self, paper: ApprovedPaper) -> list[Section]:
        return [one for one in self.sections.values() if one.id in paper.sections]

    def _name(self, section: Section) -> str:
        return section_name(section, self.about.language)

    def _say(self, key: str, **values: object) -> str:
        return say(self.about.language, key, **values)


def section_name(section: Section, language: str) -> str:
    """Return the name of a section in a language."""
    return text.line(section.names.get(language) or section.names["en"])
