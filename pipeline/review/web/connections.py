"""Bound what clients may hold: time for headers, body and reading, and the number of connections.

uvicorn limits only the pause between two requests, so a client that stops in the middle of one
would keep its connection for ever.
"""

import asyncio
import logging
import resource
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

_log = logging.getLogger(__name__)

#: bytes kept of a request that is not complete; `access` has the limits that answers name
LARGEST_HEAD = 128 * 1024


@dataclass(frozen=True)
class Patience:
    """Seconds a client may take, and connections that are open at a time."""

    header: float = 10.0
    body: float = 30.0
    #: without reading anything of a response
    reading: float = 30.0
    #: between two requests
    pause: int = 15
    connections: int = 100
    #: connections that wait to be accepted
    backlog: int = 64


def default_patience() -> Patience:
    """Return limits that leave most file descriptors of this process to the database and jobs."""
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return Patience(
        connections=min(Patience.connections, max(most // 4, 1)),
        backlog=min(Patience.backlog, max(most // 8, 1)),
    )


def crowd() -> Patience:
    """Return limits for pages that everybody may open: more connections, which read no files."""
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return Patience(connections=min(1000, max(most // 2, 1)), backlog=min(512, max(most // 4, 1)))


class _Waiting(StrEnum):
    """What of the client a connection waits for."""

    HEADER = "header"
    BODY = "body"
    READING = "reading"


def _has_two_lengths(cycle: RequestResponseCycle) -> bool:
    """Return whether a request states the length of its body in two ways."""
    named = {name for name, _ in cycle.scope["headers"]}
    return named >= {b"content-length", b"transfer-encoding"}


class BoundedProtocol(H11Protocol):
    """A connection that is closed when its client is too slow, or when there are too many."""

    def __init__(self, patience: Patience, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._patience = patience
        self._timer: asyncio.TimerHandle | None = None
        #: the request of the connection; None before the first
        self.cycle: RequestResponseCycle | None = None  # type: ignore[assignment]
        #: what is waited for, in which request, and since when
        self._state: tuple[_Waiting | None, object] = (None, None)
        self.since = 0.0
        self._unsent = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Accept the connection, in place of the one that waits longest if there are too many."""
        super().connection_made(transport)
        self._watch()
        if len(self.connections) > self._patience.connections:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._set_timer(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read what the client sent."""
        super().data_received(data)
        if self.cycle is not None and _has_two_lengths(self.cycle):
            # Our and a proxy's idea of where the next request begins may differ (RFC 9112, 6.3).
            self.cycle.keep_alive = False
        self._watch()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._watch()

    def pause_writing(self) -> None:
        """Wait for the client to read."""
        super().pause_writing()
        self._watch()

    def resume_writing(self) -> None:
        """Go on writing."""
        super().resume_writing()
        self._watch()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no request, or one that is too large to be read, unless it was answered.

        A proxy would take a second answer for that of the next request.
        """
        cycle = self.cycle
        if cycle is not None and cycle.more_body:
            # Its body cannot be read on, and the application does not know that yet.
            cycle.disconnected = True
            cycle.message_event.set()
            if cycle.response_started:
                self.transport.close()
                return
        received, _ = self.conn.trailing_data
        if len(received) <= LARGEST_HEAD:
            super().send_400_response(msg)
            return
        status = "414 URI Too Long" if b"\n" not in received else "431 Headers Too Large"
        head = f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\n"
        self.transport.write(f"{head}This request is too large.\n".encode("ascii"))
        self.transport.close()

    def _unsupported_upgrade_warning(self) -> None:
        """Log nothing: any site can let a browser try a WebSocket, which is served as a page."""

    @property
    def waits(self) -> bool:
        """Whether the client has to act next."""
        return self._state[0] is not None

    def _awaited(self) -> _Waiting | None:
        if self.cycle is None or self.cycle.response_complete:
            return _Waiting.HEADER
        if self.cycle.more_body:
            return _Waiting.BODY
        return _Waiting.READING if self.flow.write_paused else None

    def _watch(self) -> None:
        """Start a timer if something else is waited for; bytes that drip in do not extend it."""
        state = (self._awaited(), self.cycle)
        if state == self._state and self._timer is not None:
            return
        self._state = state
        self.since = self.loop.time()
        patience = self._patience
        if state[0] is _Waiting.HEADER:
            # after a response the pause before the next request is included
            self._set_timer(patience.header + (patience.pause if self.cycle else 0))
        elif state[0] is _Waiting.BODY:
            self._set_timer(patience.body)
        else:
            self._set_timer(patience.reading if state[0] else None)

    def _set_timer(self, seconds: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if seconds is not None and not self._is_lost():
            self._unsent = self.transport.get_write_buffer_size()
            self._timer = self.loop.call_later(seconds, self._too_slow, seconds)

    def _is_lost(self) -> bool:
        return self not in self.connections

    def _too_slow(self, seconds: float) -> None:
        unsent = self.transport.get_write_buffer_size()
        if 0 < unsent < self._unsent:  # a large page over a slow line
            self._set_timer(seconds)
            return
        _log.info("connection closed: client too slow", extra={"awaited": str(self._state[0])})
        self.transport.abort()

    def _make_room(self) -> None:
        waiting = [
            one for one in self.connections if isinstance(one, BoundedProtocol) and one.waits
        ]
        longest = min(waiting, key=lambda one: one.since, default=self)
        _log.warning(
            "connection closed: too many connections",
            extra={"limit": self._patience.connections},
        )
        longest.transport.abort()
        self.connections.discard(longest)
