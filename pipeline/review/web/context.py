"""Share the application's context, templates and `render` between pages."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from config.headings import heading_key
from config.taxonomy import Section, Taxonomy
from config.tex.text import plain_text
from config.visible import visible
from pipeline.learn.explain.explainer import ExplainerCache
from pipeline.review.proposal import NOTE_LIMIT
from pipeline.review.web.cards import SHOWN_OF_TEXT, grouped
from pipeline.review.web.sessions import Sessions
from pipeline.review.web.view_state import LIMITS, ORDER_LABELS
from pipeline.runtime.jobs import JobEnd, faults
from storage.store import OpenStore
from storage.types import Verdict

_HERE = Path(__file__).parent
STATIC = _HERE / "static"

VERDICT_NAMES = {
    Verdict.APPROVED: "Approved",
    Verdict.REJECTED: "Rejected",
    Verdict.DEFERRED: "Deferred",
}


@dataclass(frozen=True, slots=True)
class ReviewContext:
    """What the pages share."""

    open_store: OpenStore
    #: for pages that only show
    read_store: OpenStore
    taxonomy: Taxonomy
    reviewer: str
    sessions: Sessions
    clock: Callable[[], datetime]
    survey_title: str
    templates: Environment
    #: how the scheduled jobs ended
    jobs: Callable[[], Sequence[JobEnd]]
    #: explains predictions; None without a model directory
    explainers: ExplainerCache | None = None


def context_of(request: Request) -> ReviewContext:
    """Return the context of the application."""
    return cast("ReviewContext", request.app.state.review)


def percent(probability: float) -> str:
    """Return whole percent, never 0 % or 100 %, because no model is certain."""
    if probability < 0.01:
        return "<1\N{NARROW NO-BREAK SPACE}%"
    if probability > 0.99:
        return ">99\N{NARROW NO-BREAK SPACE}%"
    return f"{probability * 100:.0f}\N{NARROW NO-BREAK SPACE}%"


def weight(value: float) -> str:
    """Return a term's weight with its sign."""
    return f"{value:+.1f}".replace("-", "\N{MINUS SIGN}")


def exact(value: float) -> str:
    """Return a share of a score with sign and two decimals."""
    return f"{round(value, 2) + 0.0:+.2f}".replace("-", "\N{MINUS SIGN}")


def day(instant: datetime | None) -> str:
    """Return the UTC day of an instant."""
    return "unknown" if instant is None else f"{instant:%Y-%m-%d}"


@lru_cache(maxsize=4)  # because compiling the templates takes a quarter of a second
def make_templates(taxonomy: Taxonomy) -> Environment:
    """Return the template environment; it escapes everything and refuses unknown names."""
    names = {section.id: section_name(section) for section in taxonomy.sections}
    labels = (label.names.get("en", "") for facet in taxonomy.facets for label in facet.labels)
    spelled = {heading_key(name): name for name in labels}
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["plain"] = plain_text
    environment.filters["percent"] = percent
    environment.filters["weight"] = weight
    environment.filters["exact"] = exact
    environment.filters["day"] = day
    environment.filters["section_name"] = lambda name: names.get(name, name)
    environment.filters["short_name"] = lambda section: _short_name(section, spelled)
    environment.globals["verdict_names"] = VERDICT_NAMES
    environment.globals["note_limit"] = NOTE_LIMIT
    environment.globals["shown_of_text"] = SHOWN_OF_TEXT
    environment.globals["orders"] = ORDER_LABELS
    environment.globals["limits"] = LIMITS
    environment.globals["section_groups"] = grouped(taxonomy.sections)
    # part of addresses, because browsers cache static files for a year
    environment.globals["static_version"] = hashlib.sha256(
        b"".join(path.read_bytes() for path in sorted(STATIC.iterdir()))
    ).hexdigest()[:12]
    return environment


def section_name(section: Section) -> str:
    """Return the full name of a section."""
    return section.names.get("en") or " \N{MIDDLE DOT} ".join(section.path)


def _short_name(section: Section, spelled: Mapping[str, str]) -> str:
    """Return a section's last heading in its label's spelling."""
    own = section.path[-1]
    return spelled.get(heading_key(own), own)


def notice(
    request: Request, status: int, message: str, remedy: str, *, again: bool = False
) -> HTMLResponse:
    """Return a page for a request without a session: it shows nothing of the survey.

    `again` adds a link for a reviewer who has a session that the browser did not send.
    """
    body = (
        context_of(request)
        .templates.get_template("notice.html")
        .render(message=message, remedy=remedy, again=again)
    )
    return HTMLResponse(body, status)


def render(
    request: Request, template: str, *, status: int = 200, heading: str, **context: Any
) -> HTMLResponse:
    """Return a page of a session, whose forms carry its token."""
    review = context_of(request)
    session = review.sessions.current(request)
    assert session is not None
    body = review.templates.get_template(template).render(
        heading=heading,
        survey_title=review.survey_title,
        reviewer=review.reviewer,
        token=review.sessions.token(session),
        path=request.url.path,
        job_faults=[end.sentence for end in faults(review.jobs())],
        **context,
    )
    return HTMLResponse(body, status)
