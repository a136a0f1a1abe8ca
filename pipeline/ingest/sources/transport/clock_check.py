"""Compare this machine's clock with what arXiv's responses say, before anything is stored."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from pipeline.ingest.sources.fields.dates import parse_iso, parse_rfc2822
from pipeline.ingest.sources.transport.archive import RawResponse
from pipeline.runtime.clock import WrongClockError

#: difference at which two clocks still agree: arXiv's cache keeps responses for a day
TOLERANCE = timedelta(days=2)
#: pause between runs after which arXiv must confirm the clock; a weekend is shorter
JUMP = timedelta(days=3)

#: OAI's, RSS's and Atom's time of a response
_MADE = re.compile(rb"<(?:responseDate|lastBuildDate|pubDate|updated)>([^<]{10,60})<")
_HEAD = 4096


class ClockCheck:
    """Confirms the clock by the first response that agrees with it.

    Args:
        known: when the clock was last known to be right.
        live: whether the responses are arXiv's own, whose Date header then counts against a clock
            that did not jump too. A local arXiv may have a calendar of its own.
    """

    def __init__(self, known: datetime | None = None, *, live: bool = False) -> None:
        self._known = known
        self._live = live
        self.confirmed = False

    def compare(self, response: RawResponse) -> None:
        """Confirm the clock, by which the response is dated.

        Raises:
            WrongClockError: the response is of another time, and the clock is the suspect.
        """
        if self.confirmed or response.status != 200:
            return
        claims = list(_claims(response))
        now = response.fetched_at
        self.confirmed = agrees(now, claims)
        if not self.confirmed and claims and (self._live or self.has_jumped(now)):
            there = min(claims, key=lambda claim: abs(claim - now))
            host = urlsplit(response.url).netloc
            raise self._error(now, f"at {host} it is {there:%Y-%m-%d %H:%M}")

    def require(self, now: datetime) -> None:
        """Raise WrongClockError if the clock jumped and no response confirmed it."""
        if self.has_jumped(now) and not self.confirmed:
            raise self._error(now, "arXiv has not confirmed it")

    def has_jumped(self, now: datetime) -> bool:
        """Return whether the clock is days away from when it was last right."""
        return self._known is not None and abs(now - self._known) > JUMP

    def _error(self, now: datetime, why: str) -> WrongClockError:
        last = f" The last run was on {self._known:%Y-%m-%d}." if self._known else ""
        return WrongClockError(
            f"Nothing was fetched: it is {now:%Y-%m-%d %H:%M} UTC here, but {why}.{last}",
            hint="Correct this machine's clock (or LIVING_SURVEY_NOW) and run the command again; if"
            " it is right, run it again when arXiv answers.",
        )


def agrees(now: datetime, claims: Iterable[datetime]) -> bool:
    """Return whether one of these instants is about now."""
    return any(abs(claim - now) <= TOLERANCE for claim in claims)


def _claims(response: RawResponse) -> Iterator[datetime]:
    """Yield what a response says about the time it was made."""
    with suppress(KeyError, ValueError, TypeError, OverflowError):  # absent, or not a date
        yield parsedate_to_datetime(response.headers["date"]).astimezone(UTC)
    for match in _MADE.finditer(response.body, 0, _HEAD):
        text = match[1].decode("utf-8", errors="replace").strip()
        for parse in (parse_iso, parse_rfc2822):
            try:
                yield parse(text)
                break
            except ValueError:
                continue
