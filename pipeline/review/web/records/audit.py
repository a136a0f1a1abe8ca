"""The audit page: the screening counts and the estimate."""

from starlette.requests import Request
from starlette.responses import Response

from pipeline.review.audit import audit_report
from pipeline.review.selection import Selection
from pipeline.review.web.context import context_of, render
from pipeline.review.web.view_state import QueueView


def audit_page(request: Request) -> Response:
    """Show the screening counts and the estimate."""
    return render(
        request,
        "records/audit.html",
        heading="Audit",
        view=QueueView(selection=Selection(order="random")),
        audit=audit_report(context_of(request).read_store),
    )
