"""The deferred page: papers that a reviewer put off, page by page, and when each returns."""

from dataclasses import dataclass
from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from pipeline.review.account import place_text, read_place
from pipeline.review.web.context import context_of, progress_of
from pipeline.review.web.render import render
from pipeline.review.web.texts import shown_title
from pipeline.review.web.view_state import read_view
from storage.decision_account import DecisionFilter
from storage.types import Decision, StoredPaper, Verdict

#: papers of a page
PAGE_SIZE = 50
PATH = "/deferred"
_DEFERRED = DecisionFilter(verdict=Verdict.DEFERRED, standing=True, one_by_one=True)


@dataclass(frozen=True, slots=True)
class DeferredRow:
    """A deferred paper."""

    decision: Decision
    title: str
    #: whether its day or version has come, so that it waits in the queue again
    returned: bool


def deferred_page(request: Request) -> Response:
    """Show the deferred papers, longest waiting first."""
    context = context_of(request)
    after = request.query_params.get("after", "")
    with context.read_store() as store:
        progress_of(request).read(store)
        found = store.account.page(
            _DEFERRED, limit=PAGE_SIZE + 1, beyond=read_place(after), oldest_first=True
        )
        rows = found[:PAGE_SIZE]
        papers = store.papers.get_many([row.decision.arxiv_id for row in rows])
        total = store.account.tally(_DEFERRED).standing
    more = place_text(rows[-1].place) if len(found) > PAGE_SIZE else ""
    return render(
        request,
        "records/deferred.html",
        heading="Deferred",
        view=read_view(PATH, {"after": after} if after else {}, context.taxonomy),
        rows=[_row(row.decision, papers.get(row.decision.arxiv_id), context.today) for row in rows],
        total=total,
        after=after,
        more=more,
    )


def _row(decision: Decision, stored: StoredPaper | None, today: date) -> DeferredRow:
    title = stored.paper.title if stored else ""
    return DeferredRow(
        decision,
        shown_title(title, decision.arxiv_id),
        decision.has_returned(stored.paper.version if stored else None, today),
    )
