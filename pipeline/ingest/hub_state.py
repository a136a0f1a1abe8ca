"""Say how far the hub had read when it last answered, and whether it is late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from config.schema import ArxivSettings
from pipeline.ingest.coverage import covers
from pipeline.ingest.windows import cursor_name
from storage.calendar import announcement_day, announcement_days, feed_instant
from storage.harvests import Harvest
from storage.store import Store

#: time after a feed was built when a hub that has not read past it is late; a hub runs daily
LATE_AFTER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class HubState:
    """How far a hub had read."""

    url: str
    #: in all sets of this survey; None: it has not answered yet
    until: datetime | None
    #: announcements came out since, and it had a day to read them
    late: bool

    @property
    def sentence(self) -> str:
        """Say it."""
        if self.until is None:
            return f"the hub {self.url} has not answered yet."
        read = f"the hub {self.url} itself has fetched until {self.until:%Y-%m-%d %H:%M} UTC"
        return f"{read} and is late." if self.late else f"{read}."

    @property
    def remedy(self) -> str:
        """What to do about a late hub."""
        return (
            "`living-survey status` on the hub shows its last runs; until it runs again, nothing"
            " is lost, and later runs here bring what is missing."
        )


def hub_state(store: Store, settings: ArxivSettings, now: datetime) -> HubState | None:
    """Return how far the hub of the settings had read; None if there is none."""
    if not settings.hub_url:
        return None
    harvests = store.harvests.all()
    reached = [
        _reached(harvests, name, store.cursors.get(cursor_name(name)))
        if store.cursors.get(_address_name(name)) == settings.hub_url
        else None
        for name in settings.sets
    ]
    known = [moment for moment in reached if moment is not None]
    until = min(known) if len(known) == len(reached) else None
    return HubState(settings.hub_url, until, late=is_late(until, now))


def note_address(store: Store, settings: ArxivSettings, name: str, now: datetime) -> None:
    """Remember which hub moved the cursor of a set; after one, an empty text is arXiv itself."""
    address = _address_name(name)
    if (store.cursors.get(address) or "") != settings.hub_url:
        store.cursors.save(address, settings.hub_url, now)


def is_late(until: datetime | None, now: datetime) -> bool:
    """Return whether a feed was built after this moment and more than a day ago."""
    if until is None:
        return False
    days = announcement_days(announcement_day(until), announcement_day(now))
    return any(until < feed_instant(day) <= now - LATE_AFTER for day in days)


def _reached(harvests: Sequence[Harvest], name: str, cursor: str | None) -> datetime | None:
    """Return the moment of the last whole answer, which the cursor has the day of.

    Later answers may be arXiv's own, from before the hub was asked.
    """
    if cursor is None:
        return None
    day = date.fromisoformat(cursor)
    answered = [
        one.answered_at.astimezone(UTC)
        for one in harvests
        if covers(one.set_name, name) and one.answered_at.astimezone(UTC).date() == day
    ]
    return max(answered, default=datetime.combine(day, time(), UTC))


def _address_name(name: str) -> str:
    return f"hub:{name}"
