"""Who may review, with what the service keeps of each person between requests."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from config.errors import LivingSurveyError
from config.roles import Role
from config.schema import ReviewSettings
from pipeline.review.own import Own, survey_own
from pipeline.review.visits import new_since
from pipeline.review.web.daily import Progress
from pipeline.review.web.kept import KeptPreferences
from storage.queue_filter import QueueLimits
from storage.store import OpenStore, Store

_NEEDED = {
    Role.REVIEWER: "a reviewer",
    Role.PUBLISHER: "a publisher",
    Role.ADMIN: "an admin",
}


class ForbiddenError(LivingSurveyError):
    """The person's role does not allow this."""

    def __init__(self, name: str, role: Role, needed: Role) -> None:
        super().__init__(
            f"{name} is {_NEEDED[role]}; this needs {_NEEDED[needed]}.",
            hint="An admin of this survey can do it, or change the role of your account.",
        )


@dataclass(frozen=True, slots=True)
class Person:
    """Who sends a request."""

    #: as recorded with decisions
    name: str
    role: Role
    preferences: KeptPreferences
    progress: Progress
    #: the probabilities that divide the queue for those who prefer no others
    survey_limits: QueueLimits

    @property
    def limits(self) -> QueueLimits:
        """The probabilities that divide the queue."""
        own = self.preferences.known().limit
        if own is None:
            return self.survey_limits
        return QueueLimits(own / 100, self.survey_limits.set_aside_below)

    def visited_at(self, store: Store, now: datetime) -> datetime | None:
        """Return when this person was here before; None: not known."""
        return new_since(self.preferences.own_in(store).visit, now)


class People:
    """The persons of a service, each with what is kept of them."""

    def __init__(
        self,
        open_store: OpenStore,
        read_store: OpenStore,
        settings: ReviewSettings,
        clock: Callable[[], datetime],
        *,
        reviewer: str,
    ) -> None:
        self._stores = (open_store, read_store)
        self._clock = clock
        self._limits = QueueLimits(settings.likely_from / 100, settings.set_aside_below / 100)
        self._reviewer = reviewer
        self._lock = Lock()
        self._kept: dict[str, tuple[KeptPreferences, Progress]] = {}
        #: what a page shows in that has no session
        self.unknown: Own = survey_own(settings)

    @property
    def only(self) -> Person:
        """The one person of a service without accounts."""
        return self.named(self._reviewer, Role.ADMIN)

    def named(self, name: str, role: Role) -> Person:
        """Return a person with what is kept of them."""
        with self._lock:
            kept = self._kept.get(name)
            if kept is None:
                kept = self._kept[name] = (
                    KeptPreferences(*self._stores, name, self.unknown),
                    Progress(name, self._clock),
                )
        return Person(name, role, *kept, self._limits)
