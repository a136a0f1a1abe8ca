"""Remember when a reviewer was here, for "new since I was here".

A session ends with a pause. What is new is counted from the end of the session before, and stays
new during the whole session. Only acts are noted, because opening a page writes nothing.
"""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from config.instants import read_instant

#: name of the preference that holds a visit
PREFERENCE = "visited"
#: a longer time without an act ends a session
PAUSE = timedelta(hours=4)
#: acts within this time are noted once
NOTED_EVERY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Visit:
    """The last noted act of a reviewer, and the last one of the session before."""

    last: datetime
    #: None in the first session
    before: datetime | None = None


def new_since(visit: Visit | None, now: datetime) -> datetime | None:
    """Return the instant after which papers are new to the reviewer; None: all are."""
    if visit is None:
        return None
    return visit.last if now - visit.last >= PAUSE else visit.before


def noted(visit: Visit | None, now: datetime) -> Visit | None:
    """Return the visit to store after an act, or None if the stored one still holds."""
    if visit is None:
        return Visit(now)
    passed = now - visit.last
    if passed >= PAUSE:
        return Visit(now, before=visit.last)
    return replace(visit, last=now) if passed >= NOTED_EVERY else None


def read_visit(text: str | None) -> Visit | None:
    """Return the stored visit; None if there is none or it cannot be read."""
    try:
        stored = json.loads(text or "{}")
        before = stored.get("before")
        return Visit(
            read_instant(stored["last"]),
            read_instant(before) if before else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def visit_text(visit: Visit) -> str:
    """Return what is stored of a visit."""
    before = visit.before.isoformat() if visit.before else None
    return json.dumps({"last": visit.last.isoformat(), "before": before})
