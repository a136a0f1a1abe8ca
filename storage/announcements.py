"""Announcements: what arXiv's daily feed said on which day. Never speaks to arXiv.

The ledger is computed from these.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from storage.engine.instants import to_utc
from storage.engine.parameters import rows_json
from storage.engine.session import Session
from storage.types import Announcement, AnnounceType

_LISTED = (AnnounceType.NEW, AnnounceType.CROSS)
_KNOWN_BEFORE = """
SELECT told.category, count(*)
FROM (SELECT unnest(from_json($listed, '[{"category": "VARCHAR", "arxiv_id": "VARCHAR"}]'),
                    recursive := true)) AS told
WHERE EXISTS (
    SELECT 1 FROM announcement AS earlier
    WHERE earlier.category = told.category AND earlier.arxiv_id = told.arxiv_id
      AND earlier.day < $day AND earlier.announce_type IN ('new', 'cross'))
GROUP BY told.category
"""
_ADD = """
INSERT INTO announcement
SELECT $day, told.category, told.arxiv_id, told.version, told.announce_type, told.title, $seen_at
FROM (SELECT unnest(from_json($items, '[{
          "category": "VARCHAR", "arxiv_id": "VARCHAR", "version": "INTEGER",
          "announce_type": "VARCHAR", "title": "VARCHAR"}]'), recursive := true)) AS told
WHERE NOT EXISTS (
    SELECT 1 FROM announcement AS held
    WHERE held.day = $day AND held.category = told.category AND held.arxiv_id = told.arxiv_id)
"""
_TOLD = """
SELECT category, arxiv_id FROM announcement WHERE day = $day
"""
_CHECK = """
INSERT INTO feed_check
SELECT $day, told.category, $checked_at, told.items, told.known_before, told.stale, $calendar_quiet
FROM (SELECT unnest(from_json($checks, '[{
          "category": "VARCHAR", "items": "INTEGER", "known_before": "INTEGER",
          "stale": "BOOLEAN"}]'), recursive := true)) AS told
"""
_GAPS = """
INSERT INTO feed_gap
SELECT $day, told.category, $checked_at, told.items
FROM (SELECT unnest(from_json($gaps, '[{"category": "VARCHAR", "items": "INTEGER"}]'),
                    recursive := true)) AS told
"""


@dataclass(frozen=True, slots=True)
class FeedCheck:
    """What one look at one category's feed of a day amounted to."""

    day: date
    category: str
    #: new and cross-listed papers in it
    items: int
    #: of these, announced in the same category on an earlier day
    known_before: int
    #: all of them were: the feed repeats an earlier day and proves nothing about this one
    stale: bool
    #: items that did not say which paper they announce, perhaps in this category
    untold: int = 0


class Announcements:
    """The tables `announcement`, `feed_check` and `feed_gap`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self,
        day: date,
        categories: Sequence[str],
        announcements: Iterable[Announcement],
        *,
        checked_at: datetime,
        calendar_quiet: bool,
        untold: Sequence[Sequence[str]] = (),
    ) -> tuple[FeedCheck, ...]:
        """Record what the feed of a day said about each of the categories asked for.

        A paper counts for every asked category it belongs to, and for all of them if it does not
        say to which. A category whose new and cross-listed
        papers were all announced on an earlier day is stale: its items are not taken for this
        day's, the look itself is recorded. A repeated look changes nothing but the time of it.

        Args:
            day: as the feed dates itself, in America/New_York.
            categories: those that were asked for, also when nothing came for some.
            announcements: the feed's items.
            checked_at: when the feed was fetched.
            calendar_quiet: whether arXiv's calendar expects no announcement on this day.
            untold: for each item that did not say which paper it announces the categories it may
                be of, none for any: the day is not complete in these.
        """
        by_category = {
            category: {a.arxiv_id: a for a in announcements if _may_be(category, a.categories)}
            for announcements in [list(announcements)]
            for category in categories
        }
        listed = {
            category: [a for a in items.values() if a.announce_type in _LISTED]
            for category, items in by_category.items()
        }
        with self._session.transaction():
            known = self._known_before(day, listed)
            checks = tuple(
                FeedCheck(day, category, len(items), known.get(category, 0),
                          stale=bool(items) and known.get(category, 0) == len(items),
                          untold=sum(_may_be(category, categories) for categories in untold))
                for category, items in listed.items()
            )  # fmt: skip
            # Most looks repeat one of an hour ago: what is there is not sent to be found there.
            told = set(self._session.rows(_TOLD, {"day": day}))
            fresh = [
                _item(check.category, announcement)
                for check in checks
                if not check.stale
                for announcement in by_category[check.category].values()
                if (check.category, announcement.arxiv_id) not in told
            ]
            if fresh:
                self._session.write(
                    _ADD, {"day": day, "items": rows_json(fresh), "seen_at": to_utc(checked_at)}
                )
            self._session.write(
                _CHECK,
                {
                    "day": day,
                    "checked_at": to_utc(checked_at),
                    "calendar_quiet": calendar_quiet,
                    "checks": rows_json(
                        {
                            "category": check.category,
                            "items": check.items,
                            "known_before": check.known_before,
                            "stale": check.stale,
                        }
                        for check in checks
                    ),
                },
            )
            gaps = [
                {"category": check.category, "items": check.untold}
                for check in checks
                if check.untold
            ]
            if gaps:
                self._session.write(
                    _GAPS,
                    {"day": day, "checked_at": to_utc(checked_at), "gaps": rows_json(gaps)},
                )
        return checks

    def add_items(
        self,
        day: date,
        categories: Sequence[str],
        announcements: Iterable[Announcement],
        *,
        seen_at: datetime,
    ) -> int:
        """Record single items of a day whose feed was looked at before; return how many are new."""
        items = [
            _item(category, announcement)
            for announcement in announcements
            for category in categories
            if _may_be(category, announcement.categories)
        ]
        if not items:
            return 0
        with self._session.transaction():
            return self._session.write(
                _ADD, {"day": day, "items": rows_json(items), "seen_at": to_utc(seen_at)}
            )

    def _known_before(self, day: date, listed: dict[str, list[Announcement]]) -> dict[str, int]:
        pairs = [
            {"category": category, "arxiv_id": announcement.arxiv_id}
            for category, announcements in listed.items()
            for announcement in announcements
        ]
        if not pairs:
            return {}
        return dict(self._session.rows(_KNOWN_BEFORE, {"day": day, "listed": rows_json(pairs)}))


def _may_be(category: str, stated: Sequence[str]) -> bool:
    """Say whether what states these categories counts for one: what states none may be of any."""
    return not stated or category in stated


def _item(category: str, announcement: Announcement) -> dict[str, object]:
    return {
        "category": category,
        "arxiv_id": announcement.arxiv_id,
        "version": announcement.version,
        "announce_type": announcement.announce_type.value,
        "title": announcement.title,
    }
