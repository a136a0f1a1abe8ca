"""Show the pages; each reads in a short lease and renders after it."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from config.errors import LivingSurveyError
from pipeline.review.audit import AuditReport, audit_report, count, estimated
from pipeline.review.remarks import remarks_on
from pipeline.review.web.cards import Card, FormDraft, make_card, shown_title
from pipeline.review.web.context import ReviewContext, context_of, render
from pipeline.review.web.error_pages import no_such_paper
from pipeline.review.web.view_state import QueueView, paper_view, read_view
from pipeline.review.web.why import current_explainer, explained, with_marks
from pipeline.runtime.jobs import faults
from storage.arxiv_id import parse_arxiv_id
from storage.calendar import announcement_day
from storage.errors import DecisionNotFoundError
from storage.queue_filter import QueueFilter, QueueLimits
from storage.store import Store
from storage.types import Decision, QueueItem, SectionScore

_log = logging.getLogger(__name__)

#: each card contains its whole form
PAGE_SIZE = 10
_RECENT = 100
#: characters of an arXiv ID in any spelling, also with its address
_LONGEST_ID = 64


@dataclass(frozen=True, slots=True)
class Flash:
    """A decision and its paper's title, for a message or a list."""

    decision: Decision
    title: str


@dataclass(frozen=True, slots=True)
class Pager:
    """The position of a page among the others."""

    page: int
    pages: int
    total: int
    #: empty if the page does not exist
    newer: str
    older: str


def home(_request: Request) -> Response:
    """Redirect to the queue."""
    return RedirectResponse("/queue", 303)


