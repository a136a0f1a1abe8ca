"""Keep a reviewer's preferences between requests, because every page needs them."""

from collections.abc import Callable
from datetime import datetime
from threading import Lock

from config.errors import LivingSurveyError
from pipeline.review import visits
from pipeline.review.own import Own, read_own
from storage.store import OpenStore, Store


class KeptPreferences:
    """The preferences of one reviewer, read once and changed through `change`."""

    def __init__(
        self, open_store: OpenStore, read_store: OpenStore, reviewer: str, survey: Own
    ) -> None:
        self._open_store = open_store
        self._read_store = read_store
        self._reviewer = reviewer
        self._survey = survey
        self._lock = Lock()
        self._own: Own | None = None

    def known(self) -> Own:
        """Return what was read before, else the survey's; for pages about a fault."""
        return self._own or self._survey

    def own(self) -> Own:
        """Return the preferences; the survey's as long as the database cannot be read."""
        if self._own is None:
            try:
                with self._read_store() as store:
                    return self.own_in(store)
            except LivingSurveyError:
                return self._survey
        return self.known()

    def own_in(self, store: Store) -> Own:
        """Return the preferences, read from a store that is open."""
        if self._own is None:
            self._own = read_own(store.preferences.of(self._reviewer), self._survey)
        return self.known()

    def change(self, name: str, value: Callable[[Own], str], now: datetime) -> None:
        """Store the value made from the present preferences, which other tabs may have changed."""
        with self._lock, self._open_store() as store, store.transaction():
            present = read_own(store.preferences.of(self._reviewer), self._survey)
            store.preferences.set(self._reviewer, name, value(present), now)
        self._own = None

    def note_visit(self, now: datetime) -> None:
        """Note that the reviewer acted; at most one write in a while."""
        if visits.noted(self.own().visit, now) is None:
            return

        def noted(own: Own) -> str:
            return visits.visit_text(visits.noted(own.visit, now) or own.visit or visits.Visit(now))

        self.change(visits.PREFERENCE, noted, now)
