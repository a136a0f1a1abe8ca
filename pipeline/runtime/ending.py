"""Say that the survey ends or ended, and refuse what would begin something new after it.

From its last day on nothing is fetched; the issue of the week of that day is the last.
"""

from datetime import date

from config.errors import LivingSurveyError
from storage.freezes import Freeze

#: what takes the end back
UNDO = "`living-survey freeze --undo` takes the survey up again."


class SurveyEndedError(LivingSurveyError):
    """The survey ended; nothing was done."""


def ended(freeze: Freeze | None, today: date) -> Freeze | None:
    """Return the end that is in force on a day (UTC), or None."""
    return freeze if freeze is not None and freeze.ends_on <= today else None


def ending_sentence(freeze: Freeze, today: date) -> str:
    """Return when the survey ends or ended, and by whom."""
    verb = "ended" if ended(freeze, today) else "ends"
    return f"The survey {verb} on {freeze.ends_on} ({freeze.person})."


def refuse_fetching(freeze: Freeze | None, today: date) -> None:
    """Raise SurveyEndedError if nothing is fetched any more."""
    if freeze is not None and ended(freeze, today):
        raise SurveyEndedError(f"The survey ended on {freeze.ends_on}.", hint=UNDO)


def refuse_later(freeze: Freeze | None, first_day: date, named: str) -> None:
    """Raise SurveyEndedError for an issue that begins after the last day.

    Args:
        freeze: the end, if there is one.
        first_day: the first day of the issue.
        named: the issue, such as `2026-W12`.
    """
    if freeze is not None and first_day > freeze.ends_on:
        raise SurveyEndedError(
            f"The survey ends on {freeze.ends_on}, so there is no issue {named}.", hint=UNDO
        )
