"""Share the application's context between pages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import cast

from starlette.requests import Request
from starlette.responses import HTMLResponse

from config.reasons import Reason
from config.roles import Role
from config.schema import ReviewSettings
from config.taxonomy import Taxonomy
from pipeline.learn.explain.certainty import Certainty
from pipeline.learn.explain.explainer import ExplainerCache
from pipeline.review.double.able import AbleNumbers, PlacedPapers
from pipeline.review.double.rules import ALONE, TeamRules
from pipeline.review.issues.desk import IssueDesk
from pipeline.review.own import Own
from pipeline.review.rulings.precedents import Precedents
from pipeline.review.team.reading import Reading
from pipeline.review.web.daily import Progress
from pipeline.review.web.environment import make_templates
from pipeline.review.web.kept import KeptPreferences
from pipeline.review.web.language import choose_language, words_of
from pipeline.review.web.measuring.state import Monitoring
from pipeline.review.web.people import ForbiddenError, People, Person
from pipeline.review.web.sessions import Sessions
from pipeline.review.web.team_access import TeamAccess
from pipeline.review.web.visit import visit_of
from pipeline.runtime.background import BackgroundCommands
from pipeline.runtime.facts import StateOfSurvey
from pipeline.runtime.jobs import JobEnd
from storage.calendar import announcement_day
from storage.store import OpenStore


@dataclass(frozen=True, slots=True)
class ReviewContext:
    """What the pages share."""

    open_store: OpenStore
    #: for pages that only show
    read_store: OpenStore
    taxonomy: Taxonomy
    sessions: Sessions
    #: who may review
    people: People
    clock: Callable[[], datetime]
    survey_title: str
    #: how the scheduled jobs ended
    jobs: Callable[[], Sequence[JobEnd]]
    #: builds issues of the digest
    issues: IssueDesk
    #: reads the state of the survey
    state: Callable[[], StateOfSurvey]
    #: who reads which paper just now
    reading: Reading
    #: what monitoring may read
    monitoring: Monitoring = field(default_factory=Monitoring)
    #: explains predictions; None without a model directory
    explainers: ExplainerCache | None = None
    settings: ReviewSettings = field(default_factory=ReviewSettings)
    #: accounts and their sessions; None: this service has none
    access: TeamAccess | None = None
    #: the rulings that stand
    precedents: Precedents = field(default_factory=Precedents)
    #: what one person alone may not decide
    rules: TeamRules = ALONE
    #: how many papers each person could be shown again
    able: AbleNumbers = field(default_factory=AbleNumbers)
    #: the paper that each list of each person shows again
    placed: PlacedPapers = field(default_factory=PlacedPapers)
    #: trains in the background; None: this service does not
    training: BackgroundCommands | None = None

    @property
    def is_team(self) -> bool:
        """Whether there are accounts, so that everybody logs in."""
        return self.access is not None and self.access.book.team

    @property
    def today(self) -> date:
        """The present announcement day."""
        return announcement_day(self.clock())

    @property
    def certainty(self) -> Certainty | None:
        """How far probabilities can be trusted; None without a model directory."""
        return self.explainers.certainty if self.explainers else None

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The reasons for rejecting a paper."""
        return tuple(self.settings.reasons)


def context_of(request: Request) -> ReviewContext:
    """Return the context of the application."""
    return cast("ReviewContext", request.app.state.review)


def person_of(request: Request) -> Person:
    """Return who sent a request that has a session."""
    person = visit_of(request).person
    assert person is not None  # `access` lets no other request pass
    return person


def session_of(request: Request) -> str | None:
    """Return what the tokens of this request's forms are bound to; None: it has no session."""
    return visit_of(request).session


def reviewer_of(request: Request) -> str:
    """Return the name that is recorded with what this request decides."""
    return person_of(request).name


def role_of(request: Request) -> Role:
    """Return what the sender of a request may do."""
    return person_of(request).role


def preferences_of(request: Request) -> KeptPreferences:
    """Return what the sender of a request prefers."""
    return person_of(request).preferences


def progress_of(request: Request) -> Progress:
    """Return what every page of the sender of a request shows."""
    return person_of(request).progress


def require(request: Request, role: Role) -> None:
    """Raise ForbiddenError unless the sender of a request has this role, or a higher one."""
    person = person_of(request)
    if not person.role.includes(role):
        raise ForbiddenError(person.name, person.role, role)


def wants_json(request: Request) -> bool:
    """Return whether the script of the pages sent the request."""
    return "application/json" in request.headers.get("accept", "")


def language_of(request: Request, own: Own) -> str:
    """Return the language of the pages: the reviewer's, the survey's or the browser's."""
    return choose_language(own.language, request.headers.get("accept-language", ""))


def said_to(request: Request, message: str) -> str:
    """Return a message of the program in the language of the pages, for the script to say."""
    person = visit_of(request).person
    own = person.preferences.known() if person else context_of(request).people.unknown
    return words_of(language_of(request, own)).said(message)


def notice(
    request: Request, status: int, message: str, remedy: str, *, again: bool = False
) -> HTMLResponse:
    """Return a page for a request without a session: it shows nothing of the survey.

    `again` adds a link for a reviewer who has a session that the browser did not send.
    """
    review = context_of(request)
    language = language_of(request, review.people.unknown)
    templates = make_templates(review.taxonomy, language)
    body = templates.get_template("notice.html").render(message=message, remedy=remedy, again=again)
    return HTMLResponse(body, status)