def queue_page(request: Request) -> Response:
    """Show the waiting papers of a section."""
    context = context_of(request)
    view = read_view("/queue", request.query_params, context.taxonomy)
    with context.read_store() as store:
        today = announcement_day(context.clock())
        wanted = QueueFilter(section=view.section, at_least=view.at_least / 100, order=view.order)
        tally = store.queue.tally(wanted, today=today, limits=QueueLimits())
        total = tally.size
        pages = max(1, -(-total // PAGE_SIZE))
        # a decision on its last paper empties the last page
        view = view.at_page(min(view.page, pages))
        rows = store.queue.rows(
            wanted, limit=PAGE_SIZE, offset=(view.page - 1) * PAGE_SIZE, today=today
        )
        items = store.queue.items(row.arxiv_id for row in rows)
        # only an approval without a section is queued with its decision
        standing = store.decisions.standing([item.paper.paper.arxiv_id for item in items])
        remarks = remarks_on(store, [item.paper.paper for item in items])
        audit = count(store, queued=tally.whole)
        flash = _flash(store, request)
    section = context.taxonomy.section(view.section) if view.section else None
    pager = Pager(
        view.page,
        pages,
        total,
        newer=view.at_page(view.page - 1).url() if view.page > 1 else "",
        older=view.at_page(view.page + 1).url() if view.page < pages else "",
    )
    page = render(
        request,
        "queue.html",
        heading=" \N{MIDDLE DOT} ".join(section.path) if section else "Queue",
        section=section,
        view=view,
        counts=tally.sections,
        size=tally.across,
        pager=pager,
        cards=_cards(context, items, standing, remarks),
        audit=_with_estimate(context, audit),
        flash=flash,
    )
    if context.explainers is not None:
        # loads scikit-learn for the next page
        page.background = BackgroundTask(context.explainers.warm)
    return page


def deferred_page(request: Request) -> Response:
    """Show the deferred papers."""
    context = context_of(request)
    with context.read_store() as store:
        items = store.queue.deferred(_RECENT)
        standing = store.decisions.standing([item.paper.paper.arxiv_id for item in items])
        remarks = remarks_on(store, [item.paper.paper for item in items])
        flash = _flash(store, request)
    return render(
        request,
        "deferred.html",
        heading="Deferred",
        view=QueueView("/deferred"),
        cards=_cards(context, items, standing, remarks),
        flash=flash,
    )


def paper_page(request: Request) -> Response:
    """Show one paper with all its decisions."""
    text = request.path_params["arxiv_id"]
    arxiv_id = parse_arxiv_id(text) if len(text) <= _LONGEST_ID else None
    if arxiv_id is None:
        return no_such_paper(request, text)
    return show_paper(request, arxiv_id.base, back=paper_view(arxiv_id.base, request.query_params))


def show_paper(
    request: Request,
    arxiv_id: str,
    *,
    warning: str = "",
    offer: SectionScore | None = None,
    draft: FormDraft | None = None,
    back: QueueView | None = None,
    status: int = 200,
) -> Response:
    """Return the page of a paper.

    `warning` says why a form was not accepted, `draft` is what was entered, `offer` a section to
    accept with one button, `back` the view to return to.
    """
    context = context_of(request)
    explainer, problem = current_explainer(context)
    with context.read_store() as store:
        stored = store.papers.get(arxiv_id)
        if stored is None:
            return no_such_paper(request, arxiv_id)
        prediction = store.predictions.latest([arxiv_id]).get(arxiv_id)
        standing = store.decisions.standing([arxiv_id]).get(arxiv_id)
        remarks = remarks_on(store, [stored.paper]).get(arxiv_id, ())
        history = store.decisions.of_paper(arxiv_id)
        changed = store.decisions.changed_since(explainer.seen) if explainer else frozenset()
        flash = _flash(store, request)
    card = make_card(
        stored, prediction, context.taxonomy, standing=standing, draft=draft, remarks=remarks
    )
    why = explained(explainer, problem, card, changed)
    return render(
        request,
        "paper.html",
        status=status,
        heading=shown_title(stored.paper.title, arxiv_id),
        view=back or QueueView(f"/paper/{arxiv_id}"),
        card=with_marks(card, why),
        why=why,
        history=sorted(history, key=lambda decision: decision.decided_at, reverse=True),
        flash=flash,
        warning=warning,
        offer=offer,
    )


def audit_page(request: Request) -> Response:
    """Show the screening counts and the estimate."""
    context = context_of(request)
    return render(
        request,
        "audit.html",
        heading="Audit",
        view=QueueView("/queue", order="random"),
        audit=audit_report(context.read_store),
    )


def decisions_page(request: Request) -> Response:
    """Show the latest decisions, which can be undone."""
    context = context_of(request)
    with context.read_store() as store:
        recent = store.decisions.recent(_RECENT)
        titles = store.papers.titles(decision.arxiv_id for decision in recent)
        standing = store.decisions.standing(decision.arxiv_id for decision in recent)
        flash = _flash(store, request)
    return render(
        request,
        "decisions.html",
        heading="Decisions",
        view=QueueView("/decisions"),
        rows=[Flash(decision, _title(titles, decision)) for decision in recent],
        standing={decision.decision_id for decision in standing.values()},
        flash=flash,
    )


def health(request: Request) -> Response:
    """Report for monitoring, as JSON: whether the database can be read, and how jobs ended.

    Counts and states only, because it is open to every user of this machine.
    """
    context = context_of(request)
    jobs = context.jobs()
    ends = {end.job: str(end.outcome) for end in jobs}
    try:
        with context.read_store() as store:
            waiting = store.queue.size()
    except LivingSurveyError as error:
        _log.warning("database cannot be read", extra={"error": str(error)})
        return JSONResponse({"status": "unavailable", "jobs": ends}, 503)
    status = "degraded" if faults(jobs) else "ok"
    return JSONResponse({"status": status, "queue": waiting, "jobs": ends})


def _cards(
    context: ReviewContext,
    items: Sequence[QueueItem],
    standing: Mapping[str, Decision],
    remarks: Mapping[str, tuple[str, ...]],
) -> list[Card]:
    return [
        make_card(
            item.paper,
            item.prediction,
            context.taxonomy,
            standing=standing.get(item.paper.paper.arxiv_id),
            remarks=remarks.get(item.paper.paper.arxiv_id, ()),
        )
        for item in items
    ]


def _with_estimate(context: ReviewContext, audit: AuditReport) -> AuditReport:
    """Add the estimate if its library is loaded, to keep the first page fast."""
    ready = context.explainers is not None and context.explainers.ready
    return estimated(audit) if ready else audit


def _flash(store: Store, request: Request) -> Flash | None:
    """Return the decision in `?done=`, looked up, so that a link cannot forge a message."""
    decision_id = request.query_params.get("done")
    if not decision_id:
        return None
    try:
        decision = store.decisions.get(decision_id)
    except DecisionNotFoundError:
        return None
    titles = store.papers.titles([decision.arxiv_id])
    return Flash(decision, _title(titles, decision))


def _title(titles: Mapping[str, str], decision: Decision) -> str:
    return shown_title(titles.get(decision.arxiv_id, ""), decision.arxiv_id)
