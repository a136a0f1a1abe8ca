"""Read the forms of the desk: who may send them, and what they state."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from config.errors import UsageError
from pipeline.review.audit import is_drawn
from pipeline.review.proposal import NOT_DECIDED, Expected, Proposal, propose
from pipeline.review.refused import because
from pipeline.review.web.busy import busy_form
from pipeline.review.web.card import FormDraft
from pipeline.review.web.context import context_of, reviewer_of, session_of
from pipeline.review.web.desk.repeat import repeated
from pipeline.review.web.error_pages import refuse
from pipeline.review.web.view_state import QueueView
from storage.errors import StoreBusyError
from storage.repeats import Candidate
from storage.typed_ids import read_key
from storage.types import Verdict

_MAX_FIELDS = 500


async def act(
    request: Request,
    answer: Callable[[Request, FormData], Response],
    *,
    max_fields: int = _MAX_FIELDS,
) -> Response:
    """Answer a form that carries its session's token."""
    async with request.form(max_files=0, max_fields=max_fields) as form:
        sessions = context_of(request).sessions
        if not sessions.fits(session_of(request), text_of(form, "token")):
            because(request.scope, "form-token")
            return refuse(
                request,
                403,
                "Nothing was recorded: this form belongs to an earlier session.",
                "Go back, load the page again and decide there.",
            )
        try:
            return await run_in_threadpool(answer, request, form)
        except StoreBusyError as error:
            return busy_form(request, form, error)


def text_of(form: FormData, name: str) -> str:
    """Return the first value of a field, or an empty text."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def pressed_in(form: FormData) -> tuple[str, str]:
    """Return name and value of the button that was pressed."""
    for name in ("accept", "reason", "verdict"):
        if value := text_of(form, name):
            return name, value
    return "verdict", ""


def ticked_in(form: FormData) -> set[str]:
    """Return the sections whose boxes are ticked."""
    return {value for value in form.getlist("section") if isinstance(value, str)}


def verdict_of(form: FormData) -> str:
    """Return the verdict of the button that was pressed.

    A candidate's button approves, a reason's button rejects; the others name their verdict.
    """
    if text_of(form, "accept"):
        return Verdict.APPROVED
    return text_of(form, "verdict") or (Verdict.REJECTED if text_of(form, "reason") else "")


def draft_of(form: FormData) -> FormDraft:
    """Return what was entered, to show it again."""
    return FormDraft(
        sections=tuple(sorted(ticked_in(form))),
        note=text_of(form, "note"),
        reason=text_of(form, "reason"),
        return_on=text_of(form, "return_on"),
        until_new_version=bool(text_of(form, "until_new_version")),
        ruling=bool(text_of(form, "ruling")),
    )


def read_proposal(request: Request, form: FormData, view: QueueView) -> Proposal:
    """Return the proposal of a form, or raise UsageError.

    A candidate's button approves into its own section, whatever is ticked. On other verdicts than
    an approval only boxes that the reviewer ticked count, not those that were ticked in advance.
    """
    context = context_of(request)
    content_hash, _, decision_id = text_of(form, "state").partition(":")
    repeat = None if decision_id else _repeat(request, text_of(form, "arxiv_id"))
    accepted = text_of(form, "accept")
    verdict = verdict_of(form)
    ticked = {accepted} if accepted else ticked_in(form)
    if verdict != Verdict.APPROVED:
        ticked -= set(text_of(form, "preselected").split())
    proposal = propose(
        context.taxonomy,
        arxiv_id=text_of(form, "arxiv_id"),
        verdict=verdict,
        sections=sorted(ticked),
        reviewer=reviewer_of(request),
        note=text_of(form, "note"),
        reason=text_of(form, "reason") if verdict == Verdict.REJECTED else None,
        reasons=context.reasons,
        also=[value for value in form.getlist("also") if isinstance(value, str)],
        return_on=_day(text_of(form, "return_on")) if verdict == Verdict.DEFERRED else None,
        until_new_version=verdict == Verdict.DEFERRED and bool(text_of(form, "until_new_version")),
        expected=Expected(decision_id or NOT_DECIDED, content_hash),
        drawn=view.is_audit and repeat is None and _is_drawn(request, text_of(form, "arxiv_id")),
    )
    return proposal if repeat is None else replace(proposal, repeats=repeat.decision_id)


def _is_drawn(request: Request, text: str) -> bool:
    """Return whether the random order shows a paper; one that was reached by hand was chosen."""
    context = context_of(request)
    with context.read_store() as store:
        return is_drawn(store, read_key(text), reviewer_of(request), context.today)


def _repeat(request: Request, text: str) -> Candidate | None:
    """Return what this verdict repeats; its form showed the paper as a new one."""
    context = context_of(request)
    if not context.rules.repeats:
        return None
    with context.read_store() as store:
        return repeated(store, request, read_key(text))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise UsageError(
            f"{text[:20]!r} is not a day.", hint="Write the day as 2026-11-25."
        ) from None
