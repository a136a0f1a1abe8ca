"""Open the file under its lease, whose holder it waits for."""

import time
from contextlib import ExitStack
from pathlib import Path

import duckdb

from storage.engine.connection import Engine
from storage.engine.interrupted import undo_interrupted_restore
from storage.engine.lease import lease
from storage.errors import StoreBusyError

#: seconds between attempts to open a file that a program without a lease holds
_PAUSE = 0.1


def connected_to(
    stack: ExitStack, engine: Engine, database: Path, timeout_seconds: float, *, shared: bool
) -> duckdb.DuckDBPyConnection:
    """Open the file for the stack; between attempts the lease is free, so that readers get it."""
    deadline = time.monotonic() + timeout_seconds
    left = timeout_seconds
    while True:
        with ExitStack() as attempt:
            attempt.enter_context(lease(database, timeout_seconds=left, shared=shared))
            if not shared:
                undo_interrupted_restore(database)
            try:
                connection = attempt.enter_context(engine.connected(timeout_seconds=0))
            except StoreBusyError:
                if time.monotonic() + _PAUSE > deadline:
                    raise
            else:
                stack.push(attempt.pop_all())
                return connection
        time.sleep(_PAUSE)
        left = max(deadline - time.monotonic(), 0.0)
