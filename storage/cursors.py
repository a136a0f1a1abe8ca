"""Cursors: how far a source has been read, as text that only the source understands."""

from datetime import datetime

from storage.engine.instants import to_utc
from storage.engine.session import Session

_SAVE = """
MERGE INTO source_cursor AS held
USING (SELECT CAST($name AS VARCHAR) AS name, CAST($value AS VARCHAR) AS value,
              CAST($saved_at AS TIMESTAMP) AS saved_at) AS told
ON (held.name = told.name)
WHEN MATCHED THEN UPDATE SET value = told.value, saved_at = told.saved_at
WHEN NOT MATCHED THEN INSERT (name, value, saved_at) VALUES (told.name, told.value, told.saved_at)
"""


class Cursors:
    """The table `source_cursor`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, name: str) -> str | None:
        """Return the saved value, None if there is none yet."""
        row = self._session.row(
            "SELECT value FROM source_cursor WHERE name = $name", {"name": name}
        )
        return None if row is None else str(row[0])

    def save(self, name: str, value: str, saved_at: datetime) -> None:
        """Replace the value: only after all that lies before it is stored.

        One that stands as it is costs no commit: `saved_at` is when the source came so far.
        """
        if self.get(name) == value:
            return
        with self._session.transaction():
            self._session.write(_SAVE, {"name": name, "value": value, "saved_at": to_utc(saved_at)})
