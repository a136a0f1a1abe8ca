"""Store what each reviewer prefers, such as saved views, keys and language. Append-only."""

from collections.abc import Mapping
from datetime import datetime

from storage.engine.instants import to_utc
from storage.engine.session import Session

_OF = """
SELECT name, arg_max(value, seq) FROM preference_event WHERE reviewer = $reviewer GROUP BY name
"""
_SET = """
INSERT INTO preference_event
SELECT (SELECT coalesce(max(seq), 0) + 1 FROM preference_event), $reviewer, $name, $value,
       CAST($happened_at AS TIMESTAMP)
"""


class Preferences:
    """The table `preference_event`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, reviewer: str) -> Mapping[str, str]:
        """Return a reviewer's last values (JSON) by name."""
        return dict(self._session.rows(_OF, {"reviewer": reviewer}))

    def set(self, reviewer: str, name: str, value: str, now: datetime) -> None:
        """Record a value (JSON); one that is set already is not recorded again."""
        with self._session.transaction():
            if self.of(reviewer).get(name) == value:
                return
            self._session.write(
                _SET,
                {"reviewer": reviewer, "name": name, "value": value, "happened_at": to_utc(now)},
            )
