"""Throttled for hours, by several processes: how often arXiv would be asked, whatever it answers.

Time is pretended and moves only by waiting; requests are real ones to a loopback server, which
notes when each came.
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
#: faults without Retry-After that cool everybody down
_STORM = (429, 503, 406, 500, 502)


@dataclass
class Edge:
    """arXiv's edge with bad days: draws its answers and remembers when it was asked."""

    server: HTTPServer
    time: FakeTime
    dice: random.Random
    #: how likely an answer is good
    mercy: float
    #: how likely one that is not good carries Retry-After
    advice: float
    #: when it was asked, and how long it may not be asked after that
    asked: list[tuple[float, float]] = field(default_factory=list)
    strikes: int = 0

    def __post_init__(self) -> None:
        self.server.expect_request("/oai").respond_with_handler(self._answer)

    def _answer(self, _: Request) -> Response:
        rest = INTERVAL
        if self.dice.random() < self.mercy:
            self.strikes, answer = 0, Response("<ok/>")
        elif self.dice.random() < self.advice:
            rest = float(self.dice.choice((0, 7, 200, 9000)))
            answer = Response("", 503, {"Retry-After": str(int(rest))})
            self.strikes += 1
        else:
            rest = BACKOFF[min(self.strikes, len(BACKOFF) - 1)] * INTERVAL
            answer = Response("", self.dice.choice(_STORM))
            self.strikes += 1
        self.asked.append((self.time.seconds, max(rest, INTERVAL)))
        return answer


@pytest.mark.parametrize("seed", range(4))
def test_no_request_comes_before_the_wait_of_the_one_before_is_over(
    tmp_path: Path, httpserver: HTTPServer, seed: int
) -> None:
    """Runs begin at any time, one after the other, as processes that know only the state file."""
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


def test_a_day_of_nothing_but_faults_is_answered_with_a_dozen_requests(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    """Without Retry-After nobody tells us when to come back: cron calls every ten minutes."""
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
