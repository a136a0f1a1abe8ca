"""Confirmations are sent beside the pages, whatever happens in one round."""

import logging
import queue
import threading

import anyio
import pytest

from config.errors import TryAgainLaterError
from pipeline.publish.subscribers.courier import Courier

#: seconds; a round that does not come fails the test
PATIENCE = 120.0


def test_rounds_begin_at_once_and_go_on_after_errors(caplog: pytest.LogCaptureFixture) -> None:
    rounds: queue.Queue[int] = queue.Queue()
    errors = iter([TryAgainLaterError("The server is away."), RuntimeError("bug"), None])

    def deliver() -> None:
        rounds.put(1)
        error = next(errors)
        if error is not None:
            raise error

    courier = Courier(deliver, every=3600)

    async def serve() -> None:
        async with courier.running():
            await anyio.to_thread.run_sync(rounds.get, True, PATIENCE)
            for _ in range(2):
                courier.wake()
                await anyio.to_thread.run_sync(rounds.get, True, PATIENCE)

    with caplog.at_level(logging.WARNING):
        anyio.run(serve)
    assert [one.message for one in caplog.records] == [
        "confirmations wait: The server is away.",
        "confirmations wait because of an unexpected error",
    ]


def test_end_waits_for_the_mail_that_is_being_sent() -> None:
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def deliver() -> None:
        begun.set()
        assert go_on.wait(PATIENCE)
        ended.set()

    courier = Courier(deliver, every=3600)

    async def serve() -> None:
        async with courier.running():
            await anyio.to_thread.run_sync(begun.wait, PATIENCE)
            go_on.set()

    anyio.run(serve)
    assert ended.is_set()


def test_rounds_repeat_without_a_wake() -> None:
    rounds: queue.Queue[int] = queue.Queue()
    courier = Courier(lambda: rounds.put(1), every=0.01)

    async def serve() -> None:
        async with courier.running():
            for _ in range(5):
                await anyio.to_thread.run_sync(rounds.get, True, PATIENCE)

    anyio.run(serve)
