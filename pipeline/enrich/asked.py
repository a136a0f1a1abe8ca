"""Turn what services say of one paper into facts; what is not said is `unknown`, never fine."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from config.enrich_schema import EnrichSettings
from pipeline.curated.agreement import Kind, Known, compare
from pipeline.curated.comparison.names import compare_authors
from pipeline.curated.lint.online.answers import Visitor
from pipeline.enrich.links import LinkKind, find_links
from pipeline.enrich.services.answers import AnswerError, NotFoundError
from pipeline.enrich.services.code import ask_page, ask_repository, repository_of
from pipeline.enrich.services.crossref import (
    Work,
    ask_by_title,
    ask_notices,
    ask_work,
    judge,
    names_of,
    notices_of,
    publication_of,
)
from pipeline.enrich.services.dois import arxiv_doi, dois_of
from pipeline.enrich.services.openalex import ask_citations
from pipeline.ingest.sources.web.service import Asker
from storage.enrichment import UNKNOWN, Fact
from storage.paper_key import is_doi_key
from storage.types import Paper

#: links of a paper that are asked
_MOST_LINKS = 4


@dataclass(frozen=True)
class Services:
    """What is asked, each work of Crossref once in a call."""

    settings: EnrichSettings
    ask: Asker
    visit: Visitor
    #: called before each visit of a page
    within: Callable[[], None]
    #: of OpenAlex; empty: none
    key: str = ""
    _works: dict[str, Work | AnswerError] = field(default_factory=dict)

    def work(self, doi: str) -> Work:
        """Return what Crossref knows of a DOI, or raise AnswerError."""
        if doi not in self._works:
            try:
                self._works[doi] = ask_work(self.ask, self.settings.crossref_url, doi)
            except AnswerError as error:
                self._works[doi] = error
        found = self._works[doi]
        if isinstance(found, AnswerError):
            raise found
        return found


Asked = Callable[[Services, Paper, str], Iterator[Fact]]


def ask_retraction(services: Services, paper: Paper, found_doi: str) -> Iterator[Fact]:
    """Yield whether the published version was retracted or corrected."""
    dois = dois_of(f"{paper.doi or ''} {found_doi}")
    if not dois:
        yield _unknown(paper, "retraction", "", "crossref", "no DOI of a published version")
    for doi in dois:
        try:
            notices = notices_of(services.work(doi))
            missing = ""
        except AnswerError as error:
            notices, missing = (), str(error)
        try:
            notices += ask_notices(services.ask, services.settings.crossref_url, doi)
        except AnswerError as error:
            missing = missing or str(error)
        state, said = judge(notices)
        if missing and state != "retracted":
            yield _unknown(paper, "retraction", doi, "crossref", missing)
            continue
        detail = {"notices": [asdict(one) for one in said]}
        yield Fact(paper.arxiv_id, "retraction", doi, state, detail, "crossref")


def ask_venue(services: Services, paper: Paper, _: str) -> Iterator[Fact]:
    """Yield where the paper is published: by its DOI, else by title and authors."""
    dois = dois_of(paper.doi)
    for doi in dois:
        try:
            publication = publication_of(services.work(doi))
        except AnswerError as error:
            yield _unknown(paper, "venue", doi, "crossref", str(error))
            continue
        yield _venue(paper, doi, publication)
    if dois:
        return
    try:
        works = ask_by_title(services.ask, services.settings.crossref_url, paper.title)
    except AnswerError as error:
        yield _unknown(paper, "venue", "", "crossref", str(error))
        return
    same = [work for work in works if _is_same(paper, work)]
    publications = [one for work in same if (one := publication_of(work)) is not None]
    # Two venues for one title are doubt, and a wrong venue is worse than none.
    yield _venue(paper, "", publications[0] if len(publications) == 1 else None)


def ask_cited(services: Services, paper: Paper, found_doi: str) -> Iterator[Fact]:
    """Yield how often the paper is cited, by its published version's DOI or else arXiv's."""
    cause = "does not know the paper"
    own = () if is_doi_key(paper.arxiv_id) else (arxiv_doi(paper.arxiv_id),)
    for doi in (*dois_of(f"{paper.doi or ''} {found_doi}")[:1], *own):
        try:
            detail = ask_citations(services.ask, services.settings.openalex_url, doi, services.key)
        except NotFoundError:
            continue
        except AnswerError as error:
            cause = str(error)
            break
        yield Fact(paper.arxiv_id, "citations", "", "counted", detail, "openalex")
        return
    yield _unknown(paper, "citations", "", "openalex", cause)


def ask_code(services: Services, paper: Paper, _: str) -> Iterator[Fact]:
    """Yield whether the paper's code and project pages exist."""
    links = [
        link
        for link in find_links(paper.abstract, paper.comment)
        if link.kind is not LinkKind.ANONYMOUS
    ]
    if not links:
        yield Fact(paper.arxiv_id, "code", "", "none", {}, "web")
    for link in links[:_MOST_LINKS]:
        name = repository_of(link)
        source = "github" if name else "web"
        try:
            state, detail = (
                ask_repository(services.ask, services.settings.github_url, name)
                if name
                else ask_page(services.visit, link.url, services.within)
            )
        except AnswerError as error:
            yield _unknown(paper, "code", link.url, source, str(error))
            continue
        yield Fact(paper.arxiv_id, "code", link.url, state, detail, source)


def _is_same(paper: Paper, work: Work) -> bool:
    authors = names_of(work)
    if not authors or not work.title:
        return False
    people = compare_authors(authors, paper.authors)
    if not people.found or 2 * people.found < people.listed:
        return False  # many papers share a short title
    known = Known((paper.title,), paper.authors)
    return compare([work.title], authors, known).kind is Kind.SAME


def _venue(paper: Paper, subject: str, publication: Mapping[str, Any] | None) -> Fact:
    state = "none" if publication is None else "published"
    return Fact(paper.arxiv_id, "venue", subject, state, publication or {}, "crossref")


def _unknown(paper: Paper, kind: str, subject: str, source: str, cause: str) -> Fact:
    return Fact(paper.arxiv_id, kind, subject, UNKNOWN, {"cause": cause[:200]}, source)


#: the gravest first
KINDS: Mapping[str, Asked] = {
    "retraction": ask_retraction,
    "venue": ask_venue,
    "code": ask_code,
    "citations": ask_cited,
}
