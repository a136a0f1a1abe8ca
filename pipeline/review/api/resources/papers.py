"""Read papers: one with all that is known of it, why it scores as it does, and searches."""

from pydantic import Field

from config.scopes import Scope
from pipeline.learn.documents import document_of
from pipeline.review.api.context import ApiContext, Call
from pipeline.review.api.documents.base import Limit, Query
from pipeline.review.api.documents.decisions import decision_document
from pipeline.review.api.documents.papers import (
    FoundDocument,
    PaperDocument,
    PublicationDocument,
    SearchResult,
    VersionDocument,
    WhyDocument,
    prediction_document,
    why_document,
)
from pipeline.review.api.documents.problems import ProblemError
from pipeline.review.api.operation import Answer, Operation
from pipeline.review.remarks import remarks_on
from storage.calendar import announcement_day
from storage.paper_key import parse_key
from storage.paper_search import FoundPaper, Place
from storage.queue_filter import LONGEST_SEARCH, QueueFilter
from storage.store import Store
from storage.typed_ids import not_held
from storage.types import StoredPaper


class SearchQuery(Query):
    """What is searched for."""

    search: str = Field(
        min_length=1,
        max_length=LONGEST_SEARCH,
        description="An arXiv ID, or words and quoted phrases of title, abstract and authors.",
    )
    limit: Limit = 20


def read_paper(context: ApiContext, store: Store, arxiv_id: str) -> PaperDocument:
    """Return a paper with all that is known of it.

    Raises:
        PaperNotFoundError: it is not in the database.
    """
    stored = _stored(context, store, arxiv_id)
    paper = stored.paper
    key, today = paper.arxiv_id, announcement_day(context.clock())
    prediction = store.predictions.latest([key]).get(key)
    standing = store.decisions.standing([key]).get(key)
    found = store.search.find(key, today)
    return PaperDocument(
        arxiv_id=key,
        version=paper.version,
        title=paper.title,
        abstract=paper.abstract,
        authors=paper.authors,
        categories=paper.categories,
        primary_category=paper.primary_category,
        comment=paper.comment,
        doi=paper.doi,
        journal_ref=paper.journal_ref,
        license=paper.license,
        submitted_at=paper.submitted_at,
        updated_at=paper.updated_at,
        announced=stored.announced,
        withdrawn=paper.withdrawn,
        first_seen_at=stored.first_seen_at,
        content_hash=stored.content_hash,
        versions=tuple(
            VersionDocument(
                version=one.version, submitted_at=one.submitted_at, withdrawn=one.withdrawn
            )
            for one in paper.versions
        ),
        state=found.place if found else Place.UNCLASSIFIED,
        remarks=remarks_on(store, [paper], {key: stored.title_key}).get(key, ()),
        prediction=prediction_document(prediction, stored.content_hash) if prediction else None,
        standing=decision_document(standing) if standing else None,
        decisions=tuple(map(decision_document, store.decisions.of_paper(key))),
        published=tuple(
            PublicationDocument(target=target, section=section, published_at=at)
            for target, section, at in store.published.of_paper(key)
        ),
    )


def explain_paper(context: ApiContext, arxiv_id: str, person: str) -> WhyDocument:
    """Return why the model scores a paper as it does; it opens the store for a moment.

    Raises:
        PaperNotFoundError: it is not in the database.
        ProblemError: this service explains nothing, because it has no directory of models.
    """
    with context.read_store() as store:
        stored = _stored(context, store, arxiv_id)
        news = context.explainers.news(store) if context.explainers else None
    if context.explainers is None or news is None:
        raise ProblemError(404, "no-model", "This service has no models to explain with.")
    reasons = context.explainers.current().reasons(
        document_of(stored.paper), live=news.live, reviewer=person
    )
    return why_document(stored.paper.arxiv_id, reasons)


def search_papers(context: ApiContext, store: Store, search: str, limit: int) -> SearchResult:
    """Return the paper of an ID, else decided and then waiting papers by their text.

    Raises:
        UsageError: the search is too long.
    """
    today = announcement_day(context.clock())
    named = store.search.find(search, today)
    if named or parse_key(search):
        found = [named] if named else []
    else:
        wanted = QueueFilter(search=search)
        found = store.search.decided(wanted, limit)
        waiting = store.queue.rows(wanted, limit=limit - len(found), today=today)
        found += [FoundPaper(row.arxiv_id, row.title, Place.WAITING) for row in waiting]
    return SearchResult(
        papers=tuple(
            FoundDocument(arxiv_id=one.arxiv_id, title=one.title, state=one.place) for one in found
        )
    )


def _stored(context: ApiContext, store: Store, arxiv_id: str) -> StoredPaper:
    key = parse_key(arxiv_id)
    stored = store.papers.get(key) if key else None
    if stored is None:
        if key is None:
            raise ProblemError(404, "not-found", "This is neither an arXiv ID nor a DOI.")
        absent = not_held(key, context.clock().date())
        raise ProblemError(404, "not-found", absent.message, hint=absent.hint)
    return stored


def _get(call: Call) -> Answer:
    with call.context.read_store() as store:
        return Answer(200, read_paper(call.context, store, call.path["arxiv_id"]))


def _why(call: Call) -> Answer:
    return Answer(200, explain_paper(call.context, call.path["arxiv_id"], call.person))


def _search(call: Call) -> Answer:
    query: SearchQuery = call.query
    with call.context.read_store() as store:
        return Answer(200, search_papers(call.context, store, query.search, query.limit))


OPERATIONS = (
    Operation(
        "searchPapers",
        "GET",
        "/papers",
        "Search papers by ID or text.",
        _search,
        Scope.READ,
        {200: SearchResult},
        query=SearchQuery,
    ),
    # before the paper's own address, because old IDs contain a slash
    Operation(
        "explainPaper",
        "GET",
        "/papers/{arxiv_id:path}/why",
        "Explain a paper's scores.",
        _why,
        Scope.READ,
        {200: WhyDocument},
        problems=(404,),
    ),
    Operation(
        "getPaper",
        "GET",
        "/papers/{arxiv_id:path}",
        "Get a paper with versions, prediction and decisions.",
        _get,
        Scope.READ,
        {200: PaperDocument},
        problems=(404,),
        tagged=True,
    ),
)
