"""Show an issue: what it lacks, its preview, and the form that edits it."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from pipeline.review.issues.desk import HIGHLIGHTS, IssuePaper
from pipeline.review.issues.edits import LEAD_LIMIT, NOTE_LIMIT, Conflict
from pipeline.review.issues.missing import edited_elsewhere, missing, what_waits
from pipeline.review.web.context import context_of, person_of
from pipeline.review.web.headers import policy
from pipeline.review.web.issue.form import Fields, fields_of, in_order
from pipeline.review.web.render import render
from pipeline.review.web.texts import shown_title

#: what `?done=` says was done
_DONE = {
    "saved": "Saved.",
    "built": "Built. Look at the preview, then approve it.",
    "approved": "Approved.",
    "withdrawn": "The approval is withdrawn.",
}
_LANGUAGES = {"en": "English", "zh": "中文"}
#: events that the page lists
_EVENTS = 30


def issue_page(request: Request) -> Response:
    """Show the issue of a week."""
    return show(request, request.path_params["week"])


def show(
    request: Request,
    week: str,
    fields: Fields | None = None,
    *,
    warning: str = "",
    conflicts: Sequence[Conflict] = (),
    status: int = 200,
) -> Response:
    """Return the page of an issue; `fields` are what was typed and not recorded."""
    context, person = context_of(request), person_of(request)
    draft = context.issues.draft(context.read_store, week, context.clock())
    elsewhere = edited_elsewhere(draft)
    with context.read_store() as store:
        record = store.issues.get(draft.week)
        events = store.issues.events(draft.week)
        waiting = what_waits(store, draft, person.limits, context.today)
        titles = store.papers.titles(elsewhere)
        person.progress.read(store)
    papers = {paper.arxiv_id: paper for paper in draft.papers} | {
        arxiv_id: IssuePaper(arxiv_id, shown_title(titles.get(arxiv_id, ""), arxiv_id), "", "")
        for arxiv_id in elsewhere
    }
    shown = fields_of(draft.edits, draft.highlights) if fields is None else fields
    page = render(
        request,
        "issue/page.html",
        status=status,
        heading=f"Issue {draft.week}",
        draft=draft,
        record=record,
        is_current=record.digest == draft.digest and not record.edited_since,
        may_approve=context.issues.may_approve(person.name),
        events=events[:_EVENTS],
        earlier_events=len(events) - _EVENTS,
        lacks=missing(draft, waiting, person.limits),
        fields=shown,
        papers=[papers[arxiv_id] for arxiv_id in in_order(draft, shown, elsewhere)],
        elsewhere=elsewhere,
        conflicts=conflicts,
        warning=warning,
        done="" if warning else _DONE.get(request.query_params.get("done", ""), ""),
        language_names=_LANGUAGES,
        lead_limit=LEAD_LIMIT,
        issue_note_limit=NOTE_LIMIT,
        most_highlights=HIGHLIGHTS,
    )
    page.headers["Content-Security-Policy"] = policy(frame_src="'self'")  # the preview
    return page
