"""Record what is done about a case of suggestions, then show the next one."""

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from config.errors import UsageError
from config.roles import Role
from pipeline.review.double.keep import Opined
from pipeline.review.judge import Stale
from pipeline.review.suggested.settle import Settled, answer, reopen, take_up, turn_down
from pipeline.review.web.context import context_of, require, reviewer_of
from pipeline.review.web.desk.forms import act, text_of, ticked_in
from pipeline.review.web.inbox.view import InboxView, read_view
from pipeline.review.web.suggestions.page import PATH, Draft, show
from storage.suggestion_types import SuggestionAct

#: buttons that turn a case down
_TURNED_DOWN = {"refuse": SuggestionAct.REFUSED, "close": SuggestionAct.CLOSED}


async def act_on_case(request: Request) -> Response:
    """Take a suggestion up, refuse, close or answer a case."""
    return await act(request, _act)


async def undo(request: Request) -> Response:
    """Take back what was done, with the change it made; then show the case again."""
    return await act(request, _undo)


def _act(request: Request, form: FormData) -> Response:
    view = _view_of(form)
    draft = Draft(text=text_of(form, "text"), sections=tuple(sorted(ticked_in(form))))
    if text_of(form, "act") == "answer":
        require(request, Role.PUBLISHER)
    try:
        outcome = _done(request, form, view)
    except UsageError as error:
        return show(request, view, draft.warned(f"Nothing was recorded. {error}"), status=400)
    if isinstance(outcome, Stale):
        warned = draft.warned(f"Nothing was recorded. {outcome.cause}")
        return show(request, view, warned, status=409)
    if isinstance(outcome, Opined):
        return RedirectResponse(view.url(said="word-kept"), 303)
    if outcome is None:
        return RedirectResponse(view.url(answered="1"), 303)
    done = outcome.suggestions[0].suggestion_id
    return RedirectResponse(view.at(text_of(form, "following")).url(done=done), 303)


def _done(request: Request, form: FormData, view: InboxView) -> Settled | Opined | Stale | None:
    """Do what a button says; None: people were answered, and the case is open still."""
    context, name = context_of(request), reviewer_of(request)
    text, said = text_of(form, "text"), text_of(form, "act")
    if said in _TURNED_DOWN:
        return turn_down(
            context.open_store,
            view.paper,
            because=text,
            reviewer=name,
            clock=context.clock,
            act=_TURNED_DOWN[said],
        )
    if said == "answer":
        answer(context.open_store, view.paper, text=text, person=name, clock=context.clock)
        return None
    placed = text_of(form, "place")
    return take_up(
        context.open_store,
        context.taxonomy,
        placed or text_of(form, "apply"),
        reviewer=name,
        sections=sorted(ticked_in(form)) if placed else (),
        seen=text_of(form, "seen"),
        reasons=context.reasons,
        clock=context.clock,
        team=context.rules,
    )


def _undo(request: Request, form: FormData) -> Response:
    context = context_of(request)
    try:
        reopened = reopen(
            context.open_store,
            text_of(form, "suggestion_id"),
            reviewer=reviewer_of(request),
            clock=context.clock,
        )
    except UsageError as error:
        return show(request, _view_of(form), Draft().warned(str(error)), status=409)
    return RedirectResponse(
        _view_of(form).at(reopened.suggestions[0].case).url(said="answer-undone"), 303
    )


def _view_of(form: FormData) -> InboxView:
    return read_view(PATH, {name: text_of(form, name) for name in ("page", "paper")})
