"""The limiter of pages, tokens and links: what it allows at once, and again with time."""

from pipeline.runtime import limiter
from pipeline.runtime.limiter import Limiter


def test_limit_lets_through_again_with_time() -> None:
    seconds = 0.0
    limited = Limiter(6, lambda: seconds)
    assert [limited.wait("a") for _ in range(7)] == [0, 0, 0, 0, 0, 0, 10]
    assert limited.wait("b") == 0
    seconds = 9.0
    assert limited.wait("a") == 1
    seconds = 10.0
    assert [limited.wait("a"), limited.wait("a")] == [0, 10]


def test_no_more_at_once_when_a_minute_ends() -> None:
    seconds = 59.0
    limited = Limiter(2, lambda: seconds)
    assert [limited.allow("a") for _ in range(3)] == [True, True, False]
    seconds = 61.0
    assert not limited.allow("a")


def test_looking_counts_nothing() -> None:
    limited = Limiter(1, lambda: 0.0)
    assert [limited.left_to_wait("a") for _ in range(3)] == [0, 0, 0]
    assert limited.allow("a")
    assert limited.left_to_wait("a") == 60


def test_nothing_allowed_waits_a_minute() -> None:
    assert Limiter(0, lambda: 0.0).wait("a") == 60


def test_keys_seen_long_ago_are_forgotten() -> None:
    limited = Limiter(1, lambda: 0.0)
    limited.allow("a")
    for number in range(limiter._REMEMBERED):
        limited.allow(str(number))
    assert len(limited._left) == limiter._REMEMBERED
    assert limited.allow("a")
