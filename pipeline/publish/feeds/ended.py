"""Make the last entry of the feeds of a survey that ended."""

from datetime import UTC, datetime, time

from pipeline.publish.digest.words import load_words
from pipeline.publish.feeds import text
from pipeline.publish.feeds.types import About, Entry
from pipeline.publish.feeds.words import say
from pipeline.publish.identity import SurveyIdentity
from storage.freezes import Freeze


def ended_at(freeze: Freeze) -> datetime:
    """Return when an end came into force: at the beginning of its day, or when it was recorded."""
    return max(datetime.combine(freeze.ends_on, time.min, tzinfo=UTC), freeze.happened_at)


def ended_entry(freeze: Freeze, identity: SurveyIdentity, about: About) -> Entry:
    """Return the entry that says that the survey ended, with what its editors say of it."""
    notice = text.line(freeze.notice)
    said = text.element("p", say(about.language, "ended_said"))
    day = load_words(about.language).day(freeze.ends_on)
    return Entry(
        id=identity.end(freeze.ends_on.isoformat()),
        title=say(about.language, "ended", date=day),
        url=about.home,
        published=ended_at(freeze),
        updated=ended_at(freeze),
        authors=(),
        content=f"{said}{text.element('p', notice)}" if notice else said,
    )
