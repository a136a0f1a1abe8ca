"""Let what subscribers chose follow a change of the taxonomy."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from storage.engine.instants import to_utc
from storage.engine.parameters import rows_json, texts_json
from storage.engine.session import Session

_MOVED = """
SELECT subscriber_id, language, sections, rhythm FROM subscribers
WHERE state NOT IN ('deleted', 'expired')
  AND list_has_any(sections, CAST(from_json($gone, '["VARCHAR"]') AS VARCHAR[]))
ORDER BY subscriber_id
"""
_CHOSEN = """
INSERT INTO subscriber_event (
    seq, subscriber_id, kind, source, language, sections, rhythm, person, happened_at)
SELECT (SELECT coalesce(max(seq), 0) FROM subscriber_event) + row_number() OVER (),
       subscriber_id, 'chosen', 'command', language, sections, rhythm, $person,
       CAST($happened_at AS TIMESTAMP)
FROM (SELECT unnest(from_json($rows, '[{"subscriber_id": "VARCHAR", "language": "VARCHAR",
      "sections": ["VARCHAR"], "rhythm": "VARCHAR"}]'), recursive := true))
"""


def move_choices(
    session: Session, moved: Mapping[str, Sequence[str]], *, person: str, now: datetime
) -> int:
    """Replace section IDs in choices after a change of the taxonomy; return for how many.

    Args:
        session: of the store, in a transaction.
        moved: a section's former ID -> its present IDs; none: it is dissolved, and stays where
            nothing else was chosen, because no section at all means every section.
        person: who changed the taxonomy.
        now: when.
    """
    rows = []
    for subscriber_id, language, sections, rhythm in session.rows(
        _MOVED, {"gone": texts_json(moved)}
    ):
        present = dict.fromkeys(new for one in sections for new in moved.get(one, (one,)))
        if present:
            rows.append(
                {
                    "subscriber_id": subscriber_id,
                    "language": language,
                    "sections": list(present),
                    "rhythm": rhythm,
                }
            )
    if rows:
        session.write(
            _CHOSEN,
            {"rows": rows_json(rows), "person": person, "happened_at": to_utc(now)},
        )
    return len(rows)
