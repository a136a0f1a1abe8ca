"""Ask services politely: one request at a time, with pauses, within a time box.

A service that asks to wait is left alone until then, and for the rest of the call if that is long
or if it failed several times in a row. A refusal (403) without a time to wait is a failure only: to
wait would not make a key valid that it does not know.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from config.loopback import is_loopback_host
from pipeline.ingest.sources.web.service import Asker, ServiceAnswer

#: seconds between two requests, whatever the settings say
_SHORTEST_PAUSE = 1.0
#: seconds to wait where a service does not say how long, and the longest wait within a call
_PAUSE, _PATIENCE = 60.0, 120.0
#: answers in a row without a result after which a service is left alone
_STRIKES = 3
#: GitHub says 403 where others say 429
_THROTTLED = frozenset({403, 429, 503})
_REFUSED = (403, None)


class OutOfTimeError(Exception):
    """The time box is used up; nothing more is asked in this call."""


@dataclass(frozen=True, slots=True)
class Clockwork:
    """How time passes."""

    monotonic: Callable[[], float]
    wait: Callable[[float], None]


@dataclass
class _Host:
    free_at: float = float("-inf")
    strikes: int = 0
    left_alone: str = ""


@dataclass
class Courtesy:
    """Makes requests one after another."""

    asker: Asker
    #: seconds between two requests, and for all of them
    interval: float
    seconds: float
    time: Clockwork
    _hosts: defaultdict[str, _Host] = field(default_factory=lambda: defaultdict(_Host))
    _free_at: float = float("-inf")
    _end: float = field(init=False)
    requests: int = 0

    def __post_init__(self) -> None:
        """Start the time box."""
        self._end = self.time.monotonic() + self.seconds

    def __call__(
        self, url: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> ServiceAnswer:
        """Make one request when it is time.

        Raises:
            OutOfTimeError: that is later than the end of the time box.
        """
        name = urlsplit(url).hostname or ""
        host = self._hosts[urlsplit(url).netloc]
        if host.left_alone:
            return ServiceAnswer(None, fault=host.left_alone)
        self._wait_until(max(self._free_at, host.free_at))
        answer = self.asker(url, headers=headers, body=body)
        now = self.time.monotonic()
        pause = self.interval if is_loopback_host(name) else max(self.interval, _SHORTEST_PAUSE)
        self._free_at = now + pause
        self._note(host, answer, now)
        return answer

    def take_turn(self) -> None:
        """Wait until another kind of request may be made.

        Raises:
            OutOfTimeError: that is later than the end of the time box.
        """
        self._wait_until(self._free_at)
        self._free_at = self.time.monotonic() + self.interval

    def _wait_until(self, begin: float) -> None:
        now = self.time.monotonic()
        if max(begin, now) >= self._end:
            raise OutOfTimeError
        if begin > now:
            self.time.wait(begin - now)
        self.requests += 1

    def _note(self, host: _Host, answer: ServiceAnswer, now: float) -> None:
        if answer.status in _THROTTLED and (answer.status, answer.retry_after) != _REFUSED:
            wait = _PAUSE if answer.retry_after is None else answer.retry_after
            host.free_at = now + wait
            if wait > _PATIENCE:
                host.left_alone = f"asks to wait for {wait:.0f} s"
        failed = answer.status is None or answer.status in _THROTTLED or answer.status >= 500
        host.strikes = host.strikes + 1 if failed else 0
        if host.strikes >= _STRIKES and not host.left_alone:
            host.left_alone = "was left alone after failing several times"
