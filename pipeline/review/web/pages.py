"""The pages of the queue: each takes a short lease, reads, lets go, then renders. Never writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from config.errors import LivingSurveyError
from pipeline.review.audit import AuditReport, audit_report, count, estimated
from pipeline.review.web.cards import Card, FormDraft, make_card
from pipeline.review.web.context import ReviewContext, context_of, render
from pipeline.review.web.error_pages import no_such_paper
from pipeline.review.web.view_state import QueueView, paper_place, read_place
from pipeline.review.web.why import explained, mind_of, with_marks
from storage.arxiv_id import parse_arxiv_id
from storage.errors import DecisionNotFoundError
from storage.store import Store
from storage.types import Decision, QueueItem

#: papers on one page: each carries its whole form, and nobody reads further before deciding
PAGE_SIZE = 10
_RECENT = 100


@dataclass(frozen=True, slots=True)
class Flash:
    """What the reviewer just did, shown above the page."""

    decision: Decision
    title: str


@dataclass(frozen=True, slots=True)
class Pager:
    """Where a page lies among the others."""

    page: int
    pages: int
    total: int
    #: addresses, empty where there is no such page
    newer: str
    older: str


def home(_request: Request) -> Response:
    """Send the visitor to the queue."""
    return RedirectResponse("/queue", 303)


def queue_page(request: Request) -> Response:
    """Show the papers that wait, by section, in the order asked for."""
    desk = context_of(request)
    place = read_place("/queue", request.query_params, desk.taxonomy)
    with desk.open_store() as store:
        tally = store.queue.tally(at_least=place.at_least / 100)
        total = tally.sections.get(place.section, 0) if place.section else tally.size
        pages = max(1, -(-total // PAGE_SIZE))
        # the last paper of the last page was decided: show the page before it
        place = place.at_page(min(place.page, pages))
        items = store.queue.page(
            section=place.section,
            order=place.order,
            limit=PAGE_SIZE,
            offset=(place.page - 1) * PAGE_SIZE,
            at_least=place.at_least / 100,
        )
        # only an approval that lost its section in a change of the taxonomy waits again
        standing = store.decisions.standing([item.paper.paper.arxiv_id for item in items])
        audit = count(store, queued=tally.whole)
        news = _news(store, request)
    section = desk.taxonomy.section(place.section) if place.section else None
    pager = Pager(
        place.page,
        pages,
        total,
        newer=place.at_page(place.page - 1).url() if place.page > 1 else "",
        older=place.at_page(place.page + 1).url() if place.page < pages else "",
    )
    page = render(
        request,
        "queue.html",
        heading=" \N{MIDDLE DOT} ".join(section.path) if section else "Queue",
        section=section,
        place=place,
        counts=tally.sections,
        size=tally.size,
        pager=pager,
        cards=_cards(desk, items, standing),
        audit=_estimated(desk, audit),
        news=news,
    )
    if desk.reasoner is not None:
        # the page has gone out before scikit-learn is imported for the next one
        page.background = BackgroundTask(desk.reasoner.warm)
    return page


def deferred_page(request: Request) -> Response:
    """Show the papers that were put off."""
    desk = context_of(request)
    with desk.open_store() as store:
        items = store.queue.deferred(_RECENT)
        standing = store.decisions.standing([item.paper.paper.arxiv_id for item in items])
        news = _news(store, request)
    return render(
        request,
        "deferred.html",
        heading="Deferred",
        place=QueueView("/deferred"),
        cards=_cards(desk, items, standing),
        news=news,
    )


def paper_page(request: Request) -> Response:
    """Show one paper with everything that was decided about it."""
    arxiv_id = parse_arxiv_id(request.path_params["arxiv_id"])
    if arxiv_id is None:
        return no_such_paper(request, request.path_params["arxiv_id"])
    return show_paper(request, arxiv_id.base, back=paper_place(arxiv_id.base, request.query_params))


def show_paper(
    request: Request,
    arxiv_id: str,
    *,
    warning: str = "",
    wish: FormDraft | None = None,
    back: QueueView | None = None,
    status: int = 200,
) -> Response:
    """Return the page of a paper, with a warning and the reviewer's own choices kept."""
    desk = context_of(request)
    mind, trouble = mind_of(desk)
    with desk.open_store() as store:
        stored = store.papers.get(arxiv_id)
        if stored is None:
            return no_such_paper(request, arxiv_id)
        prediction = store.predictions.latest([arxiv_id]).get(arxiv_id)
        standing = store.decisions.standing([arxiv_id]).get(arxiv_id)
        history = store.decisions.of_paper(arxiv_id)
        changed = store.decisions.changed_since(mind.seen) if mind else frozenset()
        news = _news(store, request)
    card = make_card(stored, prediction, desk.taxonomy, standing=standing, wish=wish)
    why = explained(mind, trouble, card, changed)
    return render(
        request,
        "paper.html",
        status=status,
        heading=stored.paper.title,
        place=back or QueueView(f"/paper/{arxiv_id}"),
        card=with_marks(card, why),
        why=why,
        history=sorted(history, key=lambda decision: decision.decided_at, reverse=True),
        news=news,
        warning=warning,
    )


def audit_page(request: Request) -> Response:
    """Show how far the survey is, and what the random sample says about the papers that wait."""
    desk = context_of(request)
    return render(
        request,
        "audit.html",
        heading="Audit",
        place=QueueView("/queue", order="random"),
        audit=audit_report(desk.open_store),
    )


def decisions_page(request: Request) -> Response:
    """Show what was decided lately, each with its undo."""
    desk = context_of(request)
    with desk.open_store() as store:
        recent = store.decisions.recent(_RECENT)
        titles = store.papers.titles(decision.arxiv_id for decision in recent)
        standing = store.decisions.standing(decision.arxiv_id for decision in recent)
        news = _news(store, request)
    return render(
        request,
        "decisions.html",
        heading="Decisions",
        place=QueueView("/decisions"),
        rows=[Flash(decision, titles.get(decision.arxiv_id, "")) for decision in recent],
        standing={decision.decision_id for decision in standing.values()},
        news=news,
    )


def health(request: Request) -> Response:
    """Say whether the database can be read, for whoever watches the service."""
    try:
        with context_of(request).open_store() as store:
            waiting = store.queue.size()
    except LivingSurveyError as error:
        return JSONResponse({"status": "unavailable", "error": str(error)}, 503)
    return JSONResponse({"status": "ok", "queue": waiting})


def _cards(
    desk: ReviewContext, items: Sequence[QueueItem], standing: Mapping[str, Decision]
) -> list[Card]:
    return [
        make_card(
            item.paper,
            item.prediction,
            desk.taxonomy,
            standing=standing.get(item.paper.paper.arxiv_id),
        )
        for item in items
    ]


def _estimated(desk: ReviewContext, audit: AuditReport) -> AuditReport:
    """Return the estimate too where its library is loaded already: the first page is not late."""
    ready = desk.reasoner is not None and desk.reasoner.ready
    return estimated(audit) if ready else audit


def _news(store: Store, request: Request) -> Flash | None:
    """Return the decision that `?done=` names: looked up, so that no link can claim one."""
    decision_id = request.query_params.get("done")
    if not decision_id:
        return None
    try:
        decision = store.decisions.get(decision_id)
    except DecisionNotFoundError:
        return None
    titles = store.papers.titles([decision.arxiv_id])
    return Flash(decision, titles.get(decision.arxiv_id, decision.arxiv_id))
