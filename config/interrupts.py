"""Put an interrupt off while the database is open, so that a signal ends a run between two batches.

Python raises KeyboardInterrupt between any two instructions of the main thread, also within the
opening or closing of a file, which would then stay half open in this process.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _State:
    depth = 0
    pending = False


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Put `interrupt` off to the end of the block, if this is the main thread.

    Raises:
        KeyboardInterrupt: after the block, if it was asked for meanwhile.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _State.depth += 1
    try:
        yield
    finally:
        _State.depth -= 1
        if _State.pending and not _State.depth:
            _State.pending = False
            raise KeyboardInterrupt


def interrupt() -> None:
    """Raise KeyboardInterrupt now, or after the outermost `uninterrupted` block; for signals."""
    if not _State.depth:
        raise KeyboardInterrupt
    _State.pending = True
