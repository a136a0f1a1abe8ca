"""Record what a WebSub hub was told of feeds. Append-only."""

from dataclasses import dataclass
from datetime import datetime

from storage.engine.instants import to_utc
from storage.engine.session import Session

_ADD = """
INSERT INTO hub_ping
VALUES ($hub, $topic, $digest, CAST($happened_at AS TIMESTAMP), $fault)
"""
_KNOWN = """
SELECT topic, digest FROM hub_ping
WHERE hub = $hub AND fault IS NULL
QUALIFY row_number() OVER (PARTITION BY topic ORDER BY happened_at DESC, rowid DESC) = 1
"""


@dataclass(frozen=True, slots=True)
class HubPing:
    """One request to a hub."""

    hub: str
    #: address of the feed
    topic: str
    #: sha256 of the feed's content
    digest: str
    happened_at: datetime
    #: why the hub may not know it; None: it does
    fault: str | None = None


class HubPings:
    """The table `hub_ping`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, pings: list[HubPing]) -> None:
        """Record requests, oldest first."""
        with self._session.transaction():
            for one in pings:
                self._session.write(
                    _ADD,
                    {
                        "hub": one.hub,
                        "topic": one.topic,
                        "digest": one.digest,
                        "happened_at": to_utc(one.happened_at),
                        "fault": one.fault,
                    },
                )

    def known(self, hub: str) -> dict[str, str]:
        """Return the content that a hub was told of last, by feed."""
        return dict(self._session.rows(_KNOWN, {"hub": hub}))
