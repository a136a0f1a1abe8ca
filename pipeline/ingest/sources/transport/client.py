"""HTTP client for arXiv: rate-limited, archived, with few retries.

Every request opens its own connection and is archived as it arrived. 400 and 403 are never retried.
"""

import functools
import itertools
import logging
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from typing import TypeVar
from urllib.parse import urlsplit

import httpx

from config.errors import ConfigError
from config.loopback import is_loopback_host
from pipeline.ingest.sources.errors import (
    ArxivUnreachableError,
    BadResponseError,
    BlockedError,
    BrokenReaderError,
    IncompleteResponseError,
    ThrottledError,
    shown,
)
from pipeline.ingest.sources.transport.addresses import Origin, origin, redirect_url, request_url
from pipeline.ingest.sources.transport.archive import Archive, RawResponse
from pipeline.ingest.sources.transport.clock_check import ClockCheck
from pipeline.ingest.sources.transport.exchange import exchange
from pipeline.ingest.sources.transport.limiter import LONGEST_WAIT_SECONDS, Limiter, host_group
from pipeline.ingest.sources.transport.responses import classify_response

T = TypeVar("T")
_log = logging.getLogger(__name__)

#: waits after faults without Retry-After, in multiples of the interval: seconds within a run, then
#: 10 minutes to 4 hours, because throttling lasts hours (2026)
BACKOFF = (2, 6, 20, 200, 400, 800, 1600, 3200, 4800)
TRIES = 4
BLOCKED_SECONDS = 24 * 3600.0
MAX_REDIRECTS = 3
#: limit for one response, within what is left of the run's deadline
RESPONSE_SECONDS = 300.0


def user_agent(contact: str = "") -> str:
    """Return the User-Agent: `living-survey/VERSION (+contact)`."""
    try:
        number = version("living-survey")
    except PackageNotFoundError:
        number = "0"
    named = "".join(sign for sign in contact if " " <= sign <= "~")
    return f"living-survey/{number}" + (f" (+{named})" if named else "")


@functools.cache  # because reading the certificates takes 50 ms
def trusted_certificates() -> ssl.SSLContext:
    """Return the certificate authorities that httpx trusts."""
    return httpx.create_ssl_context()


def make_client(
    *, connect_timeout_seconds: float = 10, read_timeout_seconds: float = 60
) -> httpx.Client:
    """Return a client without redirects or kept-alive connections.

    Kept-alive connections to arXiv go silent without a reset
    (https://github.com/blazickjp/arxiv-mcp-server/issues/155).
    """
    return httpx.Client(
        verify=trusted_certificates(),
        timeout=httpx.Timeout(read_timeout_seconds, connect=connect_timeout_seconds),
        limits=httpx.Limits(max_connections=1, max_keepalive_connections=0),
        # The environment's proxy is for arXiv, not for this machine.
        mounts={f"all://{host}": None for host in ("127.0.0.1", "localhost", "[::1]")},
        follow_redirects=False,
    )


