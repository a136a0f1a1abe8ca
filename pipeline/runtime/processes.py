"""Worker processes of this machine, which end with the process that started them."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection

from config.processes import set_up_process
from pipeline.runtime import shared


@contextmanager
def process_workers(count: int, make: Callable[[], object]) -> Iterator[tuple[Executor, str]]:
    """Open an executor of `count` processes, and yield it with the key of what they were sent.

    They are started anew, not forked, because a fork copies locks that threads of this process
    hold.
    """
    context = multiprocessing.get_context("spawn")
    key = shared.new_key()
    theirs, ours = context.Pipe(duplex=False)
    with theirs, ours:
        executor = ProcessPoolExecutor(count, context, _begin, (theirs, key, make))
        try:
            yield executor, key
        except BaseException:
            ours.close()  # ends the workers at once, in the middle of their blocks
            executor.shutdown(cancel_futures=True)
            raise
        executor.shutdown()


def _begin(parent: Connection, key: str, make: Callable[[], object]) -> None:
    """Prepare a worker process."""
    # Ctrl-C reaches all processes of a terminal; the parent decides when its workers end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    set_up_process()
    shared.share(key, make)


def _end_with(parent: Connection) -> None:
    """End this process when the parent closed its end of the pipe, also if it was killed.

    The executor's own workers would wait for work forever, because they hold both ends of its
    pipes.
    """
    with suppress(OSError, EOFError):
        parent.recv_bytes()
    os._exit(1)
