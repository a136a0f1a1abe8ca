"""Show pairs of papers that are perhaps the same work, and record the answer."""

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from config.errors import UsageError
from pipeline.review.judge import Stale
from pipeline.review.same_work import answer_pair, pair_view, undo_answer
from pipeline.review.web.context import context_of, reviewer_of
from pipeline.review.web.desk.forms import act, text_of
from pipeline.review.web.inbox.view import PAGE_SIZE, InboxView, pair_in, read_view
from pipeline.review.web.render import render
from pipeline.review.web.texts import shown_title

#: what the button for two works sends; the others send the ID to list
DIFFERENT = "different"


def doubles_page(request: Request) -> Response:
    """Show the list of pairs and one of them side by side."""
    return _show(request, read_view("/doubles", request.query_params))


async def answer(request: Request) -> Response:
    """Record which paper is listed, or that they are two works; then show the next pair."""
    return await act(request, _answer)


async def undo(request: Request) -> Response:
    """Take an answer back, then show its pair again."""
    return await act(request, _undo)


def _answer(request: Request, form: FormData) -> Response:
    context = context_of(request)
    view = _view_of(form)
    one, other = pair_in(view.paper)
    said = text_of(form, "answer")
    try:
        outcome = answer_pair(
            context.open_store,
            context.taxonomy,
            one,
            other,
            keeps=None if said == DIFFERENT else said,
            reviewer=reviewer_of(request),
            reasons=context.reasons,
            clock=context.clock,
        )
    except UsageError as error:
        return _show(request, view, f"Nothing was recorded. {error}", status=400)
    if isinstance(outcome, Stale):
        return _show(request, view, f"Nothing was recorded. {outcome.cause}", status=409)
    following = text_of(form, "following")
    return RedirectResponse(view.at(following).url(done=f"{one},{other}"), 303)


def _undo(request: Request, form: FormData) -> Response:
    context = context_of(request)
    view = _view_of(form)
    one, other = pair_in(view.paper)
    try:
        undo_answer(
            context.open_store, one, other, reviewer=reviewer_of(request), clock=context.clock
        )
    except UsageError as error:
        return _show(request, view, str(error), status=409)
    return RedirectResponse(view.url(said="answer-undone"), 303)


def _view_of(form: FormData) -> InboxView:
    return read_view("/doubles", {name: text_of(form, name) for name in ("page", "paper")})


def _show(request: Request, view: InboxView, warning: str = "", *, status: int = 200) -> Response:
    context = context_of(request)
    with context.read_store() as store:
        total = store.same_work.count()
        pages = max(1, -(-total // PAGE_SIZE))
        view = view if view.page <= pages else view.at_page(pages)
        pairs = store.same_work.open(limit=PAGE_SIZE, offset=view.offset)
        keys = [f"{pair.first_id},{pair.second_id}" for pair in pairs]
        one, other = pair_in(view.paper or (keys[0] if keys else ""))
        opened = pair_view(store, one, other) if other and one != other else None
        first, second = pair_in(request.query_params.get("done", ""))
        flash = store.same_work.answered(first, second) if second else None
        titles = store.papers.titles({key for p in pairs for key in (p.first_id, p.second_id)})
        cases, incomplete = store.corrections.count(), store.incomplete.count()
        suggested = store.suggestions.count().cases
    key = f"{opened.pair.first_id},{opened.pair.second_id}" if opened else ""
    place = keys.index(key) if key in keys else -1
    return render(
        request,
        "inbox/doubles.html",
        status=status,
        heading="Doubles",
        view=view,
        rows=[
            (key, pair, shown_title(titles.get(pair.first_id, ""), pair.first_id))
            for key, pair in zip(keys, pairs, strict=True)
        ],
        opened=opened,
        key=key,
        flash=flash,
        warning=warning,
        following=keys[place + 1] if opened and place + 1 < len(keys) else "",
        previous=keys[place - 1] if place > 0 else "",
        total=total,
        pages=pages,
        cases=cases,
        incomplete=incomplete,
        suggested=suggested,
    )
