"""Define what the operations of the API are given."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from starlette.datastructures import Headers

from config.api_schema import ApiSettings
from config.schema import ReviewSettings
from config.scopes import Scope
from config.taxonomy import Taxonomy
from pipeline.learn.explain.explainer import ExplainerCache
from pipeline.review.api.people import Holder
from pipeline.review.double.rules import ALONE, TeamRules
from pipeline.review.issues.desk import IssueDesk
from pipeline.review.team.reading import Reading
from pipeline.runtime.facts import StateOfSurvey
from storage.api_tokens import Token
from storage.queue_filter import QueueLimits
from storage.store import OpenStore


@dataclass(frozen=True, slots=True)
class ApiContext:
    """What all operations share."""

    open_store: OpenStore
    #: for operations that only read
    read_store: OpenStore
    taxonomy: Taxonomy
    clock: Callable[[], datetime]
    survey_title: str
    #: builds issues of the digest
    issues: IssueDesk
    #: reads the state of the survey
    state: Callable[[], StateOfSurvey]
    #: signs cursors
    secret: bytes
    #: explains predictions; None without a model directory
    explainers: ExplainerCache | None = None
    #: who reads which paper; None: not kept
    reading: Reading | None = None
    #: what one person alone may not decide
    rules: TeamRules = ALONE
    review: ReviewSettings = field(default_factory=ReviewSettings)
    settings: ApiSettings = field(default_factory=ApiSettings)

    @property
    def limits(self) -> QueueLimits:
        """The probabilities that divide the queue."""
        return QueueLimits(self.review.likely_from / 100, self.review.set_aside_below / 100)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request."""

    person: Holder
    token: Token
    #: what the token may do, and the person's role too
    scopes: frozenset[Scope]


@dataclass(frozen=True, slots=True)
class Call:
    """A request that was read and may be answered."""

    context: ApiContext
    #: None: the operation is open to everybody
    caller: Caller | None
    path: dict[str, str]
    headers: Headers
    #: of the operation's model
    query: Any = None
    #: of the operation's model
    body: Any = None
    #: sha256 of method, address, body and preconditions
    fingerprint: str = ""

    @property
    def person(self) -> str:
        """The name recorded with decisions."""
        assert self.caller is not None
        return self.caller.person.name
