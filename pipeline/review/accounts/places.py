"""Give out places among those whose passwords are compared; no network can take them all."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from config.errors import TryAgainLaterError

#: requests that wait for their turn or have it, and how many of them are of strangers at most;
#: each occupies a thread, of which the pages need most
WAITING, STRANGERS = 16, 12
#: places that a network has in any case, while others of strangers are left
OF_ONE_NETWORK = 2
#: places beside those of strangers, for accounts in networks where they logged in before; one each,
#: because whoever knows the account's name in such a network can take it
USUAL = 2


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
    behind one address can log in together. While strangers have all of theirs, an account still
    has a place in a network where it logged in before.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._known = 0
        #: network -> places of strangers
        self._strangers: Counter[str] = Counter()
        #: usual networks that have a place of their own
        self._usual: set[str] = set()

    @contextmanager
    def take(self, network: str, *, known: bool = False, usual: bool = False) -> Iterator[None]:
        """Take a place.

        Args:
            network: where the request comes from.
            known: the browser logged in before: a flood of strangers leaves it a place.
            usual: the account logged in from this network before.

        Raises:
            TooManyLoginsError: too many wait already, or too many of this network.
        """
        with self._lock:
            end = self._taken(network, known=known, usual=usual)
        try:
            yield
        finally:
            with self._lock:
                end()

    def _taken(self, network: str, *, known: bool, usual: bool) -> Callable[[], None]:
        """Note a place; return what gives it back."""
        if self._known + self._strangers.total() + len(self._usual) >= WAITING:
            raise TooManyLoginsError
        if known:
            self._known += 1
            return self._end_known
        if self._has_room(network):
            self._strangers[network] += 1
            return lambda: self._end_stranger(network)
        if usual and len(self._usual) < USUAL and network not in self._usual:
            self._usual.add(network)
            return lambda: self._usual.remove(network)
        raise TooManyLoginsError

    def _end_known(self) -> None:
        self._known -= 1

    def _end_stranger(self, network: str) -> None:
        self._strangers[network] -= 1
        self._strangers += Counter()  # forget networks without a place

    def _has_room(self, network: str) -> bool:
        taken = self._strangers.total()
        if taken >= STRANGERS:
            return False
        return taken < STRANGERS // 2 or self._strangers[network] < OF_ONE_NETWORK
