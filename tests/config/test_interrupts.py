"""An interrupt is put off to the end of a block, in the main thread only."""

import threading

import pytest

from config.interrupts import interrupt, uninterrupted


def test_interrupt_comes_at_once_outside_of_a_block() -> None:
    with pytest.raises(KeyboardInterrupt):
        interrupt()


def test_interrupt_waits_for_the_outermost_block() -> None:
    reached = []

    def nested() -> None:
        with uninterrupted():
            with uninterrupted():
                interrupt()
                reached.append("inner")
            reached.append("outer")

    with pytest.raises(KeyboardInterrupt):
        nested()
    assert reached == ["inner", "outer"]
    with uninterrupted():  # it came once
        pass


def test_failing_block_ends_as_interrupted() -> None:
    def failing() -> None:
        with uninterrupted():
            interrupt()
            raise ValueError("the block's own")

    with pytest.raises(KeyboardInterrupt) as caught:
        failing()
    assert isinstance(caught.value.__context__, ValueError)


def test_blocks_of_other_threads_put_nothing_off() -> None:
    inside, done = threading.Event(), threading.Event()

    def hold() -> None:
        with uninterrupted():
            inside.set()
            done.wait(600)

    thread = threading.Thread(target=hold)
    thread.start()
    assert inside.wait(600)
    try:
        with pytest.raises(KeyboardInterrupt):
            interrupt()
    finally:
        done.set()
        thread.join()
