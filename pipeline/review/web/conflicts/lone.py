"""End words that need no second one any more, as an admin says."""

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from config.roles import Role
from pipeline.review.lone_words import give_back, release
from pipeline.review.web.conflicts.page import show
from pipeline.review.web.context import context_of, require, reviewer_of
from pipeline.review.web.desk.forms import act, text_of


async def end_lone_words(request: Request) -> Response:
    """Make such words decisions, or take them back; then show the conflicts."""
    return await act(request, _end)


def _end(request: Request, form: FormData) -> Response:
    require(request, Role.ADMIN)
    end = {"release": release, "return": give_back}.get(text_of(form, "end"))
    if end is None:
        return show(request, "Nothing was changed: press one of the buttons.", status=400)
    context = context_of(request)
    done = end(
        context.open_store,
        context.taxonomy,
        rules=context.rules,
        actor=reviewer_of(request),
        clock=context.clock,
    )
    if done.left_out:
        left = "; ".join(f"{one.arxiv_id}: {one.cause}" for one in done.left_out[:5])
        return show(request, f"{len(done.left_out)} words were left. {left}", status=409)
    return RedirectResponse("/conflicts?said=words-ended", 303)
