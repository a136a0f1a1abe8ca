"""Say whether the promised rhythm of issues is kept on a day, from settings and last issue."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from config.site_schema import SiteSettings
from pipeline.publish.digest.week import Week
from pipeline.runtime.plurals import counted


class Kept(StrEnum):
    """How a promise stands."""

    #: nothing is promised
    NONE = "none"
    KEPT = "kept"
    LATE = "late"
    PAUSED = "paused"
    #: the survey ended
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Promise:
    """The promise of issues on one day."""

    #: `weekly`, `monthly` or empty
    rhythm: str
    state: Kept
    #: the last issue
    issue: Week | None = None
    #: the last day on which the next issue is in time; None: before the first issue
    due: date | None = None
    #: of a pause: its last day
    paused_until: date | None = None
    days_late: int = 0
    #: of a survey that ended
    ended_on: date | None = None

    @property
    def sentence(self) -> str:
        """The last issue and when the next is due, without a full stop; empty: nothing to say."""
        last = f"last {self.issue}" if self.issue else "no issue yet"
        match self.state:
            case Kept.NONE | Kept.ENDED:
                return ""
            case Kept.PAUSED:
                return f"{last}; {self.rhythm}, paused until {self.paused_until}"
            case Kept.LATE:
                late = counted(self.days_late, "day")
                return f"{last}; {self.rhythm}, late by {late}: one was due on {self.due}"
            case Kept.KEPT:
                due = f", the next by {self.due}" if self.due else ""
                return f"{last}; {self.rhythm}{due}"


def promise_on(
    day: date, settings: SiteSettings, issue: Week | None, *, ended_on: date | None = None
) -> Promise:
    """Return how the promise stands on a day (UTC), with the newest issue that was published."""
    rhythm = settings.rhythm
    if ended_on is not None and ended_on <= day:
        return Promise(rhythm, Kept.ENDED, issue, ended_on=ended_on)
    if not rhythm:
        return Promise("", Kept.NONE, issue)
    pause = date.fromisoformat(settings.paused_until) if settings.paused_until else None
    due = None if issue is None else _due(rhythm, issue.end.date())
    if pause is not None and due is not None:
        # After a pause there is as much time again as after an issue.
        due = max(due, _due(rhythm, pause))
    if pause is not None and day <= pause:
        return Promise(rhythm, Kept.PAUSED, issue, due, pause)
    late = 0 if due is None else max(0, (day - due).days)
    return Promise(rhythm, Kept.LATE if late else Kept.KEPT, issue, due, days_late=late)


def _due(rhythm: str, last: date) -> date:
    """Return the day by which an issue follows; a weekly one comes out on the Monday after."""
    return last + timedelta(days=7 if rhythm == "weekly" else 31)