class ArxivHttp:
    """Requests to arXiv through the limiter and the archive."""

    def __init__(
        self,
        client: httpx.Client,
        limiter: Limiter,
        archive: Archive | None = None,
        *,
        contact: str = "",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        wait: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        origins: Iterable[Origin] = (),
        hub: Origin | None = None,
        clock_check: ClockCheck | None = None,
        run_deadline_seconds: float | None = None,
        response_seconds: float = RESPONSE_SECONDS,
        patience_seconds: float = 120.0,
    ) -> None:
        self._client = client
        self._limiter = limiter
        self._archive = archive
        self._clock = clock
        self._wait = wait
        self._monotonic = monotonic
        self._deadline = (
            None if run_deadline_seconds is None else monotonic() + run_deadline_seconds
        )
        self._clock_check = clock_check or ClockCheck()
        self._origins = frozenset(origins)
        self._hub = hub
        self._response_seconds = response_seconds
        self._patience = patience_seconds
        #: made so far, those that failed included
        self.requests = 0
        #: arXiv returns 406 to requests without Accept
        self._headers = {
            "User-Agent": user_agent(contact),
            "Accept": "application/atom+xml, application/rss+xml, text/xml, */*;q=0.5",
        }

    def read(
        self,
        base_url: str,
        params: Mapping[str, str] | None,
        reader: Callable[[RawResponse], T],
    ) -> T:
        """Return what `reader` makes of the response; retry if it raises IncompleteResponseError.

        Raises:
            ThrottledError: arXiv asks for a longer wait than allowed.
            ArxivUnreachableError: all tries failed, or the run's deadline has passed.
            BlockedError: 403; requests stay blocked for 24 hours.
            BadRequestError: 400.
            BadResponseError: any other unusable response.
            WrongClockError: arXiv's clock and this machine's differ.
        """
        url = request_url(base_url, params)
        for attempt in itertools.count(1):
            try:
                return _made(reader, self._follow(url))
            except ThrottledError:
                # The next turn waits, or refuses if the wait is too long.
                if attempt >= TRIES:
                    raise
            except (ArxivUnreachableError, IncompleteResponseError):
                wait = BACKOFF[attempt - 1] * self._limiter.min_interval_seconds
                if attempt >= TRIES or self._time_left() <= wait:
                    raise
                self._wait(wait)
        raise AssertionError

    def _time_left(self) -> float:
        if self._deadline is None:
            return self._patience
        return min(self._patience, self._deadline - self._monotonic())

    def _follow(self, url: str) -> RawResponse:
        _check_first(url)
        origins = self._origins | {origin(url)}
        for _ in range(MAX_REDIRECTS + 1):
            response = self._once(url)
            if response.status not in (301, 302, 303, 307, 308):
                return response
            url = redirect_url(url, response.headers.get("location", ""), origins)
        raise BadResponseError(
            f"arXiv redirects in circles: {MAX_REDIRECTS + 1} times, at last to {shown(url)}.",
            hint="Open the address in a browser: if it works there, correct it under [arxiv] in"
            " living-survey.toml.",
        )

    def _once(self, url: str) -> RawResponse:
        _, host, port = origin(url)
        group = host_group(host, port)
        patience = self._time_left()
        if patience <= 0:
            raise ArxivUnreachableError(
                "The run's deadline has passed while asking arXiv.",
                hint="Run the same command again: it continues where it stopped.",
            )
        with self._limiter.turn(group, patience_seconds=patience):
            response = self._fetch(url)
            fault = classify_response(response, self._who(url))
            if fault is None:
                self._limiter.relax(group)
                return response
            if isinstance(fault, BlockedError):
                self._limiter.cool_down(group, BLOCKED_SECONDS, fault.message, blocked=True)
            elif isinstance(fault, ThrottledError | ArxivUnreachableError):
                asked = retry_after_seconds(response)
                seconds = self._backoff(group) if asked is None else asked
                self._limiter.cool_down(group, seconds, fault.message, asked=asked is not None)
                if isinstance(fault, ThrottledError):
                    fault.retry_after = seconds
            raise fault

    def _who(self, url: str) -> str:
        return "The hub" if self._hub is not None and origin(url) == self._hub else "arXiv"

    def _backoff(self, group: str) -> float:
        step = min(self._limiter.strikes(group), len(BACKOFF) - 1)
        return BACKOFF[step] * self._limiter.min_interval_seconds

    def _fetch(self, url: str) -> RawResponse:
        seconds = self._response_seconds
        if self._deadline is not None:
            # The turn may have taken what was left.
            seconds = max(0.001, min(seconds, self._deadline - self._monotonic()))
        self.requests += 1
        response = exchange(
            self._client,
            url,
            self._headers,
            seconds=seconds,
            clock=self._clock,
            who=self._who(url),
        )
        self._clock_check.compare(response)
        return (
            response
            if self._archive is None
            else replace(response, path=self._archive.keep(response))
        )


def _made(reader: Callable[[RawResponse], T], response: RawResponse) -> T:
    """Return what a reader makes of a response.

    A value that breaks the reader must not keep the other sources from being asked. It is logged
    with its traceback, because readers name the faults they know: any other is ours.
    """
    try:
        return reader(response)
    except (ValueError, ArithmeticError, LookupError, RecursionError) as error:
        kept = f" It is kept as {response.path}." if response.path else ""
        _log.error("reader broken by a response", extra={"url": response.url}, exc_info=error)
        raise BrokenReaderError(
            f"{response.url} cannot be read ({type(error).__name__}: {shown(str(error))}).{kept}"
        ) from error


def retry_after_seconds(response: RawResponse) -> float | None:
    """Return the seconds Retry-After asks for (RFC 9110, 10.2.3), or None if absent.

    A date counts from the response's own Date, because the clocks may differ.
    """
    value = response.headers.get("retry-after", "").strip()
    if not value:
        return None
    if value.isascii() and value.isdigit():
        return min(float(value), LONGEST_WAIT_SECONDS)
    try:
        until = parsedate_to_datetime(value)
        since = parsedate_to_datetime(response.headers["date"])
    except (KeyError, ValueError, TypeError, OverflowError):
        return None
    return min(max(0.0, (until - since).total_seconds()), LONGEST_WAIT_SECONDS)


def _check_first(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme == "https" or (
        parts.scheme == "http" and is_loopback_host(parts.hostname or "")
    ):
        return
    raise ConfigError(
        f"arXiv is asked over https only, not at {url}.",
        hint="Correct the address under [arxiv] in living-survey.toml.",
    )
