"""Refuse commands that begin something new after the survey ended, before a run is recorded."""

from config.schema import Settings
from pipeline.cli.answer import Answer
from pipeline.publish.digest.week import Week
from pipeline.runtime.ending import UNDO, ended, refuse_fetching, refuse_later
from pipeline.runtime.services import open_services
from storage.freezes import Freeze


def standing_freeze(settings: Settings) -> Freeze | None:
    """Return the survey's end, or None."""
    with open_services(settings, read_only=True).open_store() as store:
        return store.freezes.standing()


def check_fetching(settings: Settings) -> None:
    """Raise SurveyEndedError if the survey ended; without a database it did not."""
    if settings.database.path.exists():
        today = open_services(settings).clock().date()
        refuse_fetching(standing_freeze(settings), today)


def over(settings: Settings) -> Freeze | None:
    """Return the end that is in force now, or None; without a database there is none."""
    if not settings.database.path.exists():
        return None
    return ended(standing_freeze(settings), open_services(settings).clock().date())


def over_answer(freeze: Freeze, *more: str) -> Answer:
    """Return what a scheduled command says after the end: that is no fault, and no alarm."""
    lines = (f"The survey ended on {freeze.ends_on}; nothing is left to do.", *more, UNDO)
    return Answer({"ended_on": freeze.ends_on, "done": False}, lines)


def check_week(settings: Settings, week: Week) -> None:
    """Raise SurveyEndedError for an issue of a week after the survey's last."""
    refuse_later(standing_freeze(settings), week.first_day, str(week))
