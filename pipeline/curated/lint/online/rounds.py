"""Ask many links within a budget: one request at a time per host, with a pause between them."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock

from config.loopback import is_loopback_host
from pipeline.curated.lint.online.addresses import Address, host_of
from pipeline.curated.lint.online.answers import Answer, State, Visit, Visitor, ask

#: hosts that are asked at once
_WORKERS = 8
#: links in a row without a response after which a host is left alone for this call
_SILENT = 3
#: seconds between two requests to a host, whatever the settings say
_SHORTEST_PAUSE = 1.0
#: seconds to wait where a server says 429 without saying how long
_PAUSE = 60.0


@dataclass(frozen=True, slots=True)
class Budget:
    """What a call may use."""

    links: int
    seconds: float
    #: between two requests to one host
    interval: float


@dataclass(frozen=True, slots=True)
class Clockwork:
    """How time passes."""

    monotonic: Callable[[], float]
    wait: Callable[[float], None]


@dataclass
class _Host:
    lock: Lock = field(default_factory=Lock)
    free_at: float = 0.0


class _OutOfTimeError(Exception):
    """The budget's time is over."""


class Gate:
    """Lets one request at a time through to each host."""

    def __init__(self, visit: Visitor, budget: Budget, time: Clockwork) -> None:
        self._visit = visit
        self._interval = budget.interval
        self._time = time
        self._end = time.monotonic() + budget.seconds
        self._hosts: defaultdict[str, _Host] = defaultdict(_Host)
        self._lock = Lock()

    def _pause(self, url: str) -> float:
        if is_loopback_host(host_of(url)):
            return self._interval
        return max(self._interval, _SHORTEST_PAUSE)

    def close(self) -> None:
        """Let no further request through."""
        self._end = float("-inf")

    def visit(self, method: str, url: str) -> Visit:
        """Make one request when its host may be asked again.

        Raises:
            _OutOfTimeError: that is later than the end of the budget.
        """
        with self._lock:
            host = self._hosts[host_of(url)]
        with host.lock:
            now = self._time.monotonic()
            if max(now, host.free_at) > self._end:
                raise _OutOfTimeError
            if host.free_at > now:
                self._time.wait(host.free_at - now)
            response = self._visit(method, url)
            pause = self._pause(url)
            if response.status == 429:
                pause = max(pause, _PAUSE if response.retry_after is None else response.retry_after)
            host.free_at = self._time.monotonic() + pause
            return response


def ask_all(
    addresses: Sequence[Address],
    visit: Visitor,
    budget: Budget,
    time: Clockwork,
    advance: Callable[[], None],
) -> Mapping[str, Answer]:
    """Return an answer for each address; those beyond the budget are not asked.

    Args:
        addresses: the most urgent first.
        visit: makes one request.
        budget: of this call.
        time: how time passes.
        advance: called after each address.
    """
    gate = Gate(visit, budget, time)
    by_host: defaultdict[str, list[Address]] = defaultdict(list)
    for address in addresses[: budget.links]:
        by_host[address.host].append(address)

    def ask_host(host: str) -> dict[str, Answer]:
        answers: dict[str, Answer] = {}
        silent = 0
        for address in by_host[host]:
            answers[address.url] = _ask_one(address, gate, silent)
            silent = silent + 1 if answers[address.url].silent else 0
            advance()
        return answers

    with ThreadPoolExecutor(_WORKERS) as workers:
        try:
            parts = list(workers.map(ask_host, by_host))
        except BaseException:  # an interrupt, too, must not wait for the links that are left
            gate.close()
            raise
    return {url: answer for part in parts for url, answer in part.items()}


def _ask_one(address: Address, gate: Gate, silent: int) -> Answer:
    if silent >= _SILENT:
        return Answer(
            State.UNASKED, "was not asked, because its host does not respond", silent=True
        )
    try:
        return ask(address.url, gate.visit)
    except _OutOfTimeError:
        return Answer(State.UNASKED, "was not asked, because the time was over")


def is_network_out(answers: Mapping[str, Answer]) -> bool:
    """Say whether no server at all responded, which is no fault of the links."""
    hosts = {host_of(url) for url in answers}
    return len(hosts) >= _SILENT and all(answer.silent for answer in answers.values())
