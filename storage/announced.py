"""Keep `paper.announced`: the day of a feed's first new or cross-listed item.

Without such an item it is the day that arXiv's calendar gives for the first submission.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from storage.calendar import NEW_YORK, due_day
from storage.engine.instants import to_utc
from storage.engine.parameters import rows_json, texts_json
from storage.engine.session import Session
from storage.waiting import refresh

_ITEMS = """
SELECT arxiv_id, min(day) AS day
FROM announcement
WHERE announce_type IN ('new', 'cross') AND {only}
GROUP BY arxiv_id
"""
_OF_FEED = f"""
SELECT paper.arxiv_id
FROM paper
JOIN ({_ITEMS.format(only="arxiv_id IN (FROM listed($ids))")}) AS feed
  ON feed.arxiv_id = paper.arxiv_id
WHERE paper.announced IS DISTINCT FROM feed.day
"""  # noqa: S608  made of constants
_SET = f"""
UPDATE paper SET announced = feed.day
FROM ({_ITEMS.format(only="arxiv_id IN (FROM listed($ids))")}) AS feed
WHERE feed.arxiv_id = paper.arxiv_id AND paper.announced IS DISTINCT FROM feed.day
"""  # noqa: S608  as above
# A window opens at the first instant whose submissions are announced on its day.
_FILL = f"""
UPDATE paper SET announced = found.day
FROM (
    SELECT dated.arxiv_id, coalesce(feed.day, dated.day) AS day
    FROM (
        SELECT paper.arxiv_id, due.day
        FROM paper
        ASOF LEFT JOIN (
            SELECT unnest(from_json($windows, '[{{"opens": "TIMESTAMP", "day": "DATE"}}]'),
                          recursive := true)
        ) AS due ON paper.submitted_at >= due.opens
    ) AS dated
    LEFT JOIN ({_ITEMS.format(only="true")}) AS feed ON feed.arxiv_id = dated.arxiv_id
) AS found
WHERE found.arxiv_id = paper.arxiv_id AND paper.announced IS DISTINCT FROM found.day
"""  # noqa: S608  as above
_SUBMITTED = "SELECT min(submitted_at), max(submitted_at) FROM paper"


def note_feed(session: Session, arxiv_ids: Iterable[str]) -> None:
    """Date the papers among these that a feed has named."""
    ids = {"ids": texts_json(arxiv_ids)}
    changed = [row[0] for row in session.rows(_OF_FEED, ids)]
    if changed:
        session.write(_SET, {"ids": texts_json(changed)})
        refresh(session, changed)


def fill_announced(session: Session) -> None:
    """Date all papers."""
    first, last = session.row(_SUBMITTED) or (None, None)
    if first is not None and last is not None:
        session.write(_FILL, {"windows": rows_json(_windows(first.date(), last.date()))})


def _windows(first: date, last: date) -> Iterable[dict[str, object]]:
    """Yield when the submissions of each announcement day begin."""
    known: date | None = None
    for number in range(-2, (last - first).days + 2):
        # the afternoon of a day in New York belongs to the next one
        opens = datetime.combine(first + timedelta(days=number), time(14), NEW_YORK)
        day = due_day(opens)
        if day != known:
            yield {"opens": to_utc(opens.astimezone(UTC)), "day": day}
        known = day
