"""Take a decision back."""

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from pipeline.review.judge import Unchanged
from pipeline.review.undo import undo as take_back
from pipeline.review.web.context import context_of, wants_json
from pipeline.review.web.desk.answers import recorded
from pipeline.review.web.desk.forms import act, text_of
from pipeline.review.web.error_pages import refuse
from pipeline.review.web.view_state import view_from_form


async def undo(request: Request) -> Response:
    """Undo the named decision, or this reviewer's last."""
    return await act(request, _undo)


def _undo(request: Request, form: FormData) -> Response:
    context = context_of(request)
    view = view_from_form(text_of(form, "view"), context.taxonomy)
    outcome = take_back(
        context.open_store,
        reviewer=context.reviewer,
        decision_id=text_of(form, "decision_id") or None,
        batch_id=text_of(form, "batch_id") or None,
        clock=context.clock,
    )
    taken_back = () if isinstance(outcome, Unchanged) else outcome.decisions
    if not taken_back and not isinstance(outcome, Unchanged):
        return refuse(
            request,
            409,
            "Nothing was taken back: these decisions were undone or replaced before.",
            "The decisions page shows what stands.",
        )
    undone = outcome.decision if isinstance(outcome, Unchanged) else taken_back[0]
    context.preferences.note_visit(context.clock())
    if view.path == "/queue":
        view = view.at_paper(undone.arxiv_id)
    there = view.url(done=undone.decision_id)
    if wants_json(request):
        papers = [decision.arxiv_id for decision in taken_back] or [undone.arxiv_id]
        answer = recorded(request, undone.decision_id, view, there)
        return JSONResponse({**answer, "papers": papers})
    return RedirectResponse(there, 303)
