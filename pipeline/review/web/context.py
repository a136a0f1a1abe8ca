"""What every page of the queue needs, and the one function that renders them. Decides nothing."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from config.headings import heading_key
from config.taxonomy import Section, Taxonomy
from pipeline.learn.explain.explainer import ExplainerCache
from pipeline.review.web.cards import grouped
from pipeline.review.web.security import Sessions
from pipeline.review.web.view_state import LIMITS, ORDERS
from storage.store import OpenStore
from storage.types import Verdict

_HERE = Path(__file__).parent
STATIC = _HERE / "static"

#: the verdicts as a reviewer's page words them
VERDICT_NAMES = {
    Verdict.APPROVED: "Approved",
    Verdict.REJECTED: "Rejected",
    Verdict.DEFERRED: "Deferred",
}


@dataclass(frozen=True, slots=True)
class ReviewContext:
    """The parts that the pages share."""

    open_store: OpenStore
    taxonomy: Taxonomy
    #: who decides here; becomes the signed-in account when there are accounts
    reviewer: str
    sessions: Sessions
    clock: Callable[[], datetime]
    survey_title: str
    templates: Environment
    #: says why the model thinks what it thinks; None where no models are kept
    reasoner: ExplainerCache | None = None


def context_of(request: Request) -> ReviewContext:
    """Return the desk the application was made with."""
    return cast("ReviewContext", request.app.state.desk)


def percent(probability: float) -> str:
    """Return a probability as whole percent; never 0 % or 100 %, which no model can know."""
    if probability < 0.01:
        return "<1\N{NARROW NO-BREAK SPACE}%"
    if probability > 0.99:
        return ">99\N{NARROW NO-BREAK SPACE}%"
    return f"{probability * 100:.0f}\N{NARROW NO-BREAK SPACE}%"


def weight(value: float) -> str:
    """Return a term's weight with its sign."""
    return f"{value:+.1f}".replace("-", "\N{MINUS SIGN}")


def exact(value: float) -> str:
    """Return a share of a score with its sign, in two decimals."""
    return f"{round(value, 2) + 0.0:+.2f}".replace("-", "\N{MINUS SIGN}")


def day(instant: datetime | None) -> str:
    """Return the UTC day of an instant, as pages show it."""
    return "unknown" if instant is None else f"{instant:%Y-%m-%d}"


def make_templates(taxonomy: Taxonomy) -> Environment:
    """Return the template environment: everything escaped, an unknown name is an error."""
    names = {section.id: section_name(section) for section in taxonomy.sections}
    labels = (label.names.get("en", "") for facet in taxonomy.facets for label in facet.labels)
    spelled = {heading_key(name): name for name in labels}
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = percent
    environment.filters["weight"] = weight
    environment.filters["exact"] = exact
    environment.filters["day"] = day
    environment.filters["section_name"] = lambda name: names.get(name, name)
    environment.filters["short_name"] = lambda section: _short_name(section, spelled)
    environment.globals["verdict_names"] = VERDICT_NAMES
    environment.globals["orders"] = ORDERS
    environment.globals["limits"] = LIMITS
    environment.globals["section_groups"] = grouped(taxonomy.sections)
    # browsers keep static files for good; a changed file gets a new address
    environment.globals["static_version"] = hashlib.sha256(
        b"".join(path.read_bytes() for path in sorted(STATIC.iterdir()))
    ).hexdigest()[:12]
    return environment


def section_name(section: Section) -> str:
    """Return the name of a section that can stand alone."""
    return section.names.get("en") or " \N{MIDDLE DOT} ".join(section.path)


def _short_name(section: Section, spelled: Mapping[str, str]) -> str:
    """Return a section's own heading, spelled as its label is: "Clip" in a list is CLIP here."""
    own = section.path[-1]
    return spelled.get(heading_key(own), own)


def render(
    request: Request, template: str, *, status: int = 200, heading: str, **context: Any
) -> HTMLResponse:
    """Return a page; a browser without a session is given one, so that its forms are accepted."""
    desk = context_of(request)
    known = desk.sessions.current(request)
    session = known or desk.sessions.begin()
    body = desk.templates.get_template(template).render(
        heading=heading,
        survey_title=desk.survey_title,
        reviewer=desk.reviewer,
        token=desk.sessions.token(session),
        path=request.url.path,
        **context,
    )
    response = HTMLResponse(body, status)
    if known is None:
        desk.sessions.keep(response, session)
    return response
