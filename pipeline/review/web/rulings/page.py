"""The page of rulings: what they say, and the forms that make, revise or withdraw one."""

from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from config.errors import UsageError
from config.roles import Role
from pipeline.review.rulings.acts import rule_on, withdraw_ruling
from pipeline.review.web.card import grouped
from pipeline.review.web.context import (
    context_of,
    person_of,
    progress_of,
    require,
    reviewer_of,
)
from pipeline.review.web.desk.forms import act, text_of
from pipeline.review.web.render import render
from pipeline.review.web.texts import shown_title
from storage.rulings import Ruling
from storage.typed_ids import read_key

PATH = "/rulings"


@dataclass(frozen=True, slots=True)
class Row:
    """A ruling of the list."""

    ruling: Ruling
    title: str
    #: its paper is in the database
    held: bool


def rulings_page(request: Request) -> Response:
    """Show the rulings, the latest first; `?section=` shows those of a section."""
    return _show(request)


async def change(request: Request) -> Response:
    """Make, revise or withdraw a ruling."""
    return await act(request, _change)


def _change(request: Request, form: FormData) -> Response:
    require(request, Role.PUBLISHER)
    context, person = context_of(request), reviewer_of(request)
    try:
        key = read_key(text_of(form, "arxiv_id"))
        withdraws = text_of(form, "act") == "withdraw"
        if withdraws:
            withdraw_ruling(context.open_store, arxiv_id=key, person=person, clock=context.clock)
        else:
            rule_on(
                context.open_store,
                arxiv_id=key,
                sentence=text_of(form, "sentence"),
                person=person,
                clock=context.clock,
            )
    except UsageError as error:
        return _show(request, f"Nothing was recorded. {error}", status=400)
    said = "ruling-withdrawn" if withdraws else "ruling"
    return RedirectResponse(f"{PATH}?said={said}#ruling-{key}", 303)


def _show(request: Request, warning: str = "", *, status: int = 200) -> Response:
    context = context_of(request)
    section = request.query_params.get("section", "")
    with context.read_store() as store:
        progress_of(request).read(store)
        rulings = sorted(store.rulings.all(), key=lambda one: one.ruled_at, reverse=True)
        held = store.papers.held(one.arxiv_id for one in rulings)
    rows = [
        Row(one, shown_title(one.title, one.arxiv_id), one.arxiv_id in held)
        for one in rulings
        if not section or section in one.sections
    ]
    return render(
        request,
        "rulings/page.html",
        status=status,
        heading="Rulings",
        warning=warning,
        section=section,
        section_groups=grouped(context.taxonomy.sections),
        standing=[row for row in rows if row.ruling.stands],
        withdrawn=[row for row in rows if not row.ruling.stands],
        may_rule=person_of(request).role.includes(Role.PUBLISHER),
        file=context.settings.rulings.name,
    )
