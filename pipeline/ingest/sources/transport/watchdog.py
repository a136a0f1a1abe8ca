"""End an exchange when its time is over, however slowly its bytes arrive."""

import socket
from collections.abc import Mapping
from contextlib import suppress
from threading import Lock, Timer
from types import TracebackType
from typing import Any, Self

import httpx


class Watchdog:
    """Shuts an exchange's connection down when its time is over."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.expired = False
        self._lock = Lock()
        self._connections: list[socket.socket] = []
        self._timer = Timer(seconds, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        with self._lock:
            for connection in self._connections:
                connection.close()
            self._connections.clear()

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Keep each new connection (https://www.encode.io/httpcore/extensions/#trace)."""
        if not event.endswith("connect_tcp.complete"):
            return
        # A duplicate stays valid when TLS takes over the socket, and reaches the same connection.
        connection = info["return_value"].get_extra_info("socket").dup()
        with self._lock:
            self._connections.append(connection)
            if self.expired:
                _shut(connection)

    def within(self, timeout: httpx.Timeout) -> httpx.Timeout:
        """Return a client's limits, none of them longer than the whole exchange."""
        limits = timeout.as_dict().items()
        return httpx.Timeout(
            **{k: self.seconds if v is None else min(v, self.seconds) for k, v in limits}
        )

    def _expire(self) -> None:
        with self._lock:
            self.expired = True
            for connection in self._connections:
                _shut(connection)


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):  # the other side was quicker
        connection.shutdown(socket.SHUT_RDWR)
