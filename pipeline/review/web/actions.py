"""Handle the forms of the review site.

A form carries the text's hash and the standing decision of its page. If either changed, nothing is
recorded and the reviewer sees the change with their choices kept.
"""

from collections.abc import Callable
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response

from config.errors import UsageError
from pipeline.review import decide as decisions
from pipeline.review.judge import MissingSectionError, Stale, Unchanged
from pipeline.review.proposal import NOT_DECIDED, Expected, Proposal, propose
from pipeline.review.undo import undo as take_back
from pipeline.review.web.cards import FormDraft
from pipeline.review.web.context import ReviewContext, context_of
from pipeline.review.web.error_pages import no_such_paper, refuse
from pipeline.review.web.pages import show_paper
from pipeline.review.web.view_state import QueueView, view_from_form
from storage.errors import PaperNotFoundError
from storage.typed_ids import read_arxiv_id
from storage.types import Verdict

_MAX_FIELDS = 500


async def decide(request: Request) -> Response:
    """Record a decision, then return to its view."""
    return await _act(request, _decide)


async def undo(request: Request) -> Response:
    """Undo the named decision, or this reviewer's last."""
    return await _act(request, _undo)


async def _act(request: Request, act: Callable[[Request, FormData], Response]) -> Response:
    try:
        return await _answer(request, act)
    except ClientDisconnect:  # in the middle of the form; the answer is not read
        return Response(status_code=400)


async def _answer(request: Request, act: Callable[[Request, FormData], Response]) -> Response:
    async with request.form(max_files=0, max_fields=_MAX_FIELDS) as form:
        sessions = context_of(request).sessions
        if not sessions.fits(sessions.current(request), _text(form, "token")):
            return refuse(
                request,
                403,
                "Nothing was recorded: this form belongs to an earlier session.",
                "Go back, load the page again and decide there.",
            )
        return await run_in_threadpool(act, request, form)


def _decide(request: Request, form: FormData) -> Response:
    context = context_of(request)
    view = view_from_form(_text(form, "view"), context.taxonomy)
    key = read_arxiv_id(_text(form, "arxiv_id"))
    draft = FormDraft(tuple(_ticked(form)), _text(form, "note"))
    show_again = partial(show_paper, request, key, draft=draft, back=view)
    try:
        proposal = read_proposal(form, context, view)
        outcome = decisions.record(
            context.open_store, context.taxonomy, proposal, clock=context.clock
        )
    except PaperNotFoundError:
        return no_such_paper(request, key)
    except MissingSectionError as error:
        return show_again(
            warning="Nothing was recorded: an approval needs at least one section. Tick one.",
            offer=error.suggestion,
            status=400,
        )
    except UsageError as error:
        return show_again(warning=f"Nothing was recorded. {error}", status=400)
    if isinstance(outcome, Stale):
        return show_again(
            warning=f"Nothing was recorded. {outcome.cause} Your choices are kept below; "
            "deciding again records them.",
            status=409,
        )
    done = outcome.decision.decision_id
    return RedirectResponse(view.url(anchor=_text(form, "following"), done=done), 303)


def _undo(request: Request, form: FormData) -> Response:
    context = context_of(request)
    view = view_from_form(_text(form, "view"), context.taxonomy)
    outcome = take_back(
        context.open_store,
        reviewer=context.reviewer,
        decision_id=_text(form, "decision_id") or None,
        clock=context.clock,
    )
    undone = outcome.decision if isinstance(outcome, Unchanged) else outcome.decisions[0]
    there = view.url(anchor=f"paper-{undone.arxiv_id}", done=undone.decision_id)
    return RedirectResponse(there, 303)


def read_proposal(form: FormData, context: ReviewContext, view: QueueView) -> Proposal:
    """Return the proposal of a form, or raise UsageError.

    On other verdicts than an approval only boxes that the reviewer ticked count, not those that
    were ticked in advance.
    """
    content_hash, _, decision_id = _text(form, "state").partition(":")
    accepted = _text(form, "accept") or None
    verdict = Verdict.APPROVED if accepted else _text(form, "verdict")
    ticked = _ticked(form)
    if verdict != Verdict.APPROVED:
        ticked -= set(_text(form, "preselected").split())
    return propose(
        context.taxonomy,
        arxiv_id=_text(form, "arxiv_id"),
        verdict=verdict,
        sections=sorted(ticked),
        reviewer=context.reviewer,
        note=_text(form, "note"),
        accepted=accepted,
        expected=Expected(decision_id or NOT_DECIDED, content_hash),
        drawn=view.is_audit,
    )


def _ticked(form: FormData) -> set[str]:
    return {value for value in form.getlist("section") if isinstance(value, str)}


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""
