"""Give out places among those whose passwords are compared; no network can take them all."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from config.errors import TryAgainLaterError

#: requests that wait for their turn or have it, and how many of them are of strangers at most;
#: each occupies a thread, of which the pages need most
WAITING, STRANGERS = 16, 12
#: places that a network has in any case, while others of strangers are left
OF_ONE_NETWORK = 2


class TooManyLoginsError(TryAgainLaterError):
    """More people log in at this moment than can be compared with their passwords."""

    def __init__(self) -> None:
        super().__init__(
            "Too many logins are being checked at this moment.",
            hint="Try again in some seconds.",
        )


class Places:
    """The places of one service.

    One network takes at most half of the places of strangers; the other half is for networks that
    have fewer than two. So a flood from one network leaves people elsewhere a place, and a team
    behind one address can log in together.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._known = 0
        #: network -> places of strangers
        self._strangers: Counter[str] = Counter()

    @contextmanager
    def take(self, network: str, *, known: bool = False) -> Iterator[None]:
        """Take a place.

        `known` is whether the browser logged in before: a flood of strangers leaves it a place.

        Raises:
            TooManyLoginsError: too many wait already, or too many of this network.
        """
        with self._lock:
            strangers = self._strangers.total()
            if self._known + strangers >= WAITING or not (known or self._has_room(network)):
                raise TooManyLoginsError
            if known:
                self._known += 1
            else:
                self._strangers[network] += 1
        try:
            yield
        finally:
            with self._lock:
                if known:
                    self._known -= 1
                else:
                    self._strangers[network] -= 1
                    self._strangers += Counter()  # forget networks without a place

    def _has_room(self, network: str) -> bool:
        taken = self._strangers.total()
        if taken >= STRANGERS:
            return False
        return taken < STRANGERS // 2 or self._strangers[network] < OF_ONE_NETWORK
