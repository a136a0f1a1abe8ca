"""The audit page: the screening counts and the estimate."""

from starlette.requests import Request
from starlette.responses import Response

from pipeline.review.account import other_share
from pipeline.review.audit import audit_report
from pipeline.review.selection import Selection
from pipeline.review.web.context import context_of, language_of, person_of
from pipeline.review.web.render import render
from pipeline.review.web.view_state import QueueView


def audit_page(request: Request) -> Response:
    """Show the screening counts and the estimate."""
    context = context_of(request)
    person = person_of(request)
    report = audit_report(context.read_store, limits=person.limits)
    language = language_of(request, person.preferences.own())
    return render(
        request,
        "records/audit.html",
        heading="Audit",
        view=QueueView(selection=Selection(order="random")),
        audit=report,
        exclusions=report.screening.exclusions(context.reasons, language),
        much_other=other_share(dict(report.screening.reasons)),
    )
