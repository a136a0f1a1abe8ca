"""Compare the papers that wait with how many are decided in a week."""

from dataclasses import dataclass
from datetime import date

from pipeline.review.outlook.weeks import past_weeks, whole_weeks
from pipeline.runtime.services import Services
from storage.store import Store

#: decisions without which there is no pace
_FEWEST = 10
#: weeks without which there is none
_SHORTEST = 2


@dataclass(frozen=True, slots=True)
class QueuePace:
    """Likely papers that wait, and the pace at which they are decided."""

    waiting: int
    #: papers a week; None: not known yet
    a_week: float | None
    #: whether it is what the settings name, else the average of past weeks
    planned: bool

    @property
    def weeks(self) -> float | None:
        """How long it takes to decide them; None: not known, infinite: no one decides."""
        if self.a_week is None:
            return None
        if not self.waiting:
            return 0.0
        return self.waiting / self.a_week if self.a_week else float("inf")


def queue_pace(store: Store, services: Services, today: date) -> QueuePace:
    """Return the likely papers that wait and the pace: of the settings, or of the past weeks.

    All decisions of reviewers count, because unlikely papers take their time too.
    """
    limit = services.settings.review.likely_from
    waiting = sum(papers for percent, papers in store.outlook.waiting().items() if percent >= limit)
    if planned := services.settings.alerts.papers_a_week:
        return QueuePace(waiting, float(planned), planned=True)
    decided = store.outlook.decided()
    reading = whole_weeks(min((one.day for one in decided), default=None), today)
    if reading < _SHORTEST or sum(one.papers for one in decided) < _FEWEST:
        return QueuePace(waiting, None, planned=False)
    first, last = past_weeks(today, reading)[0][0], today
    done = sum(one.papers for one in decided if first <= one.day <= last)
    return QueuePace(waiting, done / reading, planned=False)
