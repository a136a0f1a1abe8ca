"""Assign, release, and note absences by the forms of the board."""

from datetime import date

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from config.errors import UsageError
from config.roles import Role
from config.whole_number import whole_number
from pipeline.review.team import acts
from pipeline.review.team.acts import By
from pipeline.review.web.context import context_of, person_of, require, reviewer_of
from pipeline.review.web.desk.forms import act, text_of
from storage.absences import Absence
from storage.queue_filter import QueueFilter


async def assign(request: Request) -> Response:
    """Let somebody read a section or a batch."""
    return await act(request, _assign)


async def release(request: Request) -> Response:
    """End an assignment."""
    return await act(request, _release)


async def away(request: Request) -> Response:
    """Note that somebody is away, or is here again."""
    return await act(request, _away)


def _assign(request: Request, form: FormData) -> Response:
    require(request, Role.ADMIN)
    context = context_of(request)
    to, section, size = text_of(form, "to"), text_of(form, "section"), text_of(form, "size")
    if size:
        number = whole_number(size, acts.MOST)
        if not number:
            raise UsageError(
                f"A batch has 1 to {acts.MOST:,} papers.", hint="Make several batches."
            )
        wanted = QueueFilter(
            section=_section(request, section) if section else None,
            at_least=person_of(request).limits.likely_from,
        )
        with context.open_store() as store:
            acts.assign_batch(store, wanted, number, to, _by(request), today=context.today)
    else:
        if not section:
            raise UsageError("What is to be assigned?", hint="Choose a section.")
        with context.open_store() as store:
            acts.assign_sections(store, context.taxonomy, [section], to, _by(request))
    return _done("assigned")


def _release(request: Request, form: FormData) -> Response:
    require(request, Role.ADMIN)
    number = whole_number(text_of(form, "batch"))
    section, of = text_of(form, "section"), text_of(form, "of")
    with context_of(request).open_store() as store:
        acts.release(
            store,
            _by(request),
            sections=[section] if section else [],
            batches=[number] if number else [],
            of=of,
        )
    return _done("released")


def _away(request: Request, form: FormData) -> Response:
    name = text_of(form, "to")
    if name != reviewer_of(request):  # everybody says when they are away themselves
        require(request, Role.ADMIN)
    context, by = context_of(request), _by(request)
    if text_of(form, "back"):
        with context.open_store() as store:
            acts.note_return(store, name, by)
        return _done("back")
    first = _day(text_of(form, "first")) or by.at.date()
    last = _day(text_of(form, "last"))
    with context.open_store() as store:
        acts.note_absence(store, context.reading.claims, Absence(name, first, last), by)
    return _done("away")


def _by(request: Request) -> By:
    return By(reviewer_of(request), context_of(request).clock())


def _section(request: Request, text: str) -> str:
    return context_of(request).taxonomy.section(text).id


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise UsageError(
            f"{text[:20]!r} is not a day.", hint="Write the day as 2026-11-25."
        ) from None


def _done(what: str) -> Response:
    return RedirectResponse(f"/board?done={what}", 303)
