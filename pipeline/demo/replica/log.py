"""Record the requests to the replica: times, paths, connections."""

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise


class Channel(StrEnum):
    """The three interfaces of arXiv."""

    OAI = "oai"
    FEED = "feed"
    QUERY = "query"


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """One request as it came in."""

    #: 1-based, over all channels
    number: int
    #: 1-based within its channel: what faults count by
    channel_number: int
    channel: Channel | None
    method: str
    #: path and query as sent
    path: str
    headers: tuple[tuple[str, str], ...]
    #: monotonic seconds
    at: float
    #: requests being answered at that moment, this one included
    in_flight: int
    #: TCP connections open at that moment, this one's included
    open_connections: int

    def header(self, name: str) -> str | None:
        """Return a header's value, whatever its case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


class RequestLog:
    """All requests of one server; safe to read while it runs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: list[RecordedRequest] = []
        self._in_flight: set[int] = set()
        self._by_channel: Counter[Channel | None] = Counter()

    @property
    def requests(self) -> tuple[RecordedRequest, ...]:
        """Every request so far."""
        with self._lock:
            return tuple(self._requests)

    @property
    def most_in_flight(self) -> int:
        """The largest number of requests that were being answered at once."""
        return max((request.in_flight for request in self.requests), default=0)

    @property
    def smallest_gap(self) -> float | None:
        """Seconds between the two requests that came closest; None for fewer than two."""
        times = [request.at for request in self.requests]
        return min((later - earlier for earlier, later in pairwise(times)), default=None)

    def begin(
        self,
        *,
        channel: Channel | None,
        method: str,
        path: str,
        headers: Sequence[tuple[str, str]],
        at: float,
        open_connections: int,
    ) -> RecordedRequest:
        """Note a request that starts."""
        with self._lock:
            number = len(self._requests) + 1
            self._in_flight.add(number)
            self._by_channel[channel] += 1
            request = RecordedRequest(
                number=number,
                channel_number=self._by_channel[channel],
                channel=channel,
                method=method,
                path=path,
                headers=tuple(headers),
                at=at,
                in_flight=len(self._in_flight),
                open_connections=open_connections,
            )
            self._requests.append(request)
            return request

    def end(self, request: RecordedRequest) -> None:
        """Note that it was answered."""
        with self._lock:
            self._in_flight.discard(request.number)
