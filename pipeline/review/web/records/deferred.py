"""The deferred page: papers that wait until a reviewer decides again."""

from starlette.requests import Request
from starlette.responses import Response

from pipeline.review.web.context import context_of, render
from pipeline.review.web.flash import flash_of, with_title
from pipeline.review.web.view_state import QueueView

#: papers shown at most
RECENT = 100


def deferred_page(request: Request) -> Response:
    """Show the deferred papers."""
    context = context_of(request)
    with context.read_store() as store:
        items = store.queue.deferred(RECENT)
        titles = {item.paper.paper.arxiv_id: item.paper.paper.title for item in items}
        standing = store.decisions.standing(titles)
        flash = flash_of(store, request)
    return render(
        request,
        "records/deferred.html",
        heading="Deferred",
        view=QueueView("/deferred"),
        rows=[with_title(titles, standing[key]) for key in titles if key in standing],
        flash=flash,
    )
