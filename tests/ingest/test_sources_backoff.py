"""Number of requests while arXiv throttles several processes for hours.

Time moves only by waiting; requests go to a loopback server, which records when each came.
"""

import random
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from config.errors import TryAgainLaterError
from pipeline.ingest.sources.transport.client import BACKOFF, TRIES
from tests.support.transport import INTERVAL, FakeTime, fetch, make_http

HOUR, DAY = 3600.0, 86_400.0
#: faults without Retry-After that start a cool-down
_STORM = (429, 503, 406, 500, 502)


@dataclass
class Edge:
    """arXiv's edge on bad days: draws its responses and records requests."""

    server: HTTPServer
    time: FakeTime
    dice: random.Random
    #: probability of a good response
    mercy: float
    #: probability of Retry-After in a fault
    advice: float
    #: times of requests, and the wait due after each
    asked: list[tuple[float, float]] = field(default_factory=list)
    strikes: int = 0

    def __post_init__(self) -> None:
        self.server.expect_request("/oai").respond_with_handler(self._answer)

    def _answer(self, _: Request) -> Response:
        rest = INTERVAL
        if self.dice.random() < self.mercy:
            self.strikes, response = 0, Response("<ok/>")
        elif self.dice.random() < self.advice:
            rest = float(self.dice.choice((0, 7, 200, 9000)))
            response = Response("", 503, {"Retry-After": str(int(rest))})
            self.strikes += 1
        else:
            rest = BACKOFF[min(self.strikes, len(BACKOFF) - 1)] * INTERVAL
            response = Response("", self.dice.choice(_STORM))
            self.strikes += 1
        self.asked.append((self.time.seconds, max(rest, INTERVAL)))
        return response


@pytest.mark.parametrize("seed", range(4))
def test_no_request_precedes_the_end_of_the_last_wait(
    tmp_path: Path, httpserver: HTTPServer, seed: int
) -> None:
    """Runs begin at any time and share only the state file."""
    time, dice = FakeTime(), random.Random(seed)
    edge = Edge(httpserver, time, dice, mercy=0.3, advice=0.2)
    for _ in range(40):
        before = len(edge.asked)
        with suppress(TryAgainLaterError):
            fetch(make_http(tmp_path, time), httpserver.url_for("/oai"))
        assert len(edge.asked) - before <= TRIES
        time.seconds += dice.choice((0.0, 1.0, 60.0, 600.0, HOUR))
    assert len(edge.asked) > 10
    for (first, rest), (second, _) in pairwise(edge.asked):
        assert second - first >= rest, (first, rest, second)


def test_day_of_faults_costs_a_dozen_requests(tmp_path: Path, httpserver: HTTPServer) -> None:
    """Cron calls every ten minutes, and no response has Retry-After."""
    time = FakeTime()
    edge = Edge(httpserver, time, random.Random(1), mercy=0.0, advice=0.0)
    began = time.seconds
    while time.seconds < began + DAY:
        with pytest.raises(TryAgainLaterError):
            fetch(make_http(tmp_path, time), httpserver.url_for("/oai"))
        time.seconds += 600
    assert TRIES < len(edge.asked) <= 16
    gaps = [second - first for (first, _), (second, _) in pairwise(edge.asked)]
    least = [step * INTERVAL for step in BACKOFF]
    least += least[-1:] * (len(gaps) - len(least))
    assert all(gap >= rest for gap, rest in zip(gaps, least, strict=True)), "ever longer waits"
