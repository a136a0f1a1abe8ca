"""The page with the state of the survey: what is held, what ran, what needs somebody."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from pipeline.review.web.context import context_of, progress_of
from pipeline.review.web.render import render


def status_page(request: Request) -> Response:
    """Show the facts that `status` prints."""
    context = context_of(request)
    state = context.state()
    with context.read_store() as store:
        progress_of(request).read(store)
    return render(request, "status.html", heading="Status", state=state, now=context.clock())


ROUTES: tuple[BaseRoute, ...] = (Route("/status", status_page),)
