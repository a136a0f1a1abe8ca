"""The decisions page: the latest decisions, which can be undone."""

from starlette.requests import Request
from starlette.responses import Response

from pipeline.review.web.context import context_of, render
from pipeline.review.web.flash import flash_of, with_title
from pipeline.review.web.view_state import QueueView

_RECENT = 100


def decisions_page(request: Request) -> Response:
    """Show the latest decisions, which can be undone."""
    context = context_of(request)
    with context.read_store() as store:
        recent = store.decisions.recent(_RECENT)
        titles = store.papers.titles(decision.arxiv_id for decision in recent)
        standing = store.decisions.standing(decision.arxiv_id for decision in recent)
        flash = flash_of(store, request)
    return render(
        request,
        "records/decisions.html",
        heading="Decisions",
        view=QueueView("/decisions"),
        rows=[with_title(titles, decision) for decision in recent],
        standing={decision.decision_id for decision in standing.values()},
        flash=flash,
    )
