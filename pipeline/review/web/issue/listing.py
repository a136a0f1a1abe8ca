"""Show the issues of the last weeks, and how far each is."""

from starlette.requests import Request
from starlette.responses import Response

from pipeline.review.web.context import context_of, progress_of
from pipeline.review.web.render import render
from storage.issue_types import IssueRecord


def issues_page(request: Request) -> Response:
    """List the last weeks and all issues that were edited, built or published."""
    context = context_of(request)
    with context.read_store() as store:
        recorded = {one.week: one for one in store.issues.all()}
        progress_of(request).read(store)
    weeks = {*context.issues.recent(context.clock()), *recorded}
    return render(
        request,
        "issue/list.html",
        heading="Issues",
        issues=[recorded.get(week, IssueRecord(week)) for week in sorted(weeks, reverse=True)],
    )
