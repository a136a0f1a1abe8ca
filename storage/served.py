"""Read what a hub serves: pages of papers by datestamp, feeds of a day, unread records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from storage.engine.parameters import texts_json
from storage.engine.session import Session

_PAGE = """
SELECT datestamp, arxiv_id
FROM paper
WHERE datestamp BETWEEN $first AND $last
  AND (datestamp > $after_day OR (datestamp = $after_day AND arxiv_id > $after_id))
  AND updated_at IS NOT NULL
  AND list_has_any(categories, CAST(from_json($categories, '["VARCHAR"]') AS VARCHAR[]))
ORDER BY datestamp, arxiv_id
LIMIT $limit
"""
# A stale feed repeats an earlier day, so it says nothing about its own.
_CHECKS = """
WITH checked AS (
    SELECT day, category,
           max(checked_at) FILTER (WHERE NOT stale) AS told_at,
           arg_max(items, checked_at) FILTER (WHERE NOT stale) AS items
    FROM feed_check
    WHERE category IN (FROM listed($categories)) AND day >= $since
    GROUP BY day, category
)
SELECT checked.day, checked.category, told_at IS NOT NULL, coalesce(any_value(checked.items), 0),
       coalesce(max(feed_gap.items), 0)
FROM checked
LEFT JOIN feed_gap
    ON feed_gap.day = checked.day AND feed_gap.category = checked.category
    AND feed_gap.checked_at = told_at
GROUP BY checked.day, checked.category, told_at
ORDER BY checked.day DESC, checked.category
"""
_ANNOUNCED = """
SELECT arxiv_id, list(category ORDER BY category), max(version), min(announce_type), min(title)
FROM announcement
WHERE day = $day
  AND arxiv_id IN (SELECT arxiv_id FROM announcement
                   WHERE day = $day AND category IN (FROM listed($categories)))
GROUP BY arxiv_id
ORDER BY arxiv_id
"""
_UNREAD = """
SELECT quarantine.raw, CAST(quarantine.quarantined_at AS DATE), paper.datestamp
FROM quarantine
LEFT JOIN paper ON paper.arxiv_id = quarantine.arxiv_id
WHERE quarantine.source = 'oai'
ORDER BY quarantine.quarantined_at, quarantine.raw_hash
"""


@dataclass(frozen=True, slots=True)
class CheckedFeed:
    """What is known of the feed of a category on a day."""

    day: date
    category: str
    #: it was read and was of that day
    told: bool
    #: new and cross-listed papers in it
    items: int
    #: items that could not be read
    unread: int


@dataclass(frozen=True, slots=True)
class AnnouncedPaper:
    """A paper in the feeds of a day."""

    arxiv_id: str
    #: in whose feeds it was
    categories: tuple[str, ...]
    version: int
    announce_type: str
    title: str


@dataclass(frozen=True, slots=True)
class UnreadRecord:
    """A record that could not be read."""

    raw: bytes
    #: on which it came
    day: date
    #: of its paper's record that was read; None: none was
    read: date | None


class Served:
    """The tables `paper`, `announcement`, `feed_check`, `feed_gap` and `quarantined`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def page(
        self,
        first: date,
        last: date,
        categories: Sequence[str],
        *,
        after: tuple[date, str] | None,
        limit: int,
    ) -> list[tuple[date, str]]:
        """Return datestamp and ID of papers in these categories, in that order, past `after`."""
        day, arxiv_id = after or (first - timedelta(days=1), "")
        return self._session.rows(
            _PAGE,
            {
                "first": first,
                "last": last,
                "after_day": day,
                "after_id": arxiv_id,
                "categories": texts_json(categories),
                "limit": limit,
            },
        )

    def feeds(self, categories: Sequence[str], since: date) -> list[CheckedFeed]:
        """Return the feeds of these categories that were read since a day, newest first."""
        rows = self._session.rows(_CHECKS, {"categories": texts_json(categories), "since": since})
        return [CheckedFeed(*row) for row in rows]

    def announced(self, day: date, categories: Sequence[str]) -> list[AnnouncedPaper]:
        """Return the papers of a day's feeds of these categories, with all their categories."""
        rows = self._session.rows(_ANNOUNCED, {"day": day, "categories": texts_json(categories)})
        return [
            AnnouncedPaper(arxiv_id, tuple(names), version, kind, title)
            for arxiv_id, names, version, kind, title in rows
        ]

    def unread(self) -> list[UnreadRecord]:
        """Return OAI's records that could not be read and were not read since."""
        return [UnreadRecord(*row) for row in self._session.rows(_UNREAD)]
