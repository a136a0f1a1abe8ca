"""Record what an editor typed and the button that was pressed."""

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from config.errors import UsageError
from config.roles import Role
from pipeline.review.issues import acts
from pipeline.review.issues.edits import Typed
from pipeline.review.web.context import context_of, require, reviewer_of
from pipeline.review.web.desk.forms import act, text_of
from pipeline.review.web.error_pages import refuse
from pipeline.review.web.issue.form import fields_in, fields_of, typed_in
from pipeline.review.web.issue.page import show
from storage.errors import IssueStateError
from storage.issue_types import IssueEdits

#: a note and a place for each paper of the largest issue
_MOST_FIELDS = 5_000
#: button -> what the page says was done
_ACTS = {
    "save": "saved",
    "flags": "saved",
    "build": "built",
    "approve": "approved",
    "withdraw": "withdrawn",
}


async def change_issue(request: Request) -> Response:
    """Record the edits of the form, then build, approve or withdraw as the button says.

    Every button records the edits, so that none is lost.
    """
    return await act(request, _change, max_fields=_MOST_FIELDS)


def _change(request: Request, form: FormData) -> Response:
    require(request, Role.PUBLISHER)
    context = context_of(request)
    pressed = text_of(form, "act")
    if pressed not in _ACTS:
        return refuse(request, 400, "This form does not say what to do.", "Press a button on it.")
    week = context.issues.read_week(request.path_params["week"], context.clock())
    fields = fields_in(form)

    def typed(before: IssueEdits) -> Typed:
        stated = typed_in(fields, before)
        return Typed(stated.lead, stated.notes, None) if pressed == "flags" else stated

    try:
        saved = acts.save(
            context.open_store,
            week,
            typed,
            editor=reviewer_of(request),
            clock=context.clock,
            seen=fields.seen,
        )
    except UsageError as error:
        return show(request, week, fields, warning=f"Nothing was saved. {error}", status=400)
    if saved.conflicts:
        return show(
            request,
            week,
            fields_of(saved.edits, fields.shown),
            warning="Nothing was saved: someone else changed the same fields meanwhile. Your text "
            "is in them; saving again replaces theirs.",
            conflicts=saved.conflicts,
            status=409,
        )
    try:
        _act(request, pressed, week, text_of(form, "digest"))
    except acts.NotAPublisherError as error:
        return show(request, week, warning=str(error), status=403)
    except IssueStateError as error:
        return show(request, week, warning=str(error), status=409)
    return RedirectResponse(f"/issue/{week}?done={_ACTS[pressed]}", 303)


def _act(request: Request, pressed: str, week: str, digest: str) -> None:
    context, editor = context_of(request), reviewer_of(request)
    desk, store, clock = context.issues, context.open_store, context.clock
    if pressed == "build":
        acts.build(desk, store, week, editor=editor, clock=clock)
    elif pressed == "approve":
        acts.approve(desk, store, week, editor=editor, clock=clock, seen=digest)
    elif pressed == "withdraw":
        acts.withdraw(desk, store, week, editor=editor, clock=clock)
