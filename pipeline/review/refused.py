"""Log the requests that are refused: who sent them, from where, and why; never a secret."""

import logging
import time
from collections.abc import Callable, MutableMapping
from typing import Any

from pipeline.runtime.limiter import Limiter

_log = logging.getLogger(__name__)
#: statuses of requests that are refused, and the cause if none was noted
_ACCESS = {401: "no-token", 403: "not-allowed", 405: "method", 429: "too-many-requests"}
_INPUT = {400: "input", 413: "too-large", 414: "too-large", 415: "input", 422: "input",
          431: "too-large"}  # fmt: skip
STATUSES = {**_ACCESS, **_INPUT}
#: lines a minute, so that a flood fills no disk: of a network, and of all
_OF_NETWORK, _OF_ALL = 20, 120
#: characters of a path that are logged
_LONGEST = 200
_KEY = "living_survey.refused"


def because(scope: MutableMapping[str, Any], cause: str, account: str = "") -> None:
    """Note why a request is about to be refused, for the log; empty: as noted before."""
    before = scope.get(_KEY, ("", ""))
    scope[_KEY] = (cause or before[0], account or before[1])


class RefusalLog:
    """Writes one line for a refused request; the next one says how many were left out."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._limits = (Limiter(_OF_NETWORK, seconds), Limiter(_OF_ALL, seconds))
        self._left_out = 0

    def write(
        self, scope: MutableMapping[str, Any], status: int, *, network: str, account: str
    ) -> None:
        """Log a request that was answered with one of `STATUSES`.

        The query is left out, because links to set a password stand there.
        """
        cause, noted = scope.get(_KEY, ("", ""))
        of_network, of_all = self._limits
        if not (of_network.allow(network) and of_all.allow("")):
            self._left_out += 1
            return
        extra: dict[str, object] = {
            "status": status,
            "cause": cause or STATUSES[status],
            "account": noted or account or "unknown",
            "network": network or "unknown",
            "method": scope["method"],
            "path": scope["path"][:_LONGEST],
        }
        if self._left_out:
            extra["left_out"], self._left_out = self._left_out, 0
        # what people mistype is no cause for worry
        _log.log(
            logging.WARNING if status in _ACCESS else logging.INFO, "request refused", extra=extra
        )
