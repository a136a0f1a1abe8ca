"""Refuse commands that begin something new after the survey ended, before a run is recorded."""

from config.schema import Settings
from pipeline.publish.digest.week import Week
from pipeline.runtime.ending import refuse_fetching, refuse_later
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


def check_week(settings: Settings, week: Week) -> None:
    """Raise SurveyEndedError for an issue of a week after the survey's last."""
    refuse_later(standing_freeze(settings), week.first_day, str(week))
