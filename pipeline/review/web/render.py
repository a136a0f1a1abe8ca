"""Make the pages of a session from their templates."""

from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from pipeline.review.web.context import context_of, language_of, person_of, session_of
from pipeline.review.web.environment import make_templates
from pipeline.review.web.flash import SAID, Flash, flash_of
from pipeline.review.web.language import words_of
from pipeline.review.web.scripts import desk_data
from pipeline.review.web.view_state import PAGES, view_from_form
from pipeline.runtime.jobs import faults

#: the page that says what went wrong, perhaps that the database cannot be read
_REFUSAL = "refusal.html"


def render(
    request: Request, template: str, *, status: int = 200, heading: str, **context: Any
) -> HTMLResponse:
    """Return a page of a session, whose forms carry its token.

    It says what was done last: the decision in `?done=`, the sentence of `?said=`. Its undo comes
    back to `here`, by default this page.
    """
    taxonomy = context_of(request).taxonomy
    here = view_from_form(f"{request.url.path}?{request.url.query}", taxonomy, PAGES)
    context.setdefault("here", here)
    if "last_act" not in context:
        context["last_act"] = None if template == _REFUSAL else _last_act(request)
    context["last_said"] = SAID.get(request.query_params.get("said", ""), "")
    return HTMLResponse(fragment(request, template, heading=heading, **context), status)


def fragment(request: Request, template: str, **context: Any) -> str:
    """Return a template of a session as text; a part of a page needs no heading."""
    review = context_of(request)
    session = session_of(request)
    assert session is not None
    about_fault = template == _REFUSAL
    person = person_of(request)
    own = person.preferences.known() if about_fault else person.preferences.own()
    language = language_of(request, own)
    if "heading" in context:
        context["heading"] = words_of(language).said(context["heading"])
    templates = make_templates(review.taxonomy, language)
    return templates.get_template(template).render(
        survey_title=review.survey_title,
        limits=person.limits,
        today=review.today,
        tomorrow=review.clock().date() + timedelta(days=1),
        reviewer=person.name,
        team=review.is_team,
        done_today=person.progress.today,
        ends_on=person.progress.ends_on,
        has_ended=person.progress.has_ended,
        alarms=person.progress.alarms,
        token=review.sessions.token(session),
        path=request.url.path,
        own=own,
        has_team=review.reading.has_team(person.name),
        reject_reasons=review.reasons,
        rules=review.rules,
        certainty=None if about_fault else review.certainty,
        desk_data=desk_data(own.keys, templates.filters["translated"], team=review.is_team),
        job_faults=[end.sentence for end in faults(review.jobs())],
        **context,
    )


def _last_act(request: Request) -> Flash | None:
    """Return the decision in `?done=`, for pages that did not read it with their own facts."""
    if not request.query_params.get("done"):
        return None
    with context_of(request).read_store() as store:
        return flash_of(store, request)
