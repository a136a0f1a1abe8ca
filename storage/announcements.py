"""Store the items of arXiv's daily feeds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from storage.announced import note_feed
from storage.engine.instants import to_utc
from storage.engine.parameters import rows_json
from storage.engine.session import Session
from storage.types import Announcement, AnnounceType

_LISTED = (AnnounceType.NEW, AnnounceType.CROSS)
_KNOWN_BEFORE = """
SELECT incoming.category, count(*)
FROM (SELECT unnest(from_json($listed,
                                '[{"category": "VARCHAR", "arxiv_id": "VARCHAR"}]'),
                    recursive := true)) AS incoming
WHERE EXISTS (
    SELECT 1 FROM announcement AS earlier
    WHERE earlier.category = incoming.category AND earlier.arxiv_id = incoming.arxiv_id
      AND earlier.day < $day AND earlier.announce_type IN ('new', 'cross'))
GROUP BY incoming.category
"""
_ADD = """
INSERT INTO announcement
SELECT $day, incoming.category, incoming.arxiv_id, incoming.version,
       incoming.announce_type, incoming.title, $seen_at
FROM (SELECT unnest(from_json($items, '[{
          "category": "VARCHAR", "arxiv_id": "VARCHAR", "version": "INTEGER",
          "announce_type": "VARCHAR", "title": "VARCHAR"}]'), recursive := true)) AS incoming
WHERE NOT EXISTS (
    SELECT 1 FROM announcement AS existing
    WHERE existing.day = $day AND existing.category = incoming.category
      AND existing.arxiv_id = incoming.arxiv_id)
"""
_ITEMS = """
SELECT category, arxiv_id FROM announcement WHERE day = $day
"""
_CHECK = """
INSERT INTO feed_check
SELECT $day, incoming.category, $checked_at, incoming.items, incoming.known_before,
       incoming.stale, $calendar_quiet
FROM (SELECT unnest(from_json($checks, '[{
          "category": "VARCHAR", "items": "INTEGER", "known_before": "INTEGER",
          "stale": "BOOLEAN"}]'), recursive := true)) AS incoming
"""
_GAPS = """
INSERT INTO feed_gap
SELECT $day, incoming.category, $checked_at, incoming.items
FROM (SELECT unnest(from_json($gaps, '[{"category": "VARCHAR", "items": "INTEGER"}]'),
                    recursive := true)) AS incoming
"""


@dataclass(frozen=True, slots=True)
class FeedCheck:
    """The result of reading one category's feed of a day."""

    day: date
    category: str
    #: new and cross-listed papers in it
    items: int
    #: of these, announced in the same category before
    known_before: int
    #: all were announced before, so the feed repeats an earlier day
    stale: bool
    #: items without a readable paper ID
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
        """Record the feed of a day (New York) for each requested category.

        A paper without categories counts for all of them. The items of a stale feed are not
        stored, because they repeat an earlier day. `untold` has the possible categories of each
        item without a readable ID, empty for any.
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
                          untold=sum(_may_be(category, named) for named in untold))
                for category, items in listed.items()
            )  # fmt: skip
            # Known items are not sent again, because most checks repeat an earlier one.
            known_items = set(self._session.rows(_ITEMS, {"day": day}))
            fresh = [
                _item(check.category, announcement)
                for check in checks
                if not check.stale
                for announcement in by_category[check.category].values()
                if (check.category, announcement.arxiv_id) not in known_items
            ]
            if fresh:
                self._session.write(
                    _ADD, {"day": day, "items": rows_json(fresh), "seen_at": to_utc(checked_at)}
                )
                note_feed(self._session, (str(item["arxiv_id"]) for item in fresh))
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
        """Store items of a day whose feed was read before; return how many are new."""
        items = [
            _item(category, announcement)
            for announcement in announcements
            for category in categories
            if _may_be(category, announcement.categories)
        ]
        if not items:
            return 0
        with self._session.transaction():
            added = self._session.write(
                _ADD, {"day": day, "items": rows_json(items), "seen_at": to_utc(seen_at)}
            )
            note_feed(self._session, (str(item["arxiv_id"]) for item in items))
        return added

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
    return not stated or category in stated


def _item(category: str, announcement: Announcement) -> dict[str, object]:
    return {
        "category": category,
        "arxiv_id": announcement.arxiv_id,
        "version": announcement.version,
        "announce_type": announcement.announce_type.value,
        "title": announcement.title,
    }
