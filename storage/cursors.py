"""Store how far each source has been read, as text in the source's own format."""

from datetime import datetime

from storage.engine.instants import to_utc
from storage.engine.parameters import texts_json
from storage.engine.session import Session

_SAVE = """
MERGE INTO source_cursor AS existing
USING (SELECT CAST($name AS VARCHAR) AS name, CAST($value AS VARCHAR) AS value,
              CAST($saved_at AS TIMESTAMP) AS saved_at) AS incoming
ON (existing.name = incoming.name)
WHEN MATCHED THEN UPDATE SET value = incoming.value, saved_at = incoming.saved_at
WHEN NOT MATCHED THEN INSERT (name, value, saved_at)
    VALUES (incoming.name, incoming.value, incoming.saved_at)
"""


class Cursors:
    """The table `source_cursor`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, name: str) -> str | None:
        """Return the saved value, or None."""
        row = self._session.row(
            "SELECT value FROM source_cursor WHERE name = $name", {"name": name}
        )
        return None if row is None else str(row[0])

    def get_many(self, *names: str) -> dict[str, str]:
        """Return the saved values by name; names without one are left out."""
        sql = "SELECT name, value FROM source_cursor WHERE name IN (FROM listed($names))"
        return dict(self._session.rows(sql, {"names": texts_json(names)}))

    def save(self, name: str, value: str, saved_at: datetime) -> None:
        """Replace the value, after everything before it is stored.

        An unchanged value is not written, because `saved_at` is when the source reached it.
        """
        if self.get(name) == value:
            return
        with self._session.transaction():
            self._session.write(_SAVE, {"name": name, "value": value, "saved_at": to_utc(saved_at)})
