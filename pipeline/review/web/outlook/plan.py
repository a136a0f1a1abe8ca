"""The planner: what to read in the time there is, and what a session has brought."""

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipeline.review.outlook.session import plan_session, session_report, start_session
from pipeline.review.web.context import context_of, progress_of, reviewer_of
from pipeline.review.web.desk.forms import act
from pipeline.review.web.outlook.numbers import number_in
from pipeline.review.web.render import render
from pipeline.review.web.texts import shown_title

#: minutes
USUAL, LONGEST = 15, 600


def plan_page(request: Request) -> Response:
    """Show the best session for some minutes, and the one that was started."""
    context = context_of(request)
    minutes = number_in(request.query_params, "minutes", least=1, most=LONGEST, default=USUAL)
    chosen = plan_session(context.read_store, reviewer_of(request), minutes)
    with context.read_store() as store:
        titles = store.papers.titles(chosen.ids)
        session = session_report(store, reviewer_of(request))
        progress_of(request).read(store)
    return render(
        request,
        "outlook/plan.html",
        heading="Plan",
        plan=chosen,
        papers=[(key, shown_title(titles.get(key, ""), key)) for key in chosen.ids],
        session=session,
        longest=LONGEST,
    )


async def start_plan(request: Request) -> Response:
    """Start a session and open the desk on its papers."""
    return await act(request, _start_plan)


def _start_plan(request: Request, form: FormData) -> Response:
    context = context_of(request)
    minutes = number_in(form, "minutes", least=1, most=LONGEST, default=USUAL)
    chosen = plan_session(context.read_store, reviewer_of(request), minutes)
    if not chosen.ids:
        return RedirectResponse("/plan", 303)
    start_session(context.open_store, reviewer_of(request), chosen, context.clock())
    return RedirectResponse("/queue?order=plan", 303)
