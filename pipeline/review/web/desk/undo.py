"""Take a decision back, or all of an act; ask first before an import or several."""

from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from pipeline.review.judge import Unchanged
from pipeline.review.undo import Act, Undone, find_act
from pipeline.review.undo import undo as take_back
from pipeline.review.web.context import (
    ReviewContext,
    context_of,
    preferences_of,
    reviewer_of,
    said_to,
    wants_json,
)
from pipeline.review.web.desk.answers import id_of, recorded
from pipeline.review.web.desk.forms import act, text_of
from pipeline.review.web.error_pages import refuse
from pipeline.review.web.render import render
from pipeline.review.web.texts import shown_title
from pipeline.review.web.view_state import PAGES, QueueView, view_from_form
from storage.opinion_types import Opinion
from storage.types import Decision

#: what a form may name
_NAMES = ("decision_id", "batch_id")
#: decisions that the question lists
_NAMED = 20


async def undo(request: Request) -> Response:
    """Undo the named decision or act, or this reviewer's last."""
    return await act(request, _undo)


def ask(request: Request) -> Response:
    """Ask whether the named decision or act is taken back."""
    context = context_of(request)
    query = request.query_params
    named = {name: query[name] for name in _NAMES if query.get(name)}
    view = view_from_form(query.get("view", ""), context.taxonomy, PAGES)
    with context.read_store() as store:
        found = find_act(store, reviewer=reviewer_of(request), **named)
        listed = found.decisions[:_NAMED]
        titles = store.papers.titles([one.arxiv_id for one in listed])
    if not found.size:
        return _nothing_left(request)
    return render(
        request,
        "records/undo.html",
        heading="Take back",
        act=found,
        named=listed,
        titles={key: shown_title(title, key) for key, title in titles.items()},
        fields=[*named.items(), ("view", view.url())],
        back=view.url(),
    )


def _undo(request: Request, form: FormData) -> Response:
    context = context_of(request)
    view = view_from_form(text_of(form, "view"), context.taxonomy, PAGES)
    named = {name: text_of(form, name) for name in _NAMES if text_of(form, name)}
    if not text_of(form, "confirmed"):
        with context.read_store() as store:
            found = find_act(store, reviewer=reviewer_of(request), **named)
        # Named from here on, because another act may follow before this one is taken back.
        named = named or _names(found)
        if found.asks:
            return _asked(request, named, view)
    outcome = take_back(
        context.open_store, reviewer=reviewer_of(request), clock=context.clock, **named
    )
    taken_back = () if isinstance(outcome, Unchanged) else outcome.decisions
    words = () if isinstance(outcome, Unchanged) else _again(context, outcome)
    if not taken_back and not words and not isinstance(outcome, Unchanged):
        return _nothing_left(request)
    taken: list[Decision | Opinion] = [*taken_back, *words]
    undone = outcome.decision if isinstance(outcome, Unchanged) else taken[0]
    preferences_of(request).note_visit(context.clock())
    if view.path == "/queue":
        view = view.at_paper(undone.arxiv_id)
    there = view.url(done=id_of(undone))
    if wants_json(request):
        papers = [one.arxiv_id for one in taken] or [undone.arxiv_id]
        answer = recorded(request, undone, view, there)
        return JSONResponse({**answer, "papers": papers})
    return RedirectResponse(there, 303)


def _names(found: Act) -> dict[str, str]:
    """Return what names the reviewer's last act."""
    if found.batch is not None:
        return {"batch_id": found.batch.batch_id}
    alone: list[Decision | Opinion] = [*found.decisions, *found.words]
    return {"decision_id": id_of(alone[0])}


def _again(context: ReviewContext, outcome: Undone) -> tuple[Opinion, ...]:
    """Return the words that were taken back, as they are now."""
    with context.read_store() as store:
        return tuple(store.opinions.get(one.opinion_id) for one in outcome.words)


def _asked(request: Request, named: dict[str, str], view: QueueView) -> Response:
    """Lead to the question."""
    there = f"/undo/ask?{urlencode({**named, 'view': view.url()})}"
    if wants_json(request):
        message = said_to(request, "Nothing was taken back yet: confirm it.")
        return JSONResponse({"recorded": False, "message": message, "next": there})
    return RedirectResponse(there, 303)


def _nothing_left(request: Request) -> Response:
    return refuse(
        request,
        409,
        "Nothing was taken back: these decisions were undone or replaced before.",
        "The decisions page shows what stands.",
    )
