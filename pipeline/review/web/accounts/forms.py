"""Read forms of pages that have no session, and say who acts."""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipeline.review.accounts.acts import By
from pipeline.review.web.context import context_of, notice, reviewer_of, session_of
from pipeline.review.web.environment import make_templates
from pipeline.review.web.language import choose_language, words_of
from pipeline.review.web.render import render
from pipeline.review.web.team_access import TeamAccess
from pipeline.review.web.visit import visit_of

_MAX_FIELDS = 10
NO_TEAM = (
    "There are no accounts.",
    "`living-survey reviewer add NAME --role admin` makes the first.",
)


async def read_open_form(
    request: Request, answer: Callable[[Request, FormData], Response]
) -> Response:
    """Answer a form that needs no session; `access` refused those that other sites send."""
    async with request.form(max_files=0, max_fields=_MAX_FIELDS) as form:
        return await run_in_threadpool(answer, request, form)


def team_of(request: Request) -> TeamAccess:
    """Return the accounts of a service that has some."""
    access = context_of(request).access
    assert access is not None
    return access


def without_team(request: Request) -> Response | None:
    """Return the answer where there are no accounts; None: there are."""
    if context_of(request).is_team:
        return None
    message, remedy = NO_TEAM
    if session_of(request) is None:
        return notice(request, 404, message, remedy)
    return render(
        request, "refusal.html", status=404, heading=message, message=message, remedy=remedy
    )


def by_of(request: Request) -> By:
    """Return who sent a form of a session, now and from which address."""
    client = visit_of(request).client
    clock = context_of(request).clock
    return By(reviewer_of(request), clock(), "" if client is None else str(client))


def bare_page(request: Request, template: str, *, status: int = 200, **values: object) -> Response:
    """Return a page for somebody without a session: it shows nothing of the survey's papers."""
    review = context_of(request)
    language = choose_language(
        review.people.unknown.language, request.headers.get("accept-language", "")
    )
    environment = make_templates(review.taxonomy, language)
    heading = words_of(language).said(str(values.pop("heading")))
    body = environment.get_template(template).render(
        survey_title=review.survey_title, heading=heading, **values
    )
    return Response(body, status, media_type="text/html")


def back_to(address: str) -> Response:
    """Return a redirect to a page of ours after a form."""
    return RedirectResponse(address, 303)
